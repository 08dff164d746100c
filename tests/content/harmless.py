"""Texts in which a rule could see a fault and must not. Bodies of a sound article, or whole pages that begin with `---`."""

from __future__ import annotations

__all__ = ["HARMLESS"]

_H = (
    "---\ntitle: Pain and ketamine\ndescription: What trials found.\nkind: article\npublished: 2026-11-01\n"
    "updated: 2026-11-20\nreview_due: 2027-05-20\nauthors: [editors]\n"
)
_B = "---\n\nPain fell.[@good2020]\n"
_S = "Text.[@good2020]\n\n"

HARMLESS: list[str | bytes] = [
    # --- words that only look like promises
    "Ketamine is not a cure.[@good2020]",
    "Nobody can say that it cures pain.[@good2020]",
    "No drug, this one included, cures chronic pain.[@good2020]",
    "A clinic that promises a cure is selling something.[@good2020]",
    "“Ketamine cures depression”, some pages write. No trial found that.[@good2020]",
    "Does ketamine cure depression?\n\nNo trial has shown that.[@good2020]",
    "It does not ease, stop or cure nerve pain in every case.[@good2020]",
    "Whether it heals the brain is unknown.[@good2020]",
    "Researchers are still looking for a cure.[@good2020]",
    "Guaranteed results are a red flag.[@good2020]",
    "If a site says that ketamine cures pain, close it.[@good2020]",
    "There is no proof that ketamine is safe in pregnancy.[@good2020]",
    "Ask whether the treatment is safe for you.[@good2020]",
    "The drug is not safe for people with an aneurysm.[@good2020]",
    "Is it safe?\n\nThat depends on your health.[@good2020]",
    "Keep a safe place ready, and plan a safe ride home.[@good2020]",
    "Wait until it is safe to drive.[@good2020]",
    "No medicine is free of side effects.[@good2020]",
    "There is no treatment without risks.[@good2020]",
    "In this trial, no serious side effects were reported over four weeks.[@good2020]",
    "The spray looked safe over four weeks in 30 adults.[@good2020]",
    "The trials had no risk of bias.[@good2020]",
    "Lasting benefit is unproven.[@good2020]",
    "It has been proven to harm the bladder with heavy use.[@good2020]",
    "Surgery cured some of these cancers.[@good2020]",
    "The FDA gave it breakthrough therapy designation.[@good2020]",
    "Breakthrough pain is a short flare of cancer pain.[@good2020]",
    "The liver eliminates most of the drug.[@good2020]",
    "It does not work for everyone.[@good2020]",
    "Nothing here is guaranteed, and relief may fade.[@good2020]",
    "Wounds heal more slowly with age.[@good2020]",
    "Do not believe a headline that calls it a miracle.[@good2020]",
    "It can be addictive, and it is not risk-free.[@good2020]",
    # --- figures that need no source, or have one
    _S + "Call 988 or 911 at once.",
    _S + "Call us at 555-0142, 24 hours a day.",
    _S + "Bring a list of your medicines, and ask three questions.",
    _S + "What if 71% of people improved?",
    _S + "Pain fell by 71%.[@good2020]",
    _S + "Pain fell by 71% [@good2020] in adults.",
    _S
    + "| Benefit in 2 trials | Risk |\n|---|---|\n| Some | 71%[@good2020] |".replace(
        "| Benefit", "Table: T\n\n| Benefit"
    ),
    _S + "No trial found a benefit.",
    _S + "We do not know whether ketamine helps.",
    _S + "This page was last read in 2026.",
    # --- marks, code, escapes
    "Text.[@good2020]\n\n`[@nope]` and `TODO` are code.",
    "Text.[@good2020]\n\n```\nTODO <script>\n[x](gone.md)\n```",
    "Text.[@good2020]\n\n<!-- TODO: ask somebody -->",
    "Pain fell.[@good2020, p. 4; @also2021] [certainty: Very-Low]",
    "Text.[@good2020]\n\nWrite \\[Link to study] with brackets.",
    "Text.[@good2020]\n\nA note.[^1]\n\n[^1]: The note.",
    # --- links, pictures, tags
    _S + "[x](page.md#here) and [y](#here)\n\n## Here\n\nText.",
    _S + "Here\n----\n\nText, and [a link](#here).",
    _S + "[Read][ref]\n\n[ref]: https://x.test/?page=2&id=3 'Title'",
    _S + "![A chart of pain scores](pic.png)",
    _S + "![A chart of pain scores][pic]\n\n[pic]: pic.png",
    _S + '<img src="/pic.png" alt="">',
    _S + '<abbr title="intravenous">IV</abbr> and <kbd>Ctrl</kbd>, H<sub>2</sub>O',
    _S + '<div class="two" markdown>\n\nText.\n\n</div>',
    _S + "[Mail us](mailto:a@b.test), [call](tel:988), [open](/page/)",
    _S + "<https://x.test/>",
    _S + "If a < b and c > d, nothing is a tag.",
    _S + "[Paper](https://doi.org/10.1002/(SICI)1097-0258(19980815)17:15%3C1661::AID-SIM968%3E3.0.CO;2-2)",
    _S + "[A paper with (brackets)](https://x.test/a_(b)?ref=1)",
    # --- structure
    _S + "## A\n\n### B\n\nText.\n\n## C\n\n### D\n\nText.",
    _S + "## Sources\n",
    _S + "Text\n\n---\n\nMore text.",
    _S + "Table: T\n\n| A | B |\n|:--|--:|\n| 1 | 2 |",
    _S + '??? question "What is a drip?"\n\n    Fluid into a vein.',
    _S + "1. One\n\n    More.\n\n2. Two",
    # --- front matter
    _H + "aliases: [\"it's: odd\", 988, 'a #1']\n" + _B,
    _H.replace("Pain and ketamine", "'Pain: \"what\" is known'") + _B,
    _H.replace("Pain and ketamine", "|-\n  Pain and ketamine") + _B,
    _H.replace("What trials found.", ">-\n  What trials\n  found.") + _B,
    _H + "conditions: &c [crps]\naliases: *c\n" + _B,
    _H + "reviewer:\n# a comment\ncrisis: true\nnoindex: false\n" + _B,
    _H + "summary:\n- text: 'Pain fell.[@good2020]'\n  certainty: very-low\n- Ask first.\n" + _B,
    _H.replace("---\n", "---   \n", 1) + _B.replace("---\n", "...\n", 1),
    ("\ufeff" + _H + _B).encode(),
    (_H + _B).replace("\n", "\r\n").encode(),
    (_H + _B).replace("Pain fell", "Schmerz fiel, “viel” weniger – 5\u00a0mg").encode(),
    _H.replace("review_due: 2027-05-20", "review_due: 2026-11-21") + _B,
]

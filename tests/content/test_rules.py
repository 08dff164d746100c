"""Each rule has a page that breaks it, found at its exact place, and a page next to it that does not."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from microsite.content import RULES
from microsite.content import check

if TYPE_CHECKING:
    from collections.abc import Callable

    from microsite.content import Site

    Make = Callable[..., Site]

HEAD = """\
---
title: Pain and ketamine
description: What trials found.
kind: article
published: 2026-11-01
updated: 2026-11-20
review_due: 2027-05-20
authors: [editors]
---
"""
FINE = HEAD + "\nPain fell by half in one trial.[@good2020] It came back.[@also2021]\n"


def page(body: str = "Pain fell.[@good2020]", *, front: str = "", **keys: str) -> str:
    """A sound article with another body, more front matter, or keys replaced (`None`-like empty text drops one)."""
    head = HEAD
    for key, value in keys.items():
        head = re.sub(rf"^{key}: .*\n", f"{key}: {value}\n" if value else "", head, flags=re.MULTILINE)
    return head.replace("\n---\n", f"\n{front}---\n", 1) + f"\n{body}\n"


LONG = "word " * 33
#: rule → (a page that breaks it, line, column). Line 10 is the first line of a body (front matter takes nine).
BROKEN: dict[str, tuple[str | bytes, int, int]] = {
    "bare-url": (page("Go to https://x.test/y now.[@good2020]"), 11, 7),
    "crisis-missing": (page("Some have thoughts of suicide.[@good2020]"), 11, 23),
    "dead-anchor": (page("See [it](#nowhere).[@good2020]\n\n## Somewhere\n\nText."), 11, 10),
    "dead-link": (page("See [it](missing.md).[@good2020]"), 11, 10),
    "description-long": (page(description="x" * 161), 3, 1),
    "empty-section": (page("Text.[@good2020]\n\n## Informational Sources\n\n## Next\n\nText."), 13, 1),
    "front-matter-duplicate": (page(front="title: Again\n"), 9, 1),
    "front-matter-key": (page(front="reviewd: x\n"), 9, 1),
    "front-matter-missing": (page(review_due=""), 1, 1),
    "front-matter-open": ("---\ntitle: x\n\nText\n", 1, 1),
    "front-matter-type": (page(authors="editors"), 8, 1),
    "front-matter-value": (page(kind="artcle"), 4, 1),
    "front-matter-yaml": (page(title="a: b: c"), 2, 9),
    "future-date": (page(updated="2026-11-22"), 6, 1),
    "heading-order": (page("Text.[@good2020]\n\n## Two\n\n#### Four\n\nText."), 15, 1),
    "image-alt": (page("![](pic.png)[@good2020]"), 11, 1),
    "invalid-utf8": (FINE.encode().replace(b"Pain fell", b"P\xe9in fell"), 11, 2),
    "missing-author": (page(authors=""), 1, 1),
    "no-citations": (page("Text without a source."), 10, 1),
    "placeholder-text": (page("See [Link to reputable study].[@good2020]"), 11, 5),
    "raw-html": (page("<script>x()</script>[@good2020]"), 11, 1),
    "review-unsigned": (page(front="reviewed: 2026-11-02\n"), 9, 1),
    "series-parts": (page(front="series: {name: Steps, part: 1}\n"), 9, 1),
    "reading-grade": (
        page(
            "Pharmacological interventions demonstrating heterogeneous therapeutic efficacy necessitate individualized "
            "multidisciplinary evaluation.[@good2020] " * 20
        ),
        11,
        1,
    ),
    "retracted-reference": (page("It works.[@good2020; @fallen2019]"), 11, 22),
    "review-overdue": (page(review_due="2026-11-20"), 7, 1),
    "strong-claim": (page("Ketamine cures pain.[@good2020]"), 11, 10),
    "table-caption": (page("Text.[@good2020]\n\n| A | B |\n|---|---|\n| 1 | 2 |"), 13, 1),
    "third-party": (page("![A chart](https://x.test/chart.png)[@good2020]"), 11, 1),
    "title-long": (page(title="x" * 66), 2, 1),
    "tracking-parameter": (page("[Read](https://x.test/?a=1&utm_source=mail)[@good2020]"), 11, 8),
    "uncited-claim": (page("Other text.[@good2020]\n\nPain relief lasted in 71% of people. Then it ended."), 13, 1),
    "unknown-author": (page(authors="[editors, edtor]"), 8, 20),
    "unknown-certainty": (page("Pain fell.[@good2020] [certainty: sure]"), 11, 23),
    "unknown-citation": (page("Pain fell.[@good2020; @goood2020]"), 11, 23),
    "unknown-compound": (page(front="compounds: [esketamine]\n"), 9, 13),
    "unknown-condition": (page(front="conditions: [crsp]\n"), 9, 14),
    "unknown-related": (page(front="related: [gone.md]\n"), 9, 11),
    "unknown-reviewer": (page(front="reviewer: dr-no\n"), 9, 11),
    "unverified-reference": (page("Pain fell.[@unsure2022]"), 11, 12),
    "updated-before-published": (page(updated="2026-10-31"), 6, 1),
}
#: Rules that need two pages or a data file; each has a test of its own below.
ELSEWHERE = {
    "citation-form",
    "lost-address",
    "redirect-chain",
    "redirect-dead",
    "redirect-live",
    "redirect-loop",
    "data-reference",
    "orphan-page",
    "raw-mark",
    "unexplained-term",
    "data-duplicate",
    "data-entry",
    "data-file",
    "data-key",
    "duplicate-description",
    "duplicate-paragraph",
    "duplicate-title",
    "uncited-reference",
}


@pytest.mark.parametrize("rule", BROKEN)
def test_a_page_that_breaks_a_rule_is_found_at_its_place(rule: str, make_site: Make) -> None:
    text, line, column = BROKEN[rule]
    found = [finding for finding in check(make_site({"bad.md": text})) if finding.rule == rule]
    assert found, f"{rule} was not found"
    assert (found[0].path, found[0].line, found[0].column) == ("docs/bad.md", line, column)
    assert found[0].message


def test_every_rule_has_a_page_that_breaks_it() -> None:
    others = ("claim-", "unknown-claim", "retired-claim", "series-", "redirect")
    claims = {rule for rule in RULES if rule.startswith(others)}
    watch = {"corrected-reference", "doubted-reference", "fact-expires", "review-soon"}
    assert BROKEN.keys() | ELSEWHERE | claims | watch >= RULES.keys()


def test_a_sound_page_has_no_finding(make_site: Make) -> None:
    site = make_site({"fine.md": FINE})
    assert [finding for finding in check(site) if finding.path.startswith("docs/")] == []


def test_all_findings_come_in_one_run_sorted_by_place(make_site: Make) -> None:
    site = make_site(
        {"b.md": page("It cures all.[@nope]\n\n[x](y.md)"), "a.md": page(updated="2030-01-01", authors="")}
    )
    found = [finding for finding in check(site) if finding.path.startswith("docs/")]
    assert found == sorted(found)
    assert {"strong-claim", "unknown-citation", "dead-link", "future-date", "missing-author"} <= {f.rule for f in found}


@pytest.mark.parametrize(
    ("due", "severity"), [("2026-08-24", "warning"), ("2026-08-23", "warning"), ("2026-08-22", "error")]
)
def test_a_review_is_a_warning_for_ninety_days_and_then_an_error(due: str, severity: str, make_site: Make) -> None:
    (found,) = [f for f in check(make_site({"a.md": page(review_due=due)})) if f.rule == "review-overdue"]
    assert found.severity == severity


def test_did_you_mean_is_said_for_keys_ids_and_links(make_site: Make) -> None:
    site = make_site({"a.md": page("[x](ohter.md)[@god2020]", front="descripton: x\n"), "other.md": FINE})
    fixes = {finding.rule: finding.fix for finding in check(site)}
    assert "`description`" in fixes["front-matter-key"]
    assert "`good2020`" in fixes["unknown-citation"]
    assert "other.md" in fixes["dead-link"]


def test_an_unknown_id_in_the_summary_and_standfirst_is_found_where_it_stands(make_site: Make) -> None:
    front = 'summary:\n  - text: "Ünsure — pain fell.[@good2020] More.[@nope1]"\n    certainty: low\n'
    front += "standfirst: Intro.[@nope2]\n"
    found = [f for f in check(make_site({"a.md": page(front=front)})) if f.rule == "unknown-citation"]
    lines = page(front=front).split("\n")
    assert [lines[f.line - 1][f.column - 1 :][:6] for f in found] == ["@nope1", "@nope2"]


@pytest.mark.parametrize(
    "body", ["`[@nope]`", "```\n[@nope]\n```", "Text\n\n    [@nope]", r"\[@nope]", "<!-- [@nope] -->"]
)
def test_citations_in_code_are_no_citations(body: str, make_site: Make) -> None:
    assert "unknown-citation" not in {f.rule for f in check(make_site({"a.md": page(f"Text.[@good2020]\n\n{body}")}))}


def test_an_unverified_source_beside_a_verified_one_is_only_a_warning(make_site: Make) -> None:
    site = make_site({"a.md": page("Pain fell.[@good2020; @unsure2022]")})
    assert [f.severity for f in check(site) if f.rule == "unverified-reference"] == ["warning"]


@pytest.mark.parametrize(
    "sentence",
    [
        "No drug can be called safe.",
        "It is not a cure, and nobody should say that it cures pain.",
        "Lasting benefit is unproven.",
        "Does it cure pain?",
        "Pages write “it cures pain”.",
        "There is no treatment without side effects.",
        "Be wary of a clinic that guarantees results.",
        "Seven trials had no risk of bias worth naming.",
    ],
)
def test_a_sentence_that_denies_doubts_asks_or_quotes_is_not_too_strong(sentence: str, make_site: Make) -> None:
    site = make_site({"a.md": page(f"{sentence}[@good2020]")})
    assert "strong-claim" not in {f.rule for f in check(site)}


@pytest.mark.parametrize(
    "sentence",
    [
        "Ketamine is completely safe.",
        "The spray has no side effects.",
        "It is a miracle.",
        "Sessions are risk-free.",
        "It is non-addictive.",
        "We guarantee relief.",
        "It works for everyone.",
        "It gives permanent relief.",
    ],
)
def test_promises_are_errors_in_text_and_in_the_description(sentence: str, make_site: Make) -> None:
    site = make_site({"a.md": page(f"{sentence}[@good2020]"), "b.md": page(title="Other", description=sentence)})
    found = [f for f in check(site) if f.rule == "strong-claim"]
    assert {(f.path, f.severity) for f in found} == {("docs/a.md", "error"), ("docs/b.md", "error")}


@pytest.mark.parametrize(
    "body",
    [
        "Relief lasted in 71% of people.[@good2020]",
        "The drip was long for some people. It then ended.[@good2020]",
        "Call 988 at once if you are at risk.",
        "Do trials show that 71% improved?",
        "Table: Trials[@good2020]\n\n| Who | Relief |\n|---|---|\n| Some | 71% |",
        "| Benefit in 2 trials | Risk |\n|---|---|\n| Some | 71%[@good2020] |",
        "No trial found a benefit.",
    ],
)
def test_figures_with_a_source_and_hotlines_need_none(body: str, make_site: Make) -> None:
    site = make_site({"a.md": page(f"Text.[@good2020]\n\n{body}")})
    assert "uncited-claim" not in {f.rule for f in check(site)}


def test_leaning_on_studies_without_naming_one_is_found(make_site: Make) -> None:
    site = make_site({"a.md": page("Text.[@good2020]\n\nStudies show that it helps.")})
    assert [f.line for f in check(site) if f.rule == "uncited-claim"] == [13]


@pytest.mark.parametrize(
    "target",
    [
        "other.md",
        "other.md#what-it-does",
        "other.md#by-hand",
        "other.md#what-it-does_1",
        "other.md#sources",
        "#here",
        "/other/",
        "/api/health",
        "files/sheet.pdf",
        "mailto:a@b.example",
        "tel:988",
        "https://x.test/?q=1#frag",
    ],
)
def test_links_that_lead_somewhere_are_fine(target: str, make_site: Make) -> None:
    other = page(
        "Text.[@good2020]\n\n## What it *does*[@also2021]\n\nA.\n\n## What it does\n\nB.\n\n## C {#by-hand}\n\nC.",
        title="O",
        description="O",
    )
    site = make_site(
        {"a.md": page(f"[x]({target})[@good2020]\n\n## Here\n\nText."), "other.md": other, "files/sheet.pdf": b"%PDF"}
    )
    assert {f.rule for f in check(site)} & {"dead-link", "dead-anchor"} == set()


@pytest.mark.parametrize(
    ("html", "rule"),
    [
        ('<iframe src="https://x.test/"></iframe>', "third-party"),
        ('<img src="//x.test/a.png" alt="A">', "third-party"),
        ('<form action="https://x.test/go"></form>', "third-party"),
        ('<video poster="http://x.test/a.png"></video>', "third-party"),
        ('<img src="a.png">', "image-alt"),
        ('<p onclick="x()">Text</p>', "raw-html"),
        ('<p style="color:red">Text</p>', "raw-html"),
        ('<link rel="stylesheet" href="https://x.test/a.css">', "third-party"),
    ],
)
def test_raw_html_that_reaches_out_or_runs_is_found(html: str, rule: str, make_site: Make) -> None:
    site = make_site({"a.md": page(f"Text.[@good2020]\n\n{html}")})
    assert rule in {f.rule for f in check(site)}


def test_a_plain_link_in_html_to_another_host_is_fine(make_site: Make) -> None:
    site = make_site({"a.md": page('Text.[@good2020]\n\n<a href="https://x.test/">Words</a> <https://x.test/>')})
    assert [f for f in check(site) if f.path == "docs/a.md"] == []


@pytest.mark.parametrize("key", ["title", "description"])
def test_a_title_or_description_used_twice_is_found_at_the_second_page(key: str, make_site: Make) -> None:
    other = {"title": "Other", "description": "Other."}
    del other[key]
    site = make_site({"a.md": page(), "b.md": page("Other text.[@good2020]", **other)})
    assert [(f.path, f.rule) for f in check(site) if f.rule.startswith("duplicate")] == [
        ("docs/b.md", f"duplicate-{key}")
    ]


def test_a_paragraph_on_two_pages_is_found(make_site: Make) -> None:
    site = make_site(
        {"a.md": page(LONG + "[@good2020]"), "b.md": page(LONG + "[@also2021]", title="B", description="B")}
    )
    assert [f.path for f in check(site) if f.rule == "duplicate-paragraph"] == ["docs/b.md"]


def test_each_reference_that_nothing_cites_is_a_hint_at_its_entry(make_site: Make) -> None:
    found = [f for f in check(make_site({"a.md": page()})) if f.rule == "uncited-reference"]
    assert [f.message.split("`")[1] for f in found] == ["also2021", "unsure2022", "fallen2019"]
    assert {(f.path, f.severity, f.line) for f in found} == {("data/references.json", "hint", 1)}
    assert len({f.column for f in found}) == 3


def test_broken_data_are_findings_and_the_rest_is_read(make_site: Make) -> None:
    data = {
        "compounds.json": "{not json",
        "conditions.json": '[{"id": "crps", "name": "CRPS"}, {"id": "crps", "name": "Again"}, {"name": "No id"}]',
    }
    site = make_site({"a.md": page()}, **data)
    assert [(f.path, f.rule, f.line, f.column) for f in site.findings] == [
        ("data/compounds.json", "data-file", 1, 2),
        ("data/conditions.json", "data-duplicate", 1, 35),
        ("data/conditions.json", "data-entry", 1, 67),
    ]
    assert list(site.conditions) == ["crps"]


def test_crisis_true_satisfies_and_the_name_of_the_lifeline_is_no_mention(make_site: Make) -> None:
    site = make_site(
        {
            "a.md": page("Some have thoughts of suicide.[@good2020]", front="crisis: true\n"),
            "b.md": page("Call the 988 Suicide and Crisis Lifeline.[@good2020]", title="B", description="B"),
        }
    )
    assert "crisis-missing" not in {f.rule for f in check(site)}

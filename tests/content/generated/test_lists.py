"""Claims, glossary, sources and hubs: complete, honest, light."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from microsite.content import affected
from microsite.content import az_markdown
from microsite.content import check
from microsite.content import generated_names
from microsite.content import generated_pages
from microsite.content import pairs
from microsite.content import registry
from microsite.content import with_hubs
from microsite.content.generated.frame import sound
from microsite.content.marks import cites

if TYPE_CHECKING:
    from tests.content.conftest import MakeSite

    from microsite.content import Made
    from microsite.content import Site

CLAIM = {
    "id": "pain-01",
    "topic": "pain",
    "claim": "Pain fell.",
    "references": ["good2020"],
    "evidence_level": "low",
    "population": "adults",
}
PAGE = "---\ntitle: T\ndescription: D\n---\nPain fell.[@good2020] [claim: pain-01, low]\n"


def test_every_claim_has_one_entry_with_who_how_sure_and_from_where(ours: Site, made: dict[str, Made]) -> None:
    pages = {path: page for path, page in made.items() if path.startswith("evidence/") and path != "evidence/index.md"}
    whole = "\n".join(page.markdown for page in pages.values())
    for claim in ours.claims.values():
        assert whole.count(f"{{ #{claim.id} }}") == 1
        entry = whole.split(f"{{ #{claim.id} }}")[1].split("\n## ")[0]
        assert "Who: " in entry
        if sound(ours, claim.record["references"]):
            assert "[certainty: " in entry
            assert next(found.id for found in cites(entry)) in claim.record["references"]
        else:
            assert "nobody has confirmed its source" in entry
            assert claim.name not in entry
        error = claim.record["common_error"]
        assert ("**Often said:**" in entry) == bool(error and sound(ours, claim.record["references"]))


def test_a_topic_is_light_and_the_list_of_topics_counts_them_all(ours: Site, made: dict[str, Made]) -> None:
    for path, page in made.items():
        assert not path.startswith("evidence/") or len(page.markdown.encode()) < 25_000
    listed = [int(number) for number in re.findall(r"\]\([\w-]+\.md\) \| (\d+) \|", made["evidence/index.md"].markdown)]
    assert sum(listed) == len(ours.claims)


def test_an_entry_names_the_pages_that_state_it_and_those_with_the_same_sources_apart(make_site: MakeSite) -> None:
    other = PAGE.replace(" [claim: pain-01, low]", "").replace("title: T", "title: U").replace("description: D", "")
    site = make_site({"a.md": PAGE, "b.md": other}, **{"claims.json": json.dumps([CLAIM])})
    entry = next(page.markdown for page in generated_pages(site) if page.path == "evidence/pain.md")
    assert "Stated on: [A](../a.md).\n\nSame sources, perhaps for another statement: [B](../b.md)." in entry


def test_every_term_and_every_source_has_an_anchor(ours: Site, made: dict[str, Made]) -> None:
    terms = made["glossary.md"].markdown
    assert len(re.findall(r"^:   ", terms, re.MULTILINE)) == len(ours.glossary)
    sources = made["sources.md"].markdown
    assert all(f"{{ #{name} .source }}" in sources for name in ours.references)
    for ref in ours.references.values():
        assert not ref.doi or (ref.doi in sources) == ref.verified, "a DOI that nobody looked up may be another paper's"
        note = str(ref.csl.get("verification_note") or "")
        assert not note or note not in sources
    unverified = sum(not ref.verified for ref in ours.references.values())
    assert sources.count("**Not confirmed yet; cited nowhere.**") == unverified > 0
    assert not re.search(r"cited nowhere\.\*\*\n[^\n]*\n\nCited on", sources), "cited nowhere means nowhere"


def test_a_source_names_the_pages_that_cite_it_and_stops_somewhere(make_site: MakeSite) -> None:
    pages: dict[str, str | bytes] = {f"p{n}.md": PAGE.replace("title: T", f"title: Page {n:02}") for n in range(20)}
    site = make_site(pages, **{"claims.json": json.dumps([CLAIM])})
    text = next(page.markdown for page in generated_pages(site) if page.path == "sources.md")
    assert "Cited on: [P0](p0.md), [P1](p1.md), [P10](p10.md)" in text
    assert "and 12 more." in text
    assert "Cited on no page yet." in text


def test_an_edit_of_a_title_changes_no_list_of_uses(make_site: MakeSite) -> None:
    made = []
    for title in ("T", "Zebra"):
        site = make_site(
            {"a-trd.md": PAGE.replace("title: T", f"title: {title}")}, **{"claims.json": json.dumps([CLAIM])}
        )
        made.append(generated_pages(site))
    assert made[0] == made[1]


def test_the_hub_has_a_cell_for_every_pair_with_a_word_and_no_color_alone(ours: Site) -> None:
    text = with_hubs(ours, "conditions/index.md", "<!--conditions-->")
    rows = [line for line in text.splitlines() if line.startswith("| [")]
    assert len(rows) == len(ours.conditions)
    cells = [cell.strip() for row in rows for cell in row.strip("| ").split(" | ")[1:]]
    assert len(cells) == len(ours.conditions) * len(ours.compounds)
    studied = [pair for pair in pairs(ours) if pair.studied]
    assert cells.count("No study") == len(cells) - len(studied)
    for pair in studied:
        label = f'aria-label="{pair.certainty.capitalize()}: {pair.title}"'
        assert any(label in cell for cell in cells), pair.title


def test_the_hub_says_of_each_pair_without_a_page_what_was_looked_for(ours: Site) -> None:
    text = with_hubs(ours, "conditions/index.md", "<!--conditions-->")
    for pair in pairs(ours):
        if not pair.studied and not pair.summary.startswith("No study in people"):
            assert pair.summary in text
        assert pair.studied == (f"({pair.path.removeprefix('conditions/')})" in text)


def test_the_index_from_a_to_z_leads_to_pairs_and_terms(ours: Site) -> None:
    text = az_markdown(ours, generated_names(ours))
    assert "- [Ketamine drip (IV) and PTSD](conditions/ptsd/racemic-ketamine-iv.md)" in text
    assert "- [Enantiomer](glossary.md#enantiomer)" in text
    assert "- [Glossary](glossary.md)" in text


def test_the_same_data_give_the_same_pages(ours: Site, made: dict[str, Made]) -> None:
    assert generated_pages(ours) == list(made.values())


def test_a_changed_certainty_lists_every_page_that_leans_on_the_claim(make_site: MakeSite) -> None:
    other = PAGE.replace(" [claim: pain-01, low]", "")
    free = "---\ntitle: F\ndescription: F\n---\nText.[@also2021]\n"
    pair = {"evidence_level": "low", "summary": "S.", "references": ["good2020"], "claims": ["pain-01"]}
    site = make_site(
        {"a.md": PAGE, "b.md": other, "c.md": free},
        **{
            "claims.json": json.dumps([CLAIM]),
            "conditions.json": json.dumps(
                [{"id": "crps", "name": "CRPS", "by_compound": {"esketamine-nasal": {**pair, "studied": True}}}]
            ),
        },
    )
    found = affected(site, registry(json.dumps([{**CLAIM, "evidence_level": "high"}])))
    assert [(one.path, one.severity) for one in found] == [
        ("data/conditions.json", "warning"),
        ("docs/a.md", "warning"),
        ("docs/b.md", "hint"),
    ]
    assert (found[1].line, found[1].column) == (5, 23)
    assert "was high and is now low" in found[1].message
    assert affected(site, registry(json.dumps([CLAIM]))) == []


def test_a_mark_that_is_unknown_given_up_or_of_another_certainty_is_an_error_in_its_place(make_site: MakeSite) -> None:
    gone = {**CLAIM, "id": "pain-02", "retired": "2026-10-01"}
    body = (
        "A.[@good2020] [claim: pain-1] [claim: pain-02] [claim: pain-01, high] [claim: pain-01] [claim: pain-01, LOW]\n"
    )
    page = f"---\ntitle: T\ndescription: D\n---\n{body}"
    site = make_site({"a.md": page}, **{"claims.json": json.dumps([CLAIM, gone])})
    rules = ("unknown-claim", "retired-claim", "claim-certainty")
    found = [one for one in check(site) if one.rule in rules]
    assert [(one.line, one.column, one.rule) for one in found] == [
        (5, 15, "unknown-claim"),
        (5, 31, "retired-claim"),
        (5, 48, "claim-certainty"),
    ]
    assert "did you mean `pain-01`?" in found[0].fix
    assert "write `[claim: pain-01, low]`" in found[2].fix


def test_a_pair_that_names_a_claim_a_source_or_an_article_that_is_not_there_is_told_so(make_site: MakeSite) -> None:
    pair = {"summary": "S.", "references": ["good2020"], "claims": ["pain-9"], "unknown": ["X.[@good2021]"]}
    record = {"id": "crps", "name": "CRPS", "article": "conditions/crp.md", "by_compound": {"esketamine-nasal": pair}}
    drug = {"id": "esketamine-nasal", "name": "Spray", "warnings": ["Fine.[@good2020]", "Not.[@unsure2022]"]}
    site = make_site(
        {"conditions/crps.md": PAGE},
        **{
            "claims.json": json.dumps([CLAIM]),
            "conditions.json": json.dumps([record], indent=1),
            "compounds.json": json.dumps([drug], indent=1),
        },
    )
    found = {one.rule: one for one in check(site) if one.path.startswith("data/")}
    assert "did you mean `pain-01`?" in found["unknown-claim"].fix
    assert "did you mean `good2020`?" in found["unknown-citation"].fix
    assert "did you mean conditions/crps.md?" in found["dead-link"].fix
    assert found["unverified-reference"].path == "data/compounds.json"
    assert found["unverified-reference"].line == 7

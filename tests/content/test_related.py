"""What to read next: an editor's choice first, then what shares most, with the reason; nothing is left to chance."""

from __future__ import annotations

from typing import TYPE_CHECKING

from microsite.content import view
from microsite.content.related import COMMON
from microsite.content.related import related

if TYPE_CHECKING:
    from collections.abc import Callable

    from microsite.content import Site

    Make = Callable[..., Site]


def article(title: str, *cited: str, front: str = "", updated: str = "2026-11-20") -> str:
    marks = "".join(f"[@{name}]" for name in cited)
    return (
        f"---\ntitle: {title}\ndescription: About {title}.\nkind: article\npublished: 2026-11-01\nupdated: {updated}\n"
        f"review_due: 2027-05-20\nauthors: [editors]\n{front}---\n\nText.{marks}\n"
    )


def names(site: Site, path: str) -> list[tuple[str, str]]:
    return [(found.article.path, found.why) for found in related(site, site.by_path[path])]


def test_sources_and_topics_in_common_are_counted_and_said(make_site: Make) -> None:
    site = make_site(
        {
            "a.md": article("A", "good2020", "also2021", front="conditions: [crps]\n"),
            "b.md": article("B", "good2020", "also2021", front="conditions: [crps]\n"),
            "c.md": article("C", "good2020"),
            "d.md": article("D"),
        }
    )
    assert names(site, "a.md") == [("b.md", "shares 2 sources and 1 topic"), ("c.md", "shares 1 source")]
    assert names(site, "d.md") == []


def test_a_rare_source_ties_closer_than_one_that_many_pages_cite(make_site: Make) -> None:
    site = make_site(
        {
            "a.md": article("A", "good2020", "also2021"),
            "b.md": article("B", "also2021"),
            **{f"m{number}.md": article(f"M{number}", "good2020") for number in range(5)},
        }
    )
    assert [path for path, _ in names(site, "a.md")] == ["b.md", "m0.md", "m1.md"]


def test_an_editors_choice_comes_first_and_needs_no_reason(make_site: Make) -> None:
    site = make_site(
        {
            "a.md": article("A", "good2020", front="related: [d.md]\n"),
            "b.md": article("B", "good2020"),
            "d.md": article("D"),
        }
    )
    assert names(site, "a.md") == [("d.md", ""), ("b.md", "shares 1 source")]
    assert view(site, site.by_path["a.md"])["related"][1] == {
        "title": "B",
        "url": "/b/",
        "description": "About B.",
        "why": "shares 1 source",
    }


def test_a_page_is_never_related_to_itself_to_a_hidden_page_or_twice(make_site: Make) -> None:
    site = make_site(
        {
            "a.md": article("A", "good2020", front="related: [a.md, b.md]\n"),
            "b.md": article("B", "good2020"),
            "c.md": article("C", "good2020", front="noindex: true\n"),
        }
    )
    assert names(site, "a.md") == [("b.md", "")]


def test_what_nearly_every_page_shares_counts_for_nothing_but_a_topic_still_helps(make_site: Make) -> None:
    pages = {f"p{number:02}.md": article(f"P{number}", "good2020") for number in range(COMMON + 2)}
    pages["p00.md"] = article("P0", "good2020", front="conditions: [crps]\n")
    pages["p07.md"] = article("P7", "good2020", front="conditions: [crps]\n")
    assert names(make_site(pages), "p00.md") == [("p07.md", "shares 1 topic")]


def test_the_order_of_files_and_of_ids_changes_nothing(make_site: Make) -> None:
    one = make_site({"a.md": article("A", "good2020", "also2021"), "b.md": article("B", "also2021", "good2020")})
    assert names(one, "a.md") == [("b.md", "shares 2 sources")]
    assert names(one, "b.md") == [("a.md", "shares 2 sources")]

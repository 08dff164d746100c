"""Series: pages find each other by the name, each knows its place and its neighbors, and gaps are said."""

from __future__ import annotations

from typing import TYPE_CHECKING

from microsite.content import check
from microsite.content import view

if TYPE_CHECKING:
    from collections.abc import Callable

    from microsite.content import Site

    Make = Callable[..., Site]


def part(title: str, number: object, name: str = "First steps") -> str:
    series = f"series: {{name: {name}, part: {number}}}"
    return f"---\ntitle: {title}\ndescription: About {title}.\n{series}\n---\n\nText {title}.\n"


def found(site: Site, rule: str) -> list[tuple[str, int, str]]:
    return [(one.path, one.line, one.message) for one in check(site) if one.rule == rule]


def test_parts_are_ordered_by_number_and_linked_both_ways(make_site: Make) -> None:
    site = make_site({"z.md": part("One", 1), "b.md": part("Three", 3), "m.md": part("Two", 2)})
    middle = view(site, site.by_path["m.md"])["series"]
    assert (middle["name"], middle["number"], middle["parts"]) == ("First steps", 2, 3)
    assert [(one["before"], one["url"]) for one in middle["beside"]] == [("Before", "/z/"), ("Next", "/b/")]
    assert [one["url"] for one in view(site, site.by_path["z.md"])["series"]["beside"]] == ["/m/"]
    assert [one["url"] for one in view(site, site.by_path["b.md"])["series"]["beside"]] == ["/m/"]
    assert found(site, "series-parts") == []


def test_a_page_outside_of_a_series_has_no_place(make_site: Make) -> None:
    site = make_site({"a.md": "---\ntitle: A\ndescription: A.\n---\n\nText.\n"})
    assert view(site, site.by_path["a.md"])["series"] is None


def test_gaps_doubles_lone_parts_and_spellings_are_warnings_at_their_key(make_site: Make) -> None:
    site = make_site({"a.md": part("A", 1), "b.md": part("B", 3), "c.md": part("C", 3, "First Steps")})
    assert found(site, "series-parts") == [
        ("docs/b.md", 4, "“First steps” has no part 2"),
        ("docs/c.md", 4, "part 3 of “First steps” is docs/b.md too"),
        ("docs/c.md", 4, "“First Steps” is spelled “First steps” in docs/a.md"),
    ]


def test_a_series_of_one_page_is_a_warning(make_site: Make) -> None:
    assert found(make_site({"a.md": part("A", 1)}), "series-parts") == [("docs/a.md", 4, "“First steps” has one page")]


def test_a_series_without_a_name_or_with_a_word_for_a_number_is_a_finding_and_no_series(make_site: Make) -> None:
    site = make_site({"a.md": part("A", "one"), "b.md": part("B", 0)})
    assert [one.path for one in site.findings if one.rule.startswith("front-matter")] == ["docs/a.md", "docs/b.md"]
    assert view(site, site.by_path["a.md"])["series"] is None

"""Topics and people: what is listed, in which order, under which day; credentials are said as they are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from microsite.content import generated_pages
from microsite.content import view

if TYPE_CHECKING:
    from collections.abc import Callable

    from microsite.content import Made
    from microsite.content import Site

    Make = Callable[..., Site]

PAGES = {
    f"{name}.md": (
        f"---\ntitle: {name.title()} [x]\ndescription: {name}.\nkind: article\npublished: 2026-11-01\nupdated: {day}\n"
        f"review_due: 2027-05-20\nauthors: [editors]\nreviewer: sample\nconditions: [crps]\n---\n\n{name}.[@good2020]\n"
    )
    for name, day in (("old", "2026-11-02"), ("new", "2026-11-09"))
}


def made(site: Site, path: str) -> Made:
    return next(page for page in generated_pages(site) if page.path == path)


def test_a_topic_lists_its_articles_newest_first_and_has_the_day_of_the_newest(make_site: Make) -> None:
    page = made(make_site(PAGES), "topics/index.md")
    assert page.view["url"] == "/topics/"
    assert page.view["updated"]["iso"] == "2026-11-09"
    assert page.markdown.index("../new.md") < page.markdown.index("../old.md")
    assert "### CRPS { #crps }" in page.markdown
    assert "ibromyalgia" not in page.markdown, "a topic without an article has no entry"
    assert "[New](../new.md)" in page.markdown, "by its address: an edit of the title changes no list"


def test_an_articles_tags_lead_to_the_entries(make_site: Make) -> None:
    site = make_site(PAGES)
    assert view(site, site.by_path["new.md"])["tags"] == [{"title": "CRPS", "url": "/topics/#crps"}]


def test_a_byline_leads_to_the_page_that_says_who_it_is(make_site: Make) -> None:
    site = make_site(PAGES)
    values = view(site, site.by_path["new.md"])
    assert values["authors"][0]["url"] == made(site, "authors/editors.md").view["url"] == "/authors/editors/"
    assert values["reviewer"]["url"] == "/authors/sample/"
    editors, sample = made(site, "authors/editors.md").markdown, made(site, "authors/sample.md").markdown
    assert "Credentials" not in editors
    assert "Credentials: MD (sample)." in sample
    assert "## Reviewed" in sample
    assert "## Articles" in editors


def test_a_person_without_credentials_is_called_no_clinician(make_site: Make) -> None:
    people = '[[people]]\nid = "editors"\nname = "E"\n'
    site = make_site(PAGES, **{"people.toml": people})
    assert "Not a clinician." in made(site, "authors/editors.md").markdown


def test_a_page_about_an_organization_that_is_not_there_is_not_linked(make_site: Make) -> None:
    assert "More about us" not in made(make_site(PAGES), "authors/editors.md").markdown
    about = "---\ntitle: About\ndescription: About.\n---\n\nUs.\n"
    assert "(../about/index.md)" in made(make_site({**PAGES, "about/index.md": about}), "authors/editors.md").markdown


def test_a_list_that_names_suicidal_thoughts_opens_with_the_crisis_lines(make_site: Make) -> None:
    named = {"suicidal-thoughts.md": PAGES["new.md"]}
    for pages, speaks in ((PAGES, False), (PAGES | named, True)):
        site = make_site(pages)
        assert [made(site, path).view["crisis"] for path in ("topics/index.md", "authors/editors.md")] == [speaks] * 2


def test_a_site_without_topics_has_no_page_of_them(make_site: Make) -> None:
    site = make_site({"a.md": "---\ntitle: A\ndescription: A.\n---\n\nText.\n"})
    assert [page.path for page in generated_pages(site) if page.path.startswith("topics")] == []

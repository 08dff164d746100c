from __future__ import annotations

import json
import subprocess
import sys
from datetime import date
from typing import TYPE_CHECKING

import pytest

import microsite.content
from microsite.content import az_markdown
from microsite.content import read_site
from microsite.content import view
from microsite.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

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


def article(title: str, more: str = "", body: str = "Pain fell.[@good2020]", updated: str = "2026-11-20") -> str:
    head = HEAD.replace("Pain and ketamine", title).replace("2026-11-20", updated)
    return head.replace("\n---\n", f"\n{more}---\n", 1) + f"\n{body}\n"


@pytest.fixture
def site(make_site: Make) -> Site:
    return make_site(
        {
            "index.md": "---\ntitle: Home page\nkind: home\n---\nHi\n",
            "conditions/index.md": "---\ntitle: Conditions\nkind: hub\nshow: [insurers]\n---\nHi\n",
            "articles/index.md": "---\ntitle: All\nkind: index\n---\nHi\n",
            "conditions/crps.md": article(
                "The CRPS page",
                "conditions: [crps]\ncompounds: [esketamine-nasal]\nreviewer: sample\naliases: [burning limb, drip]\n"
                'summary:\n  - {text: "Gone by week 12.[@also2021]", certainty: low}\n',
                "word " * 201 + "[@good2020; @nope] `[@unsure2022]`",
                "2026-11-10",
            ),
            "conditions/fibro.md": article(
                "Fibromyalgia", "conditions: [fibromyalgia]\ncompounds: [esketamine-nasal]\n"
            ),
            "conditions/both.md": article(
                "Both", "conditions: [crps]\ncompounds: [esketamine-nasal]\n", updated="2026-11-12"
            ),
            "safety/risk.md": article("Risk", "related: [conditions/crps.md, gone.md]\n", updated="2026-11-11"),
            "safety/hidden.md": article("Hidden", "noindex: true\ncompounds: [esketamine-nasal]\n"),
        }
    )


def test_a_view_holds_what_the_templates_show(site: Site) -> None:
    values = view(site, site.by_path["conditions/crps.md"])
    assert json.loads(json.dumps(values)) == values
    assert values["url"] == "/conditions/crps/"
    assert values["section"] == {"title": "Conditions", "url": "/conditions/"}
    assert values["crumbs"] == [{"title": "Home", "url": "/"}, {"title": "Conditions", "url": "/conditions/"}]
    assert values["published"] == {"iso": "2026-11-01", "text": "November 1, 2026"}
    assert values["review"] == {"iso": "2027-05-20", "text": "May 2027"}
    assert (values["reviewer"]["name"], values["reviewer"]["credentials"]) == ("Sample Reviewer", "MD (sample)")
    editors = {"id": "editors", "name": "Editors", "kind": "organisation", "role": "", "url": "/authors/editors/"}
    assert values["authors"] == [editors]
    assert values["summary"] == [{"text": "Gone by week 12.[@also2021]", "certainty": "low"}]
    assert (values["conditions"], values["compounds"]) == (["CRPS"], ["Esketamine nasal spray"])
    assert values["standfirst"] == "What trials found."


def test_words_make_minutes_rounded_up_and_sources_are_counted_once(site: Site) -> None:
    values = view(site, site.by_path["conditions/crps.md"])
    # 201 words of text, and "At a glance" with "Gone by week 12."
    assert (values["words"], values["minutes"]) == (208, 2)
    assert values["sources"] == 2, "the summary's and the body's; an unknown id and code do not count"


def test_related_pages_are_the_named_ones_else_those_that_share_most(site: Site) -> None:
    assert view(site, site.by_path["safety/risk.md"])["related"][0]["url"] == "/conditions/crps/"
    shared = view(site, site.by_path["conditions/crps.md"])["related"]
    assert [link["title"] for link in shared] == ["Both", "Fibromyalgia", "Risk"]


def test_latest_are_the_newest_other_articles(site: Site) -> None:
    latest = view(site, site.by_path["conditions/fibro.md"])["latest"]
    assert [link["url"] for link in latest] == ["/conditions/both/", "/conditions/crps/", "/safety/risk/"]
    assert [link["title"] for link in latest] == ["Both", "CRPS", "Risk"], "by their addresses: titles may change"
    home = view(site, site.by_path["index.md"])["latest"]
    assert [link["title"] for link in home] == ["Fibromyalgia", "Both", "Risk"]
    assert home[1]["updated"] == {"iso": "2026-11-12", "text": "November 12, 2026"}


def test_a_hub_lists_its_folder_and_the_index_lists_all(site: Site) -> None:
    hub = view(site, site.by_path["conditions/index.md"])
    assert [child["title"] for child in hub["children"]] == ["Both", "Fibromyalgia", "The CRPS page"]
    assert hub["section"] is None
    assert hub["insurers"] == [{"id": "a", "name": "Example Plan (sample)", "kind": "Plan", "note": ""}]
    index = view(site, site.by_path["articles/index.md"])
    assert [child["title"] for child in index["children"]] == ["Fibromyalgia", "Both", "Risk", "The CRPS page"]
    assert view(site, site.by_path["index.md"])["crumbs"] == []


def test_a_page_is_overdue_the_day_after_its_review(make_site: Make) -> None:
    for due, overdue in (("2026-11-20", True), ("2026-11-21", False)):
        made = make_site({"a.md": HEAD.replace("2027-05-20", due)})
        assert view(made, made.by_path["a.md"])["overdue"] is overdue


def test_the_index_from_a_to_z_holds_titles_other_names_and_terms_by_letter(site: Site) -> None:
    text = az_markdown(site)
    assert "- Burning limb: see [The CRPS page](conditions/crps.md)" in text
    assert "- Drip: see [The CRPS page](conditions/crps.md)" in text
    assert text.count("Drip") == 1, "an alias and a glossary term of the same name are one entry"
    assert "## C { #c }\n\n- [Conditions](conditions/index.md)\n- [The CRPS page](conditions/crps.md)" in text
    assert "Hidden" not in text
    letters = [line[3] for line in text.splitlines() if line.startswith("## ")]
    assert letters == sorted(letters)
    assert text.startswith("[A](#a) [B](#b)")


def test_two_readings_of_the_same_files_give_the_same_views(site: Site, tmp_path: Path) -> None:
    again = read_site(tmp_path, today=date(2026, 11, 21))
    assert [view(again, page) for page in again.articles] == [view(site, page) for page in site.articles]
    assert az_markdown(again) == az_markdown(site)


def test_tags_of_the_builder_in_its_settings_are_no_trouble(site: Site) -> None:
    assert site.extra == {"crisis": {"call": "988"}}


def test_a_folder_without_settings_is_refused_with_words(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"no mkdocs\.yml"):
        read_site(tmp_path / "nowhere", today=date(2026, 11, 21))


def test_the_room_needs_neither_the_builder_nor_a_template_engine() -> None:
    program = (
        "import sys, microsite.content; print(sorted({'mkdocs', 'jinja2', 'markdown', 'click'} & set(sys.modules)))"
    )
    run = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True)
    assert run.stdout == "[]\n"


def test_the_room_exports_what_it_says() -> None:
    assert set(microsite.content.__all__) == {
        *("Article", "RULES", "Site", "az_markdown", "body_with_summary", "check", "read_site", "view"),
        *("Made", "affected", "claim_url", "generated_names", "generated_pages", "generated_paths", "glossary_anchor"),
        *("citations", "page_url", "pairs", "questions", "registry", "with_hubs"),
        *("Notice", "STANDING", "expiring", "notices", "retraction_findings", "schemas", "with_notices"),
        "state_of",
    }
    assert all(hasattr(microsite.content, name) for name in microsite.content.__all__)

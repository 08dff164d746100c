"""A preview: a name of its own, no visitor of the site meets it, and it goes again."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from tests.deploy.test_rollback import Edge

from microsite.deploy import archive
from microsite.deploy.files import read_site
from microsite.deploy.job import Job
from microsite.deploy.memory import Crash
from microsite.deploy.memory import Faults
from microsite.deploy.plan import make_plan
from microsite.deploy.preview import address
from microsite.deploy.preview import remove_preview
from microsite.deploy.preview import show_preview
from microsite.deploy.prune import prune
from microsite.errors import Refused
from microsite.errors import Unverified

if TYPE_CHECKING:
    from pathlib import Path

DOMAIN = "preview.example.org"


@pytest.fixture
def edge(tmp_path: Path) -> Edge:
    made = Edge(tmp_path / "site")
    made.release("one", "1")
    return made


def job(edge: Edge, text: str) -> Job:
    page = edge.folder / "index.html"
    page.write_text(page.read_text(encoding="utf-8").replace("one", text), encoding="utf-8")
    site, live = read_site(edge.folder), archive.read(edge.bucket, edge.pointer.values["release"])
    return Job(edge.world(), site, make_plan(site, live), live)


def test_a_preview_is_shown_under_its_name_and_changes_nothing_else(edge: Edge) -> None:
    before, functions = dict(edge.pointer.values), edge.functions.live()
    staged = show_preview(job(edge, "two"), "pr-12", DOMAIN)
    assert edge.pointer.values == {**before, "preview/pr-12": staged.manifest.release}
    assert edge.functions.live() == functions
    assert staged.sent.objects == 1
    assert b"one" in edge.fetch("http://edge/").body
    assert remove_preview(edge.world(), "pr-12")
    assert edge.pointer.values == before
    assert not remove_preview(edge.world(), "pr-12")


def test_where_nothing_was_released_yet_the_edge_learns_which_host_is_the_sites(edge: Edge) -> None:
    made = job(edge, "two")
    show_preview(Job(replace(edge.world(), host="site.example"), made.site, made.plan, made.live), "pr-1", DOMAIN)
    assert edge.pointer.values["host"] == "site.example"


def test_a_preview_outlives_clearing_away_until_it_is_removed(edge: Edge) -> None:
    staged = show_preview(job(edge, "two"), "pr-12", DOMAIN)
    later = 1_795_269_600 + 400 * 86_400.0
    for previews, there in (((staged.manifest.release,), True), ((), False)):
        prune(
            edge.bucket, live=edge.pointer.values["release"], previous="", previews=previews,
            keep=0, keep_days=30, max_delete=500, now=later,
        )  # fmt: skip
        assert (staged.manifest.release in archive.releases(edge.bucket)) is there


def test_a_preview_that_does_not_answer_gets_no_name(edge: Edge) -> None:
    made = job(edge, "two")
    edge.fetch_ok = edge.fetch  # type: ignore[attr-defined]

    def damaged(url: str, headers: object = None, **more: object) -> object:
        answer = edge.fetch_ok(url, headers, **more)  # type: ignore[attr-defined]
        return answer._replace(status=500) if url.endswith("/a/") else answer

    edge.fetch = damaged  # type: ignore[method-assign, assignment]
    with pytest.raises(Unverified, match="a/: status 500"):
        show_preview(Job(edge.world(), made.site, made.plan, made.live), "pr-12", DOMAIN)
    assert not [key for key in edge.pointer.values if key.startswith("preview/")]


def test_a_crash_leaves_the_preview_or_none_and_the_site_as_it_was(edge: Edge) -> None:
    made, live = job(edge, "two"), edge.pointer.values["release"]
    crashes = 0
    while True:
        edge.pointer.fault = edge.bucket.fault = Faults(crash=crashes + 1, when="after")
        try:
            show_preview(made, "pr-12", DOMAIN)
        except Crash:
            crashes += 1
        else:
            break
        assert edge.pointer.values["release"] == live
        assert edge.pointer.values.get("preview/pr-12", "") in {"", *names(edge)}
        edge.pointer.values.pop("lock", None)  # it ends by itself after ten minutes
    # Each run goes on where the one before it stopped, so the later ones make fewer requests.
    assert crashes >= 5
    assert edge.pointer.values["preview/pr-12"] in names(edge)


def names(edge: Edge) -> tuple[str, ...]:
    edge.bucket.fault = lambda verb, when: None
    return archive.releases(edge.bucket)


@pytest.mark.parametrize("name", ["", "PR-12", "a.b", "-a", "a-", "a" * 64, "../x", "a b", "pr_1", "é"])
def test_a_name_that_no_host_can_have_is_refused(name: str) -> None:
    with pytest.raises(Refused, match="can be no preview's name"):
        address(name, DOMAIN)


def test_without_a_domain_there_are_no_previews() -> None:
    assert address("pr-12", DOMAIN) == "https://pr-12.preview.example.org/"
    with pytest.raises(Refused, match="no domain for previews"):
        address("pr-12", "")

"""axe-core on every kind of page, light and dark, on a phone and on a desk: no violation of any rule."""

from __future__ import annotations

from typing import TYPE_CHECKING
from typing import Any
from typing import Literal

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from benchmarks.rig import BuiltSite
    from benchmarks.rig import Mailbox
    from benchmarks.rig import Tools
    from benchmarks.rig import Visitor
    from playwright.sync_api import Page

WIDTHS = (360, 1280)
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
#: All of axe's rules, best practices included, and the one on target size that is off by default.
RUN = """() => axe.run(document, {resultTypes: ["violations"], rules: {"target-size": {enabled: true}}})
  .then((result) => [result.passes.length, result.violations.map((one) =>
    `${one.id}: ${one.help}\\n` + one.nodes.map((node) => `    ${node.html.slice(0, 160)}\\n      ` +
      node.any.concat(node.all, node.none).map((check) => check.message).join("; ")).slice(0, 4).join("\\n"))])"""
#: In dark colors only what depends on colors can differ from the light page that was just looked at.
COLORS = RUN.replace('rules: {"target-size": {enabled: true}}', 'runOnly: ["color-contrast", "link-in-text-block"]')
#: AAA, for what people came to read.
ENHANCED = """() => axe.run({include: [["main p"], ["main li"], ["main td"], ["main h2"], ["main summary"]]},
  {runOnly: ["color-contrast-enhanced"], resultTypes: ["violations"]})
  .then((result) => [result.passes.length, result.violations.flatMap((one) => one.nodes.map((node) =>
    `${node.html.slice(0, 160)}\\n      ${node.any.map((check) => check.message).join("; ")}`))])"""


@pytest.fixture(scope="session")
def axe(toolbox: Tools) -> str:
    return toolbox.file("axe-core", "axe.min.js").read_text("utf-8")


def examine(page: Page, axe: str, script: str = RUN) -> list[str]:
    """Violations of the page as it stands, in each scheme and width."""
    # Evaluated over the debugging protocol, so the page's policy stays in force.
    page.evaluate(axe)
    found: list[str] = []
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        for scheme in SCHEMES:
            page.emulate_media(color_scheme=scheme)
            passes, violations = page.evaluate(COLORS if script == RUN and scheme == "dark" else script)
            assert passes, "axe has looked at nothing"
            found += [f"{width} px, {scheme}: {one}" for one in violations]
    return found


def kinds(built: BuiltSite) -> dict[str, list[str]]:
    """Every page of the site, in bundles for a readable report."""
    bundles: dict[str, list[str]] = {}
    for page in built.pages:
        bundles.setdefault(page.url.split("/")[1] or "home", []).append(page.url)
    return bundles


@pytest.mark.parametrize(
    "bundle",
    [
        "home",
        "404.html",
        "a-z",
        "about",
        "articles",
        "authors",
        "book",
        "callback",
        "conditions",
        "contact",
        "evidence",
        "find-care",
        "glossary",
        "legal",
        "newsletter",
        "safety",
        "search",
        "sources",
        "styleguide",
        "topics",
        "treatments",
    ],
)
def test_axe_finds_nothing_on(visit: Callable[..., Visitor], built: BuiltSite, axe: str, bundle: str) -> None:
    visitor = visit(reduced_motion="reduce")
    found: dict[str, Any] = {}
    for url in kinds(built)[bundle]:
        wrong = examine(visitor.go(url), axe)
        if wrong:
            found[url] = wrong
    assert not found, "\n".join(f"{url}\n  " + "\n  ".join(wrong) for url, wrong in found.items())


def test_no_part_of_the_site_is_left_out_above(built: BuiltSite) -> None:
    named = test_axe_finds_nothing_on.pytestmark[0].args[1]
    assert set(kinds(built)) == set(named)


def test_axe_finds_nothing_with_every_answer_open(visit: Callable[..., Visitor], axe: str) -> None:
    page = visit(reduced_motion="reduce").go("/safety/benefits-and-risks/")
    page.evaluate("document.querySelectorAll('details').forEach((node) => { node.open = true; })")
    assert not examine(page, axe)


def test_axe_finds_nothing_on_the_open_list_of_the_search(visit: Callable[..., Visitor], axe: str) -> None:
    page = visit(reduced_motion="reduce").go("/conditions/chronic-pain/")
    page.locator(".find").fill("liver")
    page.get_by_role("option").first.wait_for()
    page.keyboard.press("ArrowDown")
    assert not examine(page, axe)
    page.locator(".find").fill("zzqqxxyy")
    page.get_by_role("option", name="Ask a person").wait_for()
    assert not examine(page, axe), "nothing found"


def test_axe_finds_nothing_on_the_results_of_a_search(visit: Callable[..., Visitor], axe: str) -> None:
    page = visit(reduced_motion="reduce").go("/search/#q=liver+ketmine")
    page.locator(".hits a").first.wait_for()
    page.evaluate("document.querySelectorAll('details').forEach((node) => { node.open = true; })")
    assert not examine(page, axe)


def test_axe_finds_nothing_on_forms_with_errors(visit: Callable[..., Visitor], axe: str) -> None:
    for path, button in (
        ("/contact/", "Send message"),
        ("/book/", "Send me the book"),
        ("/callback/", "Ask for a call or text"),
        ("/find-care/covered/", "Send my question"),
    ):
        page = visit(reduced_motion="reduce").go(path)
        page.get_by_role("button", name=button).click()
        page.get_by_role("alert").wait_for()
        assert not examine(page, axe), path


def test_axe_finds_nothing_on_the_answers_to_links_in_mails(
    visit: Callable[..., Visitor], mailbox: Mailbox, axe: str
) -> None:
    page = visit(reduced_motion="reduce").go("/book/")
    page.get_by_label("Email address").fill("axe@example.com")
    page.locator("#consent").check()
    page.get_by_role("button", name="Send me the book").click()
    [asked] = mailbox.wait("axe@example.com")
    for link in (asked.link("/api/confirm"), asked.link("/api/unsubscribe"), "/api/book?token=no"):
        page.goto(link)
        assert not examine(page, axe), link
    page.goto(asked.link("/api/confirm"))
    page.get_by_role("button", name="Yes, confirm my address").click()
    delivered = mailbox.wait("axe@example.com", count=2)[-1]
    page.goto(delivered.link("/api/book"))
    assert not examine(page, axe), "the book's links"
    page.goto(delivered.link("/api/preferences"))
    assert not examine(page, axe), "the email choices"
    with page.expect_navigation():  # a click does not wait for it, and axe would lose its page
        page.get_by_role("button", name="Erase what you keep about me").click()
    assert not examine(page, axe), "the question before erasing"


@pytest.mark.parametrize("url", ["/safety/benefits-and-risks/", "/conditions/neuropathic-pain/", "/", "/contact/"])
def test_text_that_people_came_to_read_has_a_contrast_of_seven(
    visit: Callable[..., Visitor], axe: str, url: str
) -> None:
    page = visit(reduced_motion="reduce").go(url)
    page.evaluate("document.querySelectorAll('details').forEach((node) => { node.open = true; })")
    assert not examine(page, axe, ENHANCED)


def test_axe_would_find_a_fault(visit: Callable[..., Visitor], axe: str) -> None:
    page = visit().go("/")
    page.evaluate("document.querySelector('main').append(document.createElement('button'))")
    assert any("button-name" in one for one in examine(page, axe))

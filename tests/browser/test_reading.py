"""Journeys of a reader."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

if TYPE_CHECKING:
    from collections.abc import Callable

    from benchmarks.rig import Visitor
    from playwright.sync_api import Page

ARTICLE = "/safety/benefits-and-risks/"
EXIT = "https://www.weather.gov/"

FOCUSED = """() => {
  const node = document.activeElement;
  const box = node.getBoundingClientRect();
  const style = getComputedStyle(node);
  const line = node.getClientRects()[0];  // a link that breaks has two: the middle of its box may be other text
  const middle = document.elementFromPoint(line.x + line.width / 2, line.y + Math.min(line.height / 2, 20));
  return {
    name: node.tagName + "." + node.className + " " + node.textContent.trim().slice(0, 40),
    outline: style.outlineStyle === "none" ? 0 : parseFloat(style.outlineWidth),
    inside: box.width > 0 && box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth,
    seen: !!middle && (node.contains(middle) || middle.contains(node)),
  };
}"""


def tab_to(page: Page, selector: str, *, limit: int = 200) -> None:
    """Press Tab until the element has the focus, as a keyboard user would."""
    for _ in range(limit):
        page.keyboard.press("Tab")
        if page.evaluate("(s) => document.activeElement.matches(s)", selector):
            return
    pytest.fail(f"{selector} is not reached by {limit} presses of Tab")


def settle(page: Page) -> None:
    """Wait until the window stands still: Chromium drops a smooth scroll that starts, at no human pace, in another."""
    still = """() => new Promise((done) => {
      let last = -1;
      const look = () => { if (scrollY === last) done(); else { last = scrollY; setTimeout(look, 120); } };
      look();
    })"""
    page.evaluate(still)


def test_a_reader_gets_from_home_to_an_article_its_sources_and_back_by_clicks(
    visit: Callable[..., Visitor],
) -> None:
    page = visit().go("/")
    page.get_by_role("navigation", name="Sections").get_by_role("link", name="Conditions").click()
    expect(page).to_have_url(re.compile(r"/conditions/$"))
    page.get_by_role("main").get_by_role("link", name=re.compile("chronic pain", re.IGNORECASE)).first.click()
    expect(page).to_have_url(re.compile(r"/conditions/chronic-pain/$"))
    expect(page.get_by_role("heading", level=1)).to_contain_text("chronic pain")
    for fact in ("Published", "Next review", "min read", "sources", "not yet reviewed by a clinician"):
        expect(page.locator(".facts")).to_contain_text(fact)
    mark = page.locator(".text sup a").first
    number = mark.inner_text()
    mark.click()
    source = page.locator(".sources li:target")
    expect(source).to_be_in_viewport()
    assert number.strip("[]") == str(
        page.evaluate(
            "[...document.querySelector('li:target').parentNode.children]"
            ".indexOf(document.querySelector('li:target')) + 1"
        )
    )
    page.get_by_role("navigation", name="Breadcrumb").get_by_role("link", name="Conditions").click()
    expect(page).to_have_url(re.compile(r"/conditions/$"))
    page.go_back()
    page.get_by_role("link", name="All articles").first.click()
    expect(page).to_have_url(re.compile(r"/articles/$"))
    expect(page.get_by_role("main").get_by_role("link").nth(4)).to_be_visible()


def test_a_keyboard_is_enough_to_skip_navigate_read_and_open_answers(visit: Callable[..., Visitor]) -> None:
    page = visit().go(ARTICLE)
    page.keyboard.press("Tab")
    skip = page.get_by_role("link", name="Skip to main content")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport()
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
    page.keyboard.press("Tab")
    assert page.evaluate("document.querySelector('main').contains(document.activeElement)")
    tab_to(page, ".toc a")
    settle(page)
    target = page.evaluate("document.activeElement.hash.slice(1)")
    page.keyboard.press("Enter")
    expect(page.locator(f"[id='{target}']")).to_be_in_viewport()
    tab_to(page, "details.question > summary")
    answer = page.locator("details.question").first
    expect(answer).not_to_have_attribute("open", re.compile(".*"))
    page.keyboard.press("Enter")
    expect(answer).to_have_attribute("open", "")
    expect(answer.locator("p").first).to_be_visible()
    page.keyboard.press("Space")
    expect(answer).not_to_have_attribute("open", re.compile(".*"))
    tab_to(page, ".share a")


def test_focus_is_always_visible_in_the_window_and_uncovered(visit: Callable[..., Visitor]) -> None:
    for width in (360, 1280):
        page = visit(width=width, reduced_motion="reduce").go("/conditions/neuropathic-pain/")
        faults = []
        for _ in range(70):
            page.keyboard.press("Tab")
            state = page.evaluate(FOCUSED)
            if state["outline"] < 2 or not state["inside"] or not state["seen"]:
                faults.append(state)
        assert not faults, f"{width} px: {faults}"


def test_contents_follow_the_reader(visit: Callable[..., Visitor]) -> None:
    page = visit(width=1440, reduced_motion="reduce").go(ARTICLE)
    expect(page.locator("details.toc")).to_have_attribute("open", "")
    links = page.locator(".toc a")
    assert links.count() >= 4
    for number in (1, 3, links.count() - 1):
        link = links.nth(number)
        target = link.evaluate("(node) => node.hash.slice(1)")
        page.evaluate("(id) => document.getElementById(id).scrollIntoView()", target)
        expect(link).to_have_attribute("aria-current", "true")
        expect(page.locator(".toc [aria-current]")).to_have_count(1)
        expect(link).to_be_in_viewport()
    page.evaluate("scrollTo(0, 0)")
    expect(page.locator(".toc [aria-current]")).to_have_count(0)


def test_contents_are_folded_on_a_phone_and_lead_to_their_heading(visit: Callable[..., Visitor]) -> None:
    page = visit(width=360, reduced_motion="reduce").go(ARTICLE)
    expect(page.locator(".toc a").first).to_be_hidden()
    page.locator(".toc summary").click()
    link = page.locator(".toc a").nth(2)
    target = link.evaluate("(node) => node.hash.slice(1)")
    link.click()
    expect(page.locator(f"[id='{target}']")).to_be_in_viewport()


@pytest.mark.parametrize("width", [1440, 1600])
def test_sidenotes_overlap_neither_each_other_nor_the_text_nor_the_window(
    visit: Callable[..., Visitor], width: int
) -> None:
    visitor = visit(width=width)
    for path in (ARTICLE, "/conditions/neuropathic-pain/"):
        page = visitor.go(path)
        page.mouse.wheel(0, 200)
        expect(page.locator(".side").first).to_be_visible()
        boxes = page.evaluate(
            """() => [...document.querySelectorAll(".side")].map((node) => {
                const box = node.getBoundingClientRect();
                return [box.left, box.top + scrollY, box.right, box.bottom + scrollY];
            }).sort((a, b) => a[1] - b[1])"""
        )
        assert len(boxes) > 5
        for above, below in pairwise(boxes):
            assert below[1] >= above[3], (path, above, below)
        inner = page.evaluate(
            """() => Math.max(...[...document.querySelectorAll(
                ".text > :not(.side), .text > :not(.side) *")].map((node) => node.getBoundingClientRect().right))"""
        )
        assert min(box[0] for box in boxes) >= inner, path
        assert max(box[2] for box in boxes) <= width, path
        end = page.evaluate("document.querySelector('.text').getBoundingClientRect().bottom + scrollY")
        assert boxes[-1][3] <= end, path
        assert page.locator(".side:not([aria-hidden=true])").count() == 0, "read twice by a screen reader"


def test_a_reader_shares_with_the_devices_own_sheet(visit: Callable[..., Visitor]) -> None:
    page = visit(init="window.shared = []; navigator.share = async (what) => { shared.push(what); };").go(ARTICLE)
    page.get_by_role("button", name="Share").click()
    [shared] = page.evaluate("shared")
    assert shared["title"].startswith(page.get_by_role("heading", level=1).inner_text())
    assert shared["url"] == page.url.partition("#")[0].partition("?")[0]


def test_a_reader_copies_the_link_and_is_told_so(visit: Callable[..., Visitor]) -> None:
    write = "{writeText: async (text) => { window.copied = text; }}"
    stub = f"Object.defineProperty(navigator, 'clipboard', {{value: {write}}});"
    page = visit(init=stub).go(f"{ARTICLE}?from=a-newsletter#sources")
    page.get_by_role("button", name="Copy link").click()
    expect(page.locator(".share [role=status]")).to_have_text("Link copied")
    assert page.evaluate("copied") == page.url.partition("?")[0], "a copied link carries nobody's tracks"


def test_copying_that_is_forbidden_shows_the_link_instead(visit: Callable[..., Visitor]) -> None:
    stub = "Object.defineProperty(navigator, 'clipboard', {value: {writeText: () => Promise.reject(new Error('no'))}});"
    page = visit(init=stub).go(ARTICLE)
    page.get_by_role("button", name="Copy link").click()
    expect(page.locator(".share [role=status]")).to_have_text(page.url)


def test_sharing_by_mail_needs_no_script_and_names_the_page(visit: Callable[..., Visitor]) -> None:
    page = visit(java_script_enabled=False).go(ARTICLE)
    link = page.get_by_role("link", name="Email this page")
    address = link.get_attribute("href") or ""
    assert address.startswith("mailto:?subject=Ketamine")
    assert address.endswith("safety/benefits-and-risks/")
    expect(page.get_by_role("button", name="Share")).to_have_count(0)
    expect(page.get_by_role("button", name="Copy link")).to_have_count(0)


def test_the_contact_bar_calls_texts_and_leads_to_a_person_and_to_the_crisis_line(
    visit: Callable[..., Visitor],
) -> None:
    page = visit(width=360).go(ARTICLE)
    bar = page.get_by_role("complementary", name="Talk to a person")
    addresses = [link.get_attribute("href") or "" for link in bar.get_by_role("link").all()]
    assert [address.partition(":")[0] for address in addresses[:2]] == ["tel", "sms"]
    assert {"/find-care/covered/", "/contact/", "tel:988"} <= set(addresses)
    for link in bar.get_by_role("link").all():
        expect(link).to_be_in_viewport()


@pytest.mark.parametrize("way", ["button", "keys"])
def test_quick_exit_leaves_at_once_and_cannot_be_undone_by_back(visit: Callable[..., Visitor], way: str) -> None:
    visitor = visit()
    visitor.allowed.add(EXIT)
    page = visitor.go("/")
    page.goto(ARTICLE)
    if way == "button":
        page.locator(".exit").click()
    else:
        for _ in range(3):
            page.keyboard.press("Shift")
    page.wait_for_url(EXIT)
    page.go_back()
    assert not page.url.endswith(ARTICLE), "Back shows the article to whoever comes in"


def test_two_presses_of_shift_or_typing_capitals_do_not_leave(visit: Callable[..., Visitor]) -> None:
    page = visit().go("/contact/")
    page.locator("#message").focus()
    page.keyboard.press("Shift")
    page.keyboard.press("Shift")
    page.keyboard.press("a")
    page.keyboard.press("Shift")
    for letter in "ABCD":
        page.keyboard.press(f"Shift+{letter}")
    assert page.url.endswith("/contact/")
    expect(page.locator("#message")).to_have_value("aABCD")


def test_an_address_that_is_not_there_gets_404_and_ways_on(visit: Callable[..., Visitor]) -> None:
    visitor = visit()
    page = visitor.go("/no/such/page/")
    assert (404, "/no/such/page/") in visitor.answers
    expect(page.get_by_role("heading", level=1)).to_have_text("This page is not here")
    page.get_by_role("main").get_by_role("link", name=re.compile("A.Z")).click()
    expect(page).to_have_url(re.compile(r"/a-z/$"))


def test_the_a_to_z_finds_a_page_by_a_lay_word(visit: Callable[..., Visitor]) -> None:
    page = visit().go("/a-z/")
    links = page.get_by_role("main").get_by_role("link")
    expect(links.last).to_be_attached()
    assert links.count() > 40


def test_paper_gets_the_text_with_every_answer_and_no_chrome(visit: Callable[..., Visitor]) -> None:
    page = visit().go(ARTICLE)
    hidden = page.locator("details.question p").first
    expect(hidden).to_be_hidden()
    page.emulate_media(media="print")
    for part in (".help", ".head nav", ".find", ".moon", ".foot nav", ".toc", ".share", ".after"):
        assert not page.locator(part).first.is_visible(), part
    expect(hidden).to_be_visible()
    expect(page.locator(".sources li").last).to_be_visible()
    paper = page.pdf(format="Letter")
    assert paper.startswith(b"%PDF")
    pages = len(re.findall(rb"/Type\s*/Page\b", paper))
    assert 3 <= pages <= 16, pages


def test_paper_shows_answers_without_script_too(visit: Callable[..., Visitor]) -> None:
    page = visit(java_script_enabled=False).go(ARTICLE)
    page.emulate_media(media="print")
    expect(page.locator("details.question p").first).to_be_visible()

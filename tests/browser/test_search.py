"""The search as a reader meets it: typing, keys, a phone, slow and lost networks, and what goes over the wire."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import quote
from urllib.parse import unquote

import pytest
from playwright.sync_api import expect

if TYPE_CHECKING:
    from collections.abc import Callable

    from benchmarks.rig import Served
    from benchmarks.rig import Visitor
    from playwright.sync_api import Browser
    from playwright.sync_api import Locator
    from playwright.sync_api import Page
    from playwright.sync_api import Route

ARTICLE = "/conditions/chronic-pain/"
#: Keeps the score of each layout shift that the reader did not cause, and what the page threw.
WATCH = """
window.shifts = [];
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) if (!entry.hadRecentInput) {
    window.shifts.push([entry.value, ...entry.sources.map(({node, previousRect: a, currentRect: b}) =>
      `${node?.className || node?.nodeName} from ${a.x},${a.y} to ${b.x},${b.y}`)]);
  }
}).observe({type: "layout-shift", buffered: true});
"""
#: Where the things stand that must not move when the box is used.
STILL = """() => [".help", ".brand", ".head nav", ".moon", "h1", ".text"].map((selector) => {
  const box = document.querySelector(selector).getBoundingClientRect();
  return [selector, Math.round(box.x), Math.round(box.y), Math.round(box.width), Math.round(box.height)];
})"""
INDEX = re.compile("A.Z")
#: A file of the index, other than the two with a fixed name.
SHARD = re.compile(r"/search/[a-z]+\.[0-9a-f]{9,}\.bin$")


def box(page: Page) -> Locator:
    return page.locator("header").get_by_role("combobox", name="Search")


def reach(page: Page) -> Locator:
    """Click into the box and wait until it is a combobox."""
    page.locator("header").get_by_role("textbox", name="Search").click()
    expect(box(page)).to_be_focused()
    return box(page)


def options(page: Page) -> Locator:
    return page.get_by_role("listbox").get_by_role("option")


def sections(page: Page) -> Locator:
    """The options that lead to a passage, without those below them."""
    return page.locator(".found [role=group]:not(.more) [role=option]")


def forgive(visitor: Visitor) -> None:
    """Leave out what Chromium writes by itself on the console when a file cannot be fetched."""
    visitor.problems[:] = [problem for problem in visitor.problems if "Failed to load resource" not in problem]


def test_nothing_of_the_search_is_fetched_before_somebody_reaches_for_it(visit: Callable[..., Visitor]) -> None:
    visitor = visit()
    page = visitor.go(ARTICLE)
    page.wait_for_load_state("networkidle")
    assert not [path for path in visitor.own() if "search" in path]
    reach(page)
    page.wait_for_load_state("networkidle")
    fetched = {re.sub(r"\.[0-9a-f]{9,}\.", ".", path) for path in visitor.own() if "search" in path}
    assert fetched == {"/assets/search.js", "/assets/search.css", "/search/worker.js", "/search/manifest.bin"}


def test_typing_finds_the_passage_and_a_click_opens_it(visit: Callable[..., Visitor]) -> None:
    page = visit().go(ARTICLE)
    reach(page).press_sequentially("does ketamine cause liver cancer")
    expect(box(page)).to_have_attribute("aria-expanded", "true")
    group = page.get_by_role("group", name="Ketamine, the liver and liver cancer")
    found = group.get_by_role("option").filter(has_text="Does ketamine cause liver cancer?")
    expect(found).to_be_visible()
    expect(found.locator("mark").first).to_be_visible()
    expect(page.locator("header").get_by_role("status")).to_contain_text(re.compile(r"\d+ results?\."))
    found.click()
    expect(page).to_have_url(re.compile(r"/safety/liver-and-liver-cancer/#does-ketamine-cause-liver-cancer$"))
    expect(page.get_by_role("heading", name="Does ketamine cause liver cancer?")).to_be_in_viewport()


def test_no_address_ever_holds_what_was_typed(visit: Callable[..., Visitor]) -> None:
    visitor = visit()
    page = visitor.go("/")
    reach(page).press_sequentially("bladder palliative")
    expect(sections(page).first).to_be_visible()
    box(page).press("Enter")
    page.wait_for_url("**/search/#q=bladder+palliative")
    expect(page.locator(".hits a").first).to_be_visible()
    page.wait_for_load_state("networkidle")
    sent = [unquote(address) for address in visitor.requests]
    assert [address for address in sent if SHARD.search(address)], "no file of the index was seen"
    assert not [address for address in sent if re.search("bladder|palliative|[?#]", address.partition("#")[0])]
    assert "bladder" not in page.title()


def test_all_of_it_works_with_the_keyboard_alone(visit: Callable[..., Visitor]) -> None:
    page = visit().go(ARTICLE)
    page.keyboard.press("/")
    expect(box(page)).to_be_focused()
    expect(box(page)).to_have_value("")
    page.keyboard.type("liver")
    expect(sections(page).first).to_be_visible()
    expect(box(page)).not_to_have_attribute("aria-activedescendant", re.compile("."))
    chosen = page.locator('[role=option][aria-selected="true"]')
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    expect(chosen).to_have_count(1)
    expect(box(page)).to_have_attribute("aria-activedescendant", chosen.get_attribute("id") or "none")
    assert chosen.evaluate("(node) => node === document.querySelectorAll('[role=option]')[1]")
    # Home and End belong to the text.
    page.keyboard.press("Home")
    assert box(page).evaluate("(node) => node.selectionStart") == 0
    page.keyboard.press("End")
    assert box(page).evaluate("(node) => node.selectionStart") == len("liver")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowUp")
    expect(chosen).to_have_count(0)
    page.keyboard.press("ArrowUp")
    expect(chosen).to_contain_text("See all results")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    expect(box(page)).to_be_focused()
    target = chosen.get_attribute("href") or "none"
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{target}")


def test_escape_closes_then_clears_and_tab_goes_on(visit: Callable[..., Visitor]) -> None:
    page = visit().go(ARTICLE)
    reach(page).press_sequentially("liver")
    expect(options(page).first).to_be_visible()
    page.keyboard.press("Escape")
    expect(box(page)).to_have_attribute("aria-expanded", "false")
    expect(options(page).first).to_be_hidden()
    expect(box(page)).to_have_value("liver")
    page.keyboard.press("ArrowDown")
    expect(options(page).first).to_be_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    expect(box(page)).to_have_value("")
    page.keyboard.type("liver")
    expect(options(page).first).to_be_visible()
    page.keyboard.press("Tab")
    expect(options(page).first).to_be_hidden()
    expect(page.get_by_role("button", name="Dark colors")).to_be_focused()
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("ArrowDown")
    expect(options(page).first).to_be_visible()
    page.mouse.click(300, 700)
    expect(options(page).first).to_be_hidden()


def test_a_slash_is_a_letter_where_people_write(visit: Callable[..., Visitor]) -> None:
    page = visit().go("/contact/")
    page.locator("#message").press_sequentially("and/or")
    expect(page.locator("#message")).to_have_value("and/or")
    reach(page).press_sequentially("mg/kg")
    expect(box(page)).to_have_value("mg/kg")


def test_a_word_in_the_making_is_left_alone(visit: Callable[..., Visitor]) -> None:
    visitor = visit()
    page = visitor.go(ARTICLE)
    reach(page)
    input_method = visitor.context.new_cdp_session(page)
    for text in ("l", "li", "live"):
        input_method.send("Input.imeSetComposition", {"text": text, "selectionStart": len(text), "selectionEnd": 0})
    page.keyboard.press("ArrowDown")
    page.wait_for_timeout(150)
    assert page.locator(".found").is_hidden(), "an unfinished word was looked for"
    input_method.send("Input.insertText", {"text": "liver"})
    expect(box(page)).to_have_value("liver")
    expect(sections(page).first).to_be_visible()


def test_nothing_moves_while_somebody_searches(visit: Callable[..., Visitor]) -> None:
    for width, height in ((1280, 900), (800, 900), (360, 740)):
        page = visit(width=width, height=height, init=WATCH).go(ARTICLE)
        before = page.evaluate(STILL)
        reach(page).press_sequentially("liver")
        expect(sections(page).first).to_be_visible()
        assert page.evaluate(STILL) == before, width
        page.keyboard.press("Escape")
        assert page.evaluate(STILL) == before, width
        assert page.evaluate("shifts") == [], width


def test_the_search_page_comes_without_a_shift(visit: Callable[..., Visitor]) -> None:
    for width, height in ((1280, 900), (360, 740)):
        page = visit(width=width, height=height, init=WATCH).go("/search/#q=liver")
        expect(page.locator(".hits a").first).to_be_visible()
        page.wait_for_timeout(100)
        assert page.evaluate("shifts") == [], width


@pytest.mark.parametrize("width", [320, 360])
def test_on_a_phone_the_list_takes_the_width_and_a_thumb_is_enough(visit: Callable[..., Visitor], width: int) -> None:
    page = visit(width=width, height=740, has_touch=True, is_mobile=True).go(ARTICLE)
    page.locator("header").get_by_role("textbox", name="Search").tap()
    page.keyboard.type("is it safe for the liver")
    expect(sections(page).first).to_be_visible()
    assert page.evaluate("document.scrollingElement.scrollWidth") <= width
    page.keyboard.press("ArrowDown")
    panel = page.locator(".found").bounding_box()
    assert panel
    assert (panel["x"], panel["width"]) == (0, width)
    typed = box(page).bounding_box()
    assert typed
    assert typed["width"] >= width - 40
    heights = [one.evaluate("(node) => node.offsetHeight") for one in options(page).all()]
    assert min(heights) >= 44
    expect(page.locator(".crisis-link")).to_be_in_viewport()
    page.get_by_role("button", name="Close").tap()
    expect(options(page).first).to_be_hidden()
    expect(box(page)).not_to_be_focused()


def test_a_slow_line_says_so_and_loses_no_word(visit: Callable[..., Visitor]) -> None:
    visitor = visit(width=360, height=740, init=WATCH)
    page = visitor.go(ARTICLE)
    line = visitor.context.new_cdp_session(page)
    slow = {"offline": False, "latency": 400, "downloadThroughput": 50_000, "uploadThroughput": 50_000}
    line.send("Network.emulateNetworkConditions", slow)

    # The worker has a line of its own, which this emulation does not reach.
    def late(route: Route) -> None:
        page.wait_for_timeout(400)
        route.continue_()

    visitor.context.route(SHARD, late)
    page.keyboard.press("/")
    page.keyboard.type("liver cancer")
    expect(page.locator(".find")).to_have_value("liver cancer")
    expect(page.locator(".say")).to_have_text("Searching…")
    expect(sections(page).first).to_be_visible()
    expect(page.locator(".say")).to_be_hidden()
    page.wait_for_timeout(100)
    assert page.evaluate("JSON.stringify(shifts)") == "[]", "what came late has pushed something"


def test_offline_the_words_of_before_still_find_and_others_get_words(visit: Callable[..., Visitor]) -> None:
    visitor = visit()
    page = visitor.go(ARTICLE)
    reach(page).fill("liver")
    expect(sections(page).first).to_be_visible()
    found = sections(page).all_inner_texts()
    visitor.context.set_offline(offline=True)
    box(page).fill("")
    expect(options(page).first).to_be_hidden()
    box(page).fill("liver")
    expect(sections(page).first).to_be_visible()
    assert sections(page).all_inner_texts() == found
    box(page).fill("bladder")
    expect(page.locator(".say")).to_contain_text("You seem to be offline")
    assert [text[:11] for text in options(page).all_inner_texts()] == ["Try again", "Look in the", "Ask a perso"]
    visitor.context.set_offline(offline=False)
    page.get_by_role("option", name="Try again").click()
    expect(sections(page).first).to_contain_text(re.compile("bladder", re.IGNORECASE))
    forgive(visitor)


def test_offline_the_words_looked_for_on_another_page_still_find(browser: Browser, served: Served) -> None:
    """Records and manifest are to be asked for again each time; offline the copies of before have to do."""
    # A visitor of the rig has no HTTP cache: routes switch it off.
    with browser.new_context() as context:
        page = context.new_page()
        page.goto(served.url.rstrip("/") + ARTICLE)
        reach(page).fill("bladder")
        expect(sections(page).first).to_be_visible()
        found = sections(page).all_inner_texts()
        page.goto(served.url.rstrip("/") + "/safety/")
        reach(page).fill("liver")
        expect(sections(page).first).to_be_visible()
        context.set_offline(offline=True)
        box(page).fill("bladder")
        expect(sections(page).first).to_contain_text(re.compile("bladder", re.IGNORECASE))
        assert sections(page).all_inner_texts() == found


@pytest.mark.parametrize("wrong", ["missing", "cut", "not ours", "lost"])
def test_a_broken_file_of_the_index_is_told_in_words_and_tried_again(visit: Callable[..., Visitor], wrong: str) -> None:
    def break_it(route: Route) -> None:
        if wrong == "lost":
            route.abort("connectionreset")
        elif wrong == "missing":
            route.fulfill(status=404, content_type="text/html", body="<!doctype html><title>Not here</title>")
        elif wrong == "cut":
            route.fulfill(status=200, body=route.fetch().body()[:40])
        else:
            route.fulfill(status=200, body=b"<!doctype html><p>Please log in to this network</p>" * 20)

    visitor = visit()
    page = visitor.go("/search/")
    visitor.context.route(SHARD, break_it)
    page.get_by_role("textbox", name="Search this site").fill("bladder")
    again = page.get_by_role("button", name="Try again")
    expect(again).to_be_visible()
    expect(page.locator(".state")).to_contain_text(
        "You seem to be offline" if wrong == "lost" else re.compile("did not arrive whole|has failed")
    )
    expect(page.locator(".ways").get_by_role("link", name=INDEX)).to_be_visible()
    visitor.context.unroute(SHARD)
    again.click()
    expect(page.locator(".hits a").first).to_be_visible()
    forgive(visitor)


def test_a_worker_that_does_not_know_the_new_index_is_replaced(visit: Callable[..., Visitor]) -> None:
    """A page that stays open over a release runs the engine of before; the form of the index may be another now."""
    visitor = visit()
    visitor.context.route("**/search/worker.js", _older)
    page = visitor.go("/search/")
    expect(page.locator(".whole-index, .whole").first).to_be_visible()
    page.wait_for_timeout(300)
    visitor.context.unroute("**/search/worker.js")
    page.get_by_role("textbox", name="Search this site").fill("bladder")
    expect(page.locator(".hits a").first).to_be_visible()
    assert page.get_by_role("button", name="Try again").count() == 0
    forgive(visitor)


def _older(route: Route) -> None:
    answer = route.fetch()
    assert "MSI2" in answer.text()
    route.fulfill(response=answer, body=answer.text().replace("MSI2", "MSI1"))


def test_without_its_script_the_box_is_the_way_to_the_index_again(visit: Callable[..., Visitor]) -> None:
    visitor = visit()
    page = visitor.go(ARTICLE)
    visitor.context.route(re.compile(r"/(assets|search)/"), lambda route: route.abort("connectionreset"))
    page.locator(".find").click()
    way = page.locator("header").get_by_role("link", name="Search")
    expect(way).to_have_attribute("href", "/a-z/")
    forgive(visitor)


def test_a_link_to_a_question_opens_with_its_answers_and_back_goes_back(visit: Callable[..., Visitor]) -> None:
    page = visit().go("/search/#q=liver+cancer")
    typed = page.get_by_role("textbox", name="Search this site")
    expect(typed).to_have_value("liver cancer")
    expect(page.locator(".hits h2").first).to_have_text(re.compile("liver", re.IGNORECASE))
    expect(page.locator(".hits mark").first).to_be_visible()
    typed.fill("bladder")
    expect(page.locator(".hits mark").first).to_have_text(re.compile("bladder", re.IGNORECASE))
    typed.fill("red flags")
    typed.press("Enter")
    expect(page).to_have_url(re.compile(r"/search/#q=red\+flags$"))
    expect(page.locator(".hits")).to_contain_text("Red flags")
    page.go_back()
    expect(typed).not_to_have_value("red flags")
    expect(page.locator(".hits")).not_to_contain_text("Red flags")
    assert page.evaluate("history.length") < 6, "each letter has become an entry"


def test_a_typing_error_is_mended_and_said(visit: Callable[..., Visitor]) -> None:
    page = visit().go("/search/#q=bladdr")
    expect(page.locator(".state")).to_contain_text("Showing results for bladder")
    expect(page.locator(".hits mark").first).to_have_text(re.compile("bladder", re.IGNORECASE))
    page.locator(".state").get_by_role("link", name="bladdr").click()
    expect(page).to_have_url(re.compile(r"#q=bladdr&exact=1$"))
    expect(page.locator(".state")).not_to_contain_text("Showing results for")


def test_nothing_found_offers_ways_on(visit: Callable[..., Visitor]) -> None:
    page = visit().go("/search/#q=zzqqxxyy")
    expect(page.locator(".state")).to_contain_text("Nothing found")
    ways = page.locator(".ways")
    expect(ways.get_by_role("link", name=INDEX)).to_have_attribute("href", "/a-z/")
    expect(ways.get_by_role("link", name="ask a person")).to_have_attribute("href", "/contact/")
    expect(page.locator(".crisis-link")).to_be_in_viewport()
    page.goto(ARTICLE)
    reach(page).fill("zzqqxxyy")
    expect(page.locator(".say")).to_contain_text("Nothing found")
    expect(page.get_by_role("option", name="Ask a person")).to_be_visible()


def test_whatever_is_typed_gets_an_answer_and_never_becomes_markup(visit: Callable[..., Visitor]) -> None:
    visitor = visit()
    page = visitor.go("/search/")
    typed = page.get_by_role("textbox", name="Search this site")
    state = page.locator(".state")
    for text in (
        "a",
        "the of and",
        "?!… —",
        "\U0001f600\U0001f468\u200d\U0001f469",
        "كيتامين للألم",
        "<img src=x onerror=document.title='broken'><b>liver</b>",
        ".*+?^${}()|[]\\ (?<=a)",
        '"liver cancer" -spray',
        "-",
        '"',
        "liver " * 1700,
        "x" * 10_000,
    ):
        typed.fill(text)
        typed.press("Enter")
        expect(state).not_to_be_empty()
        expect(state).not_to_have_text("Searching…")
        assert page.evaluate("document.querySelectorAll('#main img, #main b').length") == 0, text
    typed.fill("")
    expect(page.locator(".hits li")).to_have_count(0)
    page.goto(f"/search/#q={quote('<b>liver</b>')}&kind=%00&condition=<i>")
    expect(state).not_to_be_empty()
    assert re.fullmatch("Search . Ketamine Guide", page.title())


def test_who_wants_to_give_nothing_away_loads_the_whole_index_once_and_for_all(
    browser: Browser, served: Served
) -> None:
    # A context of its own: where requests are routed, as for a visitor, Chromium keeps nothing in its cache.
    context = browser.new_context(base_url=served.url)
    requests: list[str] = []
    context.on("request", lambda request: requests.append(request.url))
    page = context.new_page()
    try:
        page.goto("/search/")
        page.get_by_label("Load the whole index").check()
        expect(page.locator(".state")).to_contain_text("The whole index is here", timeout=60_000)
        assert page.evaluate("({...localStorage})") == {"search": "everything"}
        every = {address for address in requests if SHARD.search(address)}
        assert len(every) > 20
        requests.clear()
        page.get_by_role("textbox", name="Search this site").fill("bladder")
        expect(page.locator(".hits a").first).to_be_visible()
        page.wait_for_timeout(200)
        assert not requests, "a question has asked for a file of its own"
        page.goto(ARTICLE)
        requests.clear()
        reach(page).fill("liver")
        expect(sections(page).first).to_be_visible(timeout=60_000)
        assert {address for address in requests if SHARD.search(address)} == every, "the box has asked for a part only"
        page.goto("/search/")
        page.get_by_label("Load the whole index").uncheck()
        assert page.evaluate("localStorage.length") == 0
    finally:
        context.close()


def test_filters_narrow_the_results_and_stand_in_the_address(visit: Callable[..., Visitor]) -> None:
    page = visit(width=360).go("/search/#q=ketamine")
    page.locator(".filters summary").click()
    first = page.locator(".filters input").first
    name, value = first.get_attribute("name"), first.get_attribute("value")
    counted = int(page.locator(".filters i").first.inner_text())
    all_found = page.locator(".state").inner_text()
    first.check()
    expect(page).to_have_url(re.compile(rf"#q=ketamine&{name}={re.escape(quote(value or ''))}$"))
    expect(page.locator(".state")).not_to_have_text(all_found)
    expect(page.locator(".state")).to_contain_text(f"{counted} result")
    page.reload()
    expect(page.locator(".state")).to_contain_text(f"{counted} result")
    page.go_back()
    expect(page.locator(".state")).to_have_text(all_found)


def test_without_script_the_box_leads_to_the_index_and_the_page_says_why(visit: Callable[..., Visitor]) -> None:
    page = visit(width=360, java_script_enabled=False).go("/search/")
    assert page.locator("input").count() == 0
    expect(page.get_by_role("main")).to_contain_text("This page needs script")
    expect(page.locator(".find")).to_have_attribute("href", "/a-z/")
    page.locator(".scriptless").get_by_role("link", name=INDEX).click()
    expect(page).to_have_url(re.compile(r"/a-z/$"))


def test_the_box_keeps_its_shape_in_forced_colors_and_leaves_paper_alone(visit: Callable[..., Visitor]) -> None:
    page = visit(forced_colors="active").go(ARTICLE)
    reach(page).fill("liver")
    expect(sections(page).first).to_be_visible()
    page.keyboard.press("ArrowDown")
    chosen = page.locator('[role=option][aria-selected="true"]')
    assert chosen.evaluate("(node) => getComputedStyle(node).outlineStyle") == "solid"
    assert page.locator(".found").evaluate("(node) => parseFloat(getComputedStyle(node).borderTopWidth)") >= 1
    page.emulate_media(media="print")
    expect(page.locator(".found")).to_be_hidden()

"""What the script adds, in the cases where it could do harm: slow scrolling, opened answers, forms, plain http."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from playwright.sync_api import expect

if TYPE_CHECKING:
    from collections.abc import Callable

    from benchmarks.rig import Visitor

ARTICLE = "/conditions/neuropathic-pain/"
NOTES = """() => [...document.querySelectorAll(".side")].map((node) => {
  const box = node.getBoundingClientRect();
  return [box.top + scrollY, box.bottom + scrollY];
}).sort((a, b) => a[0] - b[0])"""


def test_the_mark_in_the_contents_moves_forward_only_while_a_reader_scrolls_down(
    visit: Callable[..., Visitor],
) -> None:
    page = visit(width=1440, reduced_motion="reduce").go(ARTICLE)
    seen = page.evaluate(
        """async () => {
            const seen = [];
            const links = [...document.querySelectorAll(".toc a")];
            for (let y = 0; y < document.body.scrollHeight; y += 150) {
                scrollTo(0, y);
                await new Promise((next) => requestAnimationFrame(() => requestAnimationFrame(next)));
                seen.push(links.findIndex((link) => link.hasAttribute("aria-current")));
            }
            return [seen, links.length];
        }"""
    )
    marks, count = seen
    assert marks[0] == -1
    assert marks[-1] == count - 1, "at the end the last section is marked"
    assert all(above <= below for above, below in pairwise(marks))
    assert set(range(count - 1)) <= set(marks), "no section is passed over"


def test_notes_beside_the_text_keep_apart_when_answers_open(visit: Callable[..., Visitor]) -> None:
    page = visit(width=1440, reduced_motion="reduce").go(ARTICLE)
    assert not page.locator(".side").count(), "the notes wait for a reader who reads on"
    page.mouse.wheel(0, 200)
    expect(page.locator(".side").first).to_be_visible()
    before = page.locator(".side").count()
    for summary in page.locator("details.question > summary").all():
        summary.click()
    expect(page.locator("details.question[open]")).to_have_count(page.locator("details.question").count())
    page.wait_for_timeout(100)
    boxes = page.evaluate(NOTES)
    assert len(boxes) >= before
    assert all(above[1] <= below[0] for above, below in pairwise(boxes))
    assert "undefined" not in " ".join(page.locator(".side").all_inner_texts())


def test_notes_go_when_the_window_gets_narrow_and_come_back(visit: Callable[..., Visitor]) -> None:
    page = visit(width=1440).go(ARTICLE)
    assert not page.locator(".side").count(), "the notes wait for a reader who reads on"
    page.mouse.wheel(0, 200)
    expect(page.locator(".side").first).to_be_visible()
    page.set_viewport_size({"width": 1000, "height": 800})
    expect(page.locator(".side")).to_have_count(0)
    page.set_viewport_size({"width": 1440, "height": 800})
    expect(page.locator(".side").first).to_be_visible()


def test_shift_three_times_in_a_form_loses_nothing(visit: Callable[..., Visitor]) -> None:
    page = visit().go("/contact/")
    page.fill("#message", "Words that took a while")
    for _ in range(3):
        page.keyboard.press("Shift")
    expect(page.locator("#message")).to_have_value("Words that took a while")
    assert page.url.endswith("/contact/")


def test_without_a_clipboard_the_link_is_shown(visit: Callable[..., Visitor]) -> None:
    gone = "Object.defineProperty(navigator, 'clipboard', {value: undefined});"
    page = visit(init=gone).go(ARTICLE)
    page.get_by_role("button", name="Copy link").click()
    expect(page.locator(".share [role=status]")).to_contain_text(ARTICLE)


def test_an_error_summary_takes_the_focus(visit: Callable[..., Visitor]) -> None:
    visitor = visit()
    page = visitor.go("/contact/")
    with page.expect_response(lambda answer: answer.status == 422):
        page.get_by_role("button", name="Send message").click()
    expect(page.locator(".errors")).to_be_focused()

"""Every kind of page on the smallest screen, with large text, under a thumb, and on the widest screen."""

from __future__ import annotations

from typing import TYPE_CHECKING
from typing import Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from benchmarks.rig import BuiltSite
    from benchmarks.rig import Visitor

#: What sticks out of the window to the right and is not inside a region that scrolls by itself.
WIDE = """() => {
  if (document.scrollingElement.scrollWidth <= innerWidth) return [];
  return [`scrollWidth ${document.scrollingElement.scrollWidth} > ${innerWidth}`,
    ...[...document.querySelectorAll("body *")].filter((node) =>
      node.getBoundingClientRect().right > innerWidth + 1 && !node.closest(".scroll, pre"))
      .slice(0, 5).map((node) => node.outerHTML.slice(0, 120))];
}"""

#: WCAG 2.2, 2.5.8: 24 by 24 px, except links inside a line of text, or far enough from the next target.
SMALL = """() => {
  const targets = [...document.querySelectorAll("a[href], button, input:not([type=hidden]), select, textarea, summary")]
    .filter((node) => node.checkVisibility({visibilityProperty: true}) && !node.closest(".hp, .skip, .vh"));
  const inline = (node) => getComputedStyle(node).display === "inline" && [...node.parentNode.childNodes].some(
    (other) => other !== node && other.nodeType === 3 && other.textContent.trim().length > 2);
  const mark = (node) => node.closest("sup");
  const boxes = targets.map((node) => node.getBoundingClientRect());
  const middle = (box) => [box.x + box.width / 2, box.y + box.height / 2];
  return targets.map((node, i) => {
    const box = boxes[i];
    if ((box.width >= 24 && box.height >= 24) || inline(node) || mark(node)) return null;
    const [x, y] = middle(box);
    const near = boxes.some((other, j) => {
      if (i === j) return false;
      const dx = Math.max(other.left - x, 0, x - other.right);
      const dy = Math.max(other.top - y, 0, y - other.bottom);
      return Math.hypot(dx, dy) < 12 ||
        ((other.width < 24 || other.height < 24) && Math.hypot(middle(other)[0] - x, middle(other)[1] - y) < 24);
    });
    return near ? `${Math.round(box.width)}x${Math.round(box.height)} ${node.outerHTML.slice(0, 100)}` : null;
  }).filter(Boolean);
}"""


def everywhere(visitor: Visitor, built: BuiltSite, script: str, *, before: str = "") -> dict[str, Any]:
    """What `script` finds on each page of the site, by address, where it finds anything."""
    found = {}
    for page in built.pages:
        shown = visitor.go(page.url)
        if before:
            shown.evaluate(before)
        wrong = shown.evaluate(script)
        if wrong:
            found[page.url] = wrong
    return found


def test_no_page_scrolls_sideways_at_320_pixels(visit: Callable[..., Visitor], built: BuiltSite) -> None:
    opened = "document.querySelectorAll('details').forEach((node) => { node.open = true; })"
    assert not everywhere(visit(width=320, height=640), built, WIDE, before=opened)


def test_no_page_scrolls_sideways_at_320_pixels_with_text_twice_as_large(
    visit: Callable[..., Visitor], built: BuiltSite
) -> None:
    larger = "document.documentElement.style.fontSize = '200%'"
    assert not everywhere(visit(width=320, height=640, bypass_csp=True), built, WIDE, before=larger)


@pytest.mark.parametrize("width", [768, 1600])
def test_no_page_scrolls_sideways_between_and_beyond(
    visit: Callable[..., Visitor], built: BuiltSite, width: int
) -> None:
    visitor = visit(width=width)
    for url in ("/", "/safety/benefits-and-risks/", "/a-z/", "/contact/", "/articles/", "/styleguide/table/"):
        assert url in {page.url for page in built.pages}
        assert visitor.go(url).evaluate(WIDE) == [], url


def test_everything_that_can_be_pressed_is_large_enough_for_a_thumb(
    visit: Callable[..., Visitor], built: BuiltSite
) -> None:
    assert not everywhere(visit(width=360, height=740, has_touch=True), built, SMALL)


def test_errors_of_a_form_fit_the_smallest_screen(visit: Callable[..., Visitor]) -> None:
    page = visit(width=320, height=640).go("/contact/")
    page.get_by_role("button", name="Send message").click()
    page.get_by_role("alert").wait_for()
    assert page.evaluate(WIDE) == []
    assert page.evaluate(SMALL) == []


def test_a_line_of_text_holds_sixty_to_eighty_characters_on_a_wide_screen(visit: Callable[..., Visitor]) -> None:
    page = visit(width=1440).go("/safety/benefits-and-risks/")
    longest = page.evaluate(
        """() => {
          const text = [...document.querySelectorAll(".text > p")].map((node) => node.firstChild)
            .filter((node) => node && node.nodeType === 3 && node.length > 120);
          return text.map((node) => {
            const range = document.createRange();
            let start = 0;
            let top = null;
            let most = 0;
            for (let i = 0; i < node.length; i++) {
              range.setStart(node, i);
              range.setEnd(node, i + 1);
              const box = range.getBoundingClientRect();
              if (top !== null && box.top > top + 5) { most = Math.max(most, i - start); start = i; }
              top = box.top;
            }
            return most;
          }).filter((count) => count);
        }"""
    )
    assert len(longest) >= 3
    middle = sorted(longest)[len(longest) // 2]
    assert 60 <= middle <= 80, longest


def test_the_text_of_an_article_starts_within_the_first_phone_screen(visit: Callable[..., Visitor]) -> None:
    page = visit(width=360, height=740).go("/safety/benefits-and-risks/")
    box = page.locator("h1").bounding_box()
    assert box
    assert box["y"] + box["height"] < 740 / 2

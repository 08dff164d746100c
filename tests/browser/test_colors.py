"""Light, dark, forced and printed colors; what is remembered and what is not."""

from __future__ import annotations

from typing import TYPE_CHECKING
from typing import Any

from playwright.sync_api import expect

if TYPE_CHECKING:
    from collections.abc import Callable

    from benchmarks.rig import Visitor
    from playwright.sync_api import Page

#: Notes theme and ground in the moment the parser makes <body>: nothing can have been painted before that.
FIRST = """
new MutationObserver((_, eye) => {
  if (!document.body) return;
  eye.disconnect();
  window.first = [document.documentElement.dataset.theme ?? "", getComputedStyle(document.body).backgroundColor];
}).observe(document, {childList: true, subtree: true});
"""
STORED = "[localStorage.length, sessionStorage.length]"


def brightness(page: Page) -> float:
    """Of the page's ground, 0 black to 255 white."""
    color: str = page.evaluate("getComputedStyle(document.body).backgroundColor")
    return sum(float(part) for part in color.removeprefix("rgb(").removesuffix(")").split(",")) / 3


def test_the_systems_dark_colors_are_followed_without_script(visit: Callable[..., Visitor]) -> None:
    page = visit(color_scheme="dark", java_script_enabled=False).go("/")
    dark = page.screenshot()
    page.emulate_media(color_scheme="light")
    light = page.screenshot()
    assert dark != light
    assert brightness(visit(color_scheme="dark").go("/")) < 60
    assert brightness(visit(color_scheme="light").go("/")) > 200


def test_a_choice_is_kept_over_pages_and_reloads_without_a_flash(visit: Callable[..., Visitor]) -> None:
    page = visit(color_scheme="light", init=FIRST).go("/")
    switch = page.get_by_role("button", name="Dark colors")
    expect(switch).to_have_attribute("aria-pressed", "false")
    switch.click()
    expect(switch).to_have_attribute("aria-pressed", "true")
    assert brightness(page) < 60
    page.reload()
    theme, ground = page.evaluate("first")
    assert theme == "dark"
    assert ground == page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert brightness(page) < 60
    page.goto("/safety/benefits-and-risks/")
    assert page.evaluate("first[0]") == "dark"
    expect(page.get_by_role("button", name="Dark colors")).to_have_attribute("aria-pressed", "true")
    page.get_by_role("button", name="Dark colors").press("Enter")
    assert brightness(page) > 200


def test_light_can_be_chosen_on_a_dark_system(visit: Callable[..., Visitor]) -> None:
    page = visit(color_scheme="dark").go("/")
    switch = page.get_by_role("button", name="Dark colors")
    expect(switch).to_have_attribute("aria-pressed", "true")
    switch.click()
    page.reload()
    assert brightness(page) > 200
    assert page.evaluate("getComputedStyle(document.documentElement).colorScheme") == "light"


def test_the_switch_follows_the_system_until_somebody_chooses(visit: Callable[..., Visitor]) -> None:
    page = visit(color_scheme="light").go("/")
    page.emulate_media(color_scheme="dark")
    expect(page.get_by_role("button", name="Dark colors")).to_have_attribute("aria-pressed", "true")


def test_nothing_is_stored_before_somebody_chooses(visit: Callable[..., Visitor]) -> None:
    visitor = visit()
    for path in ("/", "/safety/benefits-and-risks/", "/contact/", "/a-z/"):
        page = visitor.go(path)
        assert page.evaluate(STORED) == [0, 0], path
        assert page.evaluate("indexedDB.databases().then((all) => all.length)") == 0
        assert page.evaluate("document.cookie") == ""
    page.get_by_role("button", name="Dark colors").click()
    assert page.evaluate(STORED) == [1, 0]
    assert visitor.context.cookies() == []


def test_forbidden_storage_breaks_nothing(visit: Callable[..., Visitor]) -> None:
    deny = "Object.defineProperty(window, 'localStorage', {get() { throw new DOMException('no', 'SecurityError'); }});"
    page = visit(color_scheme="light", init=deny).go("/")
    page.get_by_role("button", name="Dark colors").click()
    assert brightness(page) < 60


def test_forced_colors_keep_edges_focus_and_the_switch(visit: Callable[..., Visitor]) -> None:
    page = visit(forced_colors="active", reduced_motion="reduce").go("/safety/benefits-and-risks/")
    assert page.evaluate("matchMedia('(forced-colors: active)').matches")
    for selector in (".button", ".admonition", ".panel"):
        edge = page.locator(selector).first.evaluate("(node) => parseFloat(getComputedStyle(node).borderTopWidth)")
        assert edge >= 1, f"{selector} has lost its shape"
    assert page.locator(".moon").bounding_box()
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    outline: dict[str, Any] = page.evaluate(
        "(({outlineStyle, outlineWidth}) => ({outlineStyle, outlineWidth}))(getComputedStyle(document.activeElement))"
    )
    assert outline["outlineStyle"] != "none"
    assert float(outline["outlineWidth"].removesuffix("px")) >= 2


def test_reduced_motion_stops_all_motion(visit: Callable[..., Visitor]) -> None:
    moving = """() => [...document.querySelectorAll("*")].filter((node) => {
      const style = getComputedStyle(node);
      const long = (value) => value.split(",").some((one) => parseFloat(one) > 0.01);
      return style.scrollBehavior === "smooth" || (style.animationName !== "none" && long(style.animationDuration))
        || long(style.transitionDuration);
    }).map((node) => node.tagName + "." + node.className)"""
    visitor = visit(reduced_motion="reduce")
    for path in ("/", "/safety/benefits-and-risks/", "/contact/"):
        assert visitor.go(path).evaluate(moving) == [], path

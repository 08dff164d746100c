"""A page is complete without JavaScript."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

if TYPE_CHECKING:
    from collections.abc import Callable

    from benchmarks.rig import Visitor


@pytest.fixture
def plain(visit: Callable[..., Visitor]) -> Visitor:
    return visit(width=360, java_script_enabled=False)


def test_sections_contents_answers_and_sources_work(plain: Visitor) -> None:
    page = plain.go("/")
    page.get_by_role("navigation", name="Sections").get_by_role("link", name="Safety").click()
    page.get_by_role("main").get_by_role("link", name=re.compile("liver")).first.click()
    expect(page).to_have_url(re.compile(r"/safety/liver-and-liver-cancer/$"))
    page.locator(".toc summary").click()
    page.locator(".toc a").nth(1).click()
    assert "#" in page.url
    question = page.locator("details.question").first
    expect(question.locator("p").first).to_be_hidden()
    question.locator("summary").click()
    expect(question.locator("p").first).to_be_visible()
    page.locator(".text sup a").first.click()
    expect(page.locator(".sources li:target")).to_be_in_viewport()
    assert page.locator('.sources a[href^="https://doi.org/"]').count() > 5


def test_no_control_is_shown_that_needs_script(plain: Visitor) -> None:
    for path in ("/", "/safety/liver-and-liver-cancer/", "/contact/"):
        page = plain.go(path)
        assert [button.inner_text() for button in page.locator("button:visible").all()] in ([], ["Send message"]), path


def test_any_page_is_found_through_the_index(plain: Visitor) -> None:
    page = plain.go("/")
    page.get_by_role("link", name="Search", exact=True).click()
    page.get_by_role("main").get_by_role("link", name=re.compile("nerve pain|neuropathic", re.IGNORECASE)).first.click()
    expect(page).to_have_url(re.compile(r"/conditions/neuropathic-pain/"))


def test_errors_keep_what_was_typed_and_a_right_entry_is_thanked(
    plain: Visitor, leads: Callable[[str], list[dict[str, object]]]
) -> None:
    page = plain.go("/contact/")
    page.get_by_label("Your name").fill("Sam <b>Scriptless</b>")
    page.get_by_label("Email address").fill("not an address")
    page.get_by_label("Your message").fill('\nFirst line & "quotes"\nsecond line')
    page.get_by_role("button", name="Send message").click()
    assert (422, "/api/forms/contact") in plain.answers
    summary = page.get_by_role("alert")
    expect(summary).to_contain_text("There is a problem")
    expect(summary.get_by_role("link")).to_have_count(2)
    expect(page).to_have_title(re.compile("^Error: "))
    expect(page.get_by_label("Your name")).to_have_value("Sam <b>Scriptless</b>")
    expect(page.get_by_label("Email address")).to_have_value("not an address")
    expect(page.get_by_label("Your message")).to_have_value(re.compile('First line & "quotes"\nsecond line$'))
    expect(page.get_by_label("Email address")).to_have_attribute("aria-invalid", "true")
    described = page.get_by_label("Email address").get_attribute("aria-describedby") or ""
    assert "email-error" in described.split()
    expect(page.locator("#email-error")).to_contain_text("Enter your email address")
    expect(page.locator("#main b")).to_have_count(0)
    page.get_by_label("Email address").fill("sam.scriptless@example.com")
    page.locator("#consent").check()
    page.get_by_role("button", name="Send message").click()
    expect(page).to_have_url(re.compile(r"/contact/thanks/$"))
    [lead] = leads("sam.scriptless@example.com")
    assert lead["form"] == "contact"


def test_a_link_of_the_error_summary_leads_to_its_field(plain: Visitor) -> None:
    page = plain.go("/contact/")
    page.get_by_role("button", name="Send message").click()
    page.get_by_role("alert").get_by_role("link").nth(1).click()
    assert page.url.endswith("#email")
    expect(page.locator("#email")).to_be_in_viewport()

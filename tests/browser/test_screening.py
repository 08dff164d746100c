"""Screening in a real browser: the stamp of time, the puzzle that solves itself, and the same without script."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from typing import Any

from playwright.sync_api import expect

if TYPE_CHECKING:
    from collections.abc import Callable

    from benchmarks.rig import Mailbox
    from benchmarks.rig import Visitor
    from playwright.sync_api import Page

    Leads = Callable[[str], list[dict[str, Any]]]

#: Points enough for the puzzle, and not for a reader.
OFFER = "I saw your page. Our clinic could use SEO services too, who makes your backlinks? "


def send(page: Page, email: str, message: str) -> None:
    page.get_by_label("Your name").fill("Kim Offer")
    page.get_by_label("Email address").fill(email)
    page.get_by_label("Your message").fill(message)
    page.locator("#consent").check()
    page.get_by_role("button", name="Send message").click()


def test_a_held_message_is_let_out_by_the_browser_itself(
    visit: Callable[..., Visitor], leads: Leads, mailbox: Mailbox
) -> None:
    visitor = visit()
    page = visitor.go("/contact/")
    send(page, "puzzle@example.com", OFFER + "puzzle-7311")
    expect(page).to_have_url(re.compile(r"/contact/thanks/$"))
    assert any(path.startswith("/api/challenge?token=") for _, path in visitor.answers)
    [lead] = leads("puzzle@example.com")
    assert lead["quarantined"] is None
    mailbox.wait("puzzle-7311")


def test_without_script_the_page_says_that_it_has_arrived_and_it_has(
    visit: Callable[..., Visitor], leads: Leads
) -> None:
    page = visit(java_script_enabled=False).go("/contact/")
    send(page, "without.script@example.com", OFFER + "scriptless-7312")
    expect(page.get_by_role("heading", level=1)).to_have_text("What you sent has arrived")
    expect(page.get_by_role("link", name="text 988")).to_be_visible()
    [lead] = leads("without.script@example.com")
    assert lead["quarantined"] is not None
    assert "scriptless-7312" in lead["fields"]["message"]


def test_the_first_touch_of_a_form_brings_a_stamp_and_haste_holds_nobody_up(
    visit: Callable[..., Visitor], leads: Leads
) -> None:
    page = visit().go("/contact/")
    stamp = page.locator("input[name=rendered]")
    expect(stamp).to_have_count(0)
    page.get_by_label("Your name").focus()
    expect(stamp).to_have_value(re.compile(r"^[0-9a-f]{8}\.[0-9a-f]+-[a-z2-7]{26}\.[0-9a-f]+\.[\w-]{43}$"))
    page.get_by_label("Email address").focus()
    expect(stamp).to_have_count(1)
    send(page, "haste@example.com", "Is there parking at your clinic?")
    expect(page).to_have_url(re.compile(r"/contact/thanks/$"))
    [lead] = leads("haste@example.com")
    assert lead["quarantined"] is None

"""Journeys through the forms: what is sent is stored, mailed, confirmed and delivered."""

from __future__ import annotations

import io
import re
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING
from typing import Any

from playwright.sync_api import expect

if TYPE_CHECKING:
    from collections.abc import Callable

    from benchmarks.rig import Mailbox
    from benchmarks.rig import Served
    from benchmarks.rig import Visitor

    Leads = Callable[[str], list[dict[str, Any]]]


def test_a_message_with_errors_then_right_ends_in_the_store_and_in_the_teams_mail(
    visit: Callable[..., Visitor], leads: Leads, mailbox: Mailbox
) -> None:
    page = visit().go("/contact/")
    page.get_by_label("Your name").fill("Dana Wren")
    page.get_by_label("Your message").fill("Does the spray help? My diagnosis is private-word-7431.")
    page.get_by_role("button", name="Send message").click()
    summary = page.get_by_role("alert")
    expect(summary).to_be_focused()
    summary.get_by_role("link", name=re.compile("email", re.IGNORECASE)).click()
    expect(page.get_by_label("Email address")).to_be_focused()
    page.keyboard.type("dana.wren@example.com")
    page.locator("#consent").check()
    page.get_by_role("button", name="Send message").click()
    expect(page).to_have_url(re.compile(r"/contact/thanks/$"))
    expect(page.get_by_role("heading", level=1)).to_contain_text("Thank you")
    [lead] = leads("dana.wren@example.com")
    assert lead["fields"]["name"] == "Dana Wren"
    assert "private-word-7431" in lead["fields"]["message"]
    assert any(agreed["name"] == "consent" and agreed["given"] for agreed in lead["consent"])
    [mail] = mailbox.wait("private-word-7431")
    assert mail.to.endswith("ketamine-guide.example")
    head = mail.raw.partition(b"\r\n\r\n")[0]
    assert b"private-word" not in head
    assert "Dana" not in mail.subject
    assert "spray" not in mail.subject.lower()
    assert "ketamine treatment" not in mail.subject.lower()


def test_pressing_send_twice_stores_one_message(visit: Callable[..., Visitor], leads: Leads) -> None:
    visitor = visit()
    for _ in range(2):
        page = visitor.go("/contact/")
        page.get_by_label("Your name").fill("Twice")
        page.get_by_label("Email address").fill("twice@example.com")
        page.get_by_label("Your message").fill("The same words")
        page.locator("#consent").check()
        page.get_by_role("button", name="Send message").click()
        expect(page).to_have_url(re.compile(r"/contact/thanks/$"))
    assert len(leads("twice@example.com")) == 1


def test_the_book_is_asked_for_confirmed_and_fetched_and_the_article_that_led_there_is_known(
    visit: Callable[..., Visitor], leads: Leads, mailbox: Mailbox
) -> None:
    visitor = visit(accept_downloads=True)
    page = visitor.go("/conditions/chronic-pain/")
    page.get_by_role("link", name="Get the free book").click()
    expect(page).to_have_url(re.compile(r"/book/\?from=conditions-chronic-pain$"))
    expect(page.locator("#consent")).not_to_be_checked()
    page.get_by_label("Email address").fill("robin.reader@example.com")
    page.locator("#consent").check()
    page.get_by_role("button", name="Send me the book").click()
    expect(page).to_have_url(re.compile(r"/book/thanks/$"))
    [lead] = leads("robin.reader@example.com")
    assert lead["page"] == "conditions-chronic-pain"
    assert lead["confirmed"] is None

    [asked] = mailbox.wait("robin.reader@example.com")
    assert "ketamine" not in asked.subject.lower()
    page.goto(asked.link("/api/confirm"))
    expect(page.get_by_role("heading", level=1)).to_have_text("Confirm your email address")
    page.reload()
    assert leads("robin.reader@example.com") == [lead | {"mails": leads("robin.reader@example.com")[0]["mails"]}]
    assert leads("robin.reader@example.com")[0]["confirmed"] is None, "opening the link confirmed: scanners open links"
    assert len(mailbox.wait("robin.reader@example.com")) == 1

    page.get_by_role("button", name="Yes, confirm my address").click()
    expect(page).to_have_url(re.compile(r"/book/confirmed/$"))
    assert leads("robin.reader@example.com")[0]["confirmed"]
    delivered = mailbox.wait("robin.reader@example.com", count=2)[-1]
    assert b"List-Unsubscribe-Post: List-Unsubscribe=One-Click" in delivered.raw
    page.goto(delivered.link("/api/book"))
    with page.expect_download() as pdf:
        page.get_by_role("link", name=re.compile("PDF")).click()
    assert Path(pdf.value.path()).read_bytes().startswith(b"%PDF-")
    assert pdf.value.suggested_filename == "steady-ground.pdf"
    with page.expect_download() as epub:
        page.get_by_role("link", name=re.compile("EPUB")).click()
    book = zipfile.ZipFile(io.BytesIO(Path(epub.value.path()).read_bytes()))
    assert book.infolist()[0].filename == "mimetype"
    assert book.read("mimetype") == b"application/epub+zip"
    assert book.testzip() is None


def test_confirming_twice_sends_one_book(visit: Callable[..., Visitor], leads: Leads, mailbox: Mailbox) -> None:
    page = visit(java_script_enabled=False).go("/book/")
    page.get_by_label("Email address").fill("double@example.com")
    page.locator("#consent").check()
    page.get_by_role("button", name="Send me the book").click()
    [asked] = mailbox.wait("double@example.com")
    for _ in range(2):
        page.goto(asked.link("/api/confirm"))
        page.get_by_role("button", name="Yes, confirm my address").click()
        expect(page).to_have_url(re.compile(r"/book/confirmed/$"))
    mailbox.wait("double@example.com", count=2)
    [lead] = leads("double@example.com")
    assert [mail["kind"] for mail in lead["mails"]].count("book") == 1


def test_one_button_ends_the_mails(visit: Callable[..., Visitor], leads: Leads, mailbox: Mailbox) -> None:
    page = visit().go("/book/")
    page.get_by_label("Email address").fill("leaving@example.com")
    page.locator("#consent").check()
    page.get_by_role("button", name="Send me the book").click()
    expect(page).to_have_url(re.compile(r"/book/thanks/$"))
    [asked] = mailbox.wait("leaving@example.com")
    page.goto(asked.link("/api/unsubscribe"))
    assert leads("leaving@example.com")[0]["unsubscribed"] is None
    page.get_by_role("button", name="Stop all emails").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("You will get no more emails")
    assert leads("leaving@example.com")[0]["unsubscribed"]


def test_a_link_that_was_cut_short_is_explained(visit: Callable[..., Visitor]) -> None:
    visitor = visit()
    page = visitor.go("/api/confirm?token=abc")
    assert (400, "/api/confirm?token=abc") in visitor.answers
    expect(page.get_by_role("heading", level=1)).to_have_text("This link is not complete")


def test_a_robot_that_fills_the_hidden_box_is_kept_apart_and_nobody_is_mailed(
    visit: Callable[..., Visitor], leads: Leads, mailbox: Mailbox
) -> None:
    page = visit().go("/contact/")
    expect(page.get_by_label("Leave this box empty")).not_to_be_in_viewport()
    page.get_by_label("Your name").fill("Robot")
    page.get_by_label("Email address").fill("robot@example.com")
    page.get_by_label("Your message").fill("Buy now")
    page.locator("#consent").check()
    page.evaluate("document.querySelector('.hp input').value = 'https://spam.example'")
    page.get_by_role("button", name="Send message").click()
    expect(page).to_have_url(re.compile(r"/contact/thanks/$"))
    [lead] = leads("robot@example.com")
    assert lead["quarantined"]
    assert not [mail for mail in mailbox.all() if "robot@example.com" in mail.body]


def test_what_was_sent_is_written_to_the_folder_that_was_named(served: Served) -> None:
    assert (served.data / "leads.sqlite3").stat().st_mode & 0o077 == 0 or served.data.stat().st_mode & 0o077 == 0

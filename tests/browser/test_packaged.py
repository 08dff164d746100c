"""Each form in Chromium against the packed zip under AWS's runtime client; DynamoDB, SES, S3 and SSM are emulated."""

from __future__ import annotations

import json
import os
import re
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from benchmarks.rig import ROOT
from benchmarks.rig import Visitor
from benchmarks.rig.emulators import aws_client
from benchmarks.rig.front import run_front
from benchmarks.rig.stack import run_stack
from playwright.sync_api import expect

from forms.definition import load
from microsite.package import build_package

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Iterator

    from benchmarks.rig import Mail
    from benchmarks.rig import Served
    from benchmarks.rig.front import Front
    from benchmarks.rig.stack import Stack
    from playwright.sync_api import Browser
    from playwright.sync_api import Page

    from forms.definition import Form

FORMS = load()


@pytest.fixture(scope="module")
def front(served: Served, site_dir: Path) -> Iterator[Front]:
    del served  # it is what builds
    with run_front(site_dir) as running:
        yield running


@pytest.fixture(scope="module")
def stack(front: Front, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    folder = tmp_path_factory.mktemp("packaged")
    package = build_package(
        folder / "forms.zip", shell=ROOT / "build/forms/shell.html", environ=os.environ, python=Path(sys.executable)
    )
    with run_stack(package.path, folder, site_url=front.url) as running:
        front.api = running.http
        yield running


@pytest.fixture
def page(browser: Browser, front: Front, stack: Stack) -> Iterator[Page]:
    del stack
    visitor = Visitor(browser, front.url)
    yield visitor.page
    try:
        visitor.check()
    finally:
        visitor.close()


def fill(page: Page, form: Form, address: str) -> dict[str, str]:
    """Fill in every field as its definition says; what was typed, by name."""
    typed = {}
    for field in form.fields:
        box = page.locator(f"main form [name='{field.name}']")
        if field.kind == "radio":
            box.first.check()
            typed[field.name] = str(box.first.get_attribute("value"))
        elif field.kind == "select":
            typed[field.name] = field.options[-1].value
            box.select_option(typed[field.name])
        else:
            words = {"email": address, "tel": "555-0142"}.get(field.kind, f"Typed-{field.name.replace('_', '-')}-7")
            typed[field.name] = words
            box.fill(words)
    for consent in form.consents:
        if consent.required:
            page.locator(f"main form [name='{consent.name}']").check()
    return typed


def wait_for(stack: Stack, holds: Callable[[Mail], bool], what: str) -> Mail:
    until = time.monotonic() + 10
    while True:
        found = [mail for mail in stack.mails() if holds(mail)]
        if found:
            assert len(found) == 1, f"{len(found)} mails: {what}"
            return found[0]
        assert time.monotonic() < until, f"no mail: {what}\n{stack.logs()}"
        time.sleep(0.05)


def items(stack: Stack, table: str) -> str:
    client = aws_client("dynamodb", stack.url)
    try:
        return json.dumps(client.scan(TableName=table, ConsistentRead=True)["Items"])
    finally:
        client.close()


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
def test_a_form_from_the_button_to_the_last_mail(form: Form, page: Page, stack: Stack) -> None:
    address = f"{form.id}-reader@example.com"
    page.goto(form.page)
    typed = fill(page, form, address)
    page.locator("main form").get_by_role("button", name=form.button).click()
    expect(page).to_have_url(re.compile(re.escape(form.thanks) + "$"))
    kept, apart = items(stack, "leads"), items(stack, "private")
    written = [field for field in form.fields if not field.chosen]
    for field in written:
        assert (typed[field.name] in kept) is not field.private, field.name
        assert (typed[field.name] in apart) is field.private, field.name
    if form.notify == "team":
        notice = wait_for(stack, lambda mail: mail.to == "team@site.example" and marked(mail, form), "the team's")
        for field in written:
            assert not (field.private and typed[field.name] in notice.body), field.name
    if form.double_opt_in:
        asked = wait_for(stack, lambda mail: mail.to == address, "asks to confirm")
        page.goto(asked.link("/api/confirm"))
        page.get_by_role("button", name="Yes, confirm my address").click()
        expect(page).to_have_url(re.compile(re.escape(form.confirmed) + "$"))
    if form.delivered:
        last = wait_for(stack, lambda mail: mail.to == address and mail != asked, "what was asked for")
        assert b"List-Unsubscribe-Post: List-Unsubscribe=One-Click" in last.raw
        if form.book_files:
            page.goto(last.link("/api/book"))
            with page.expect_download() as download:
                page.get_by_role("link", name=re.compile("PDF")).click()
            assert Path(download.value.path()).read_bytes() == b"%PDF-1.7 book"
    assert address not in stack.logs()


def marked(mail: Mail, form: Form) -> bool:
    """Whether a notice is of this form: by its subject, which the definition gives."""
    return mail.subject == form.mails["notice"].subject

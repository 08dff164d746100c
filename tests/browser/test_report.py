"""Marketing's report opened as a file: axe finds nothing, nothing is asked for, nothing sticks out, light and dark."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from forms.lead import Job
from forms.lead import Lead
from microsite.desk import Tally
from microsite.desk import build
from microsite.desk import render

from .test_access import axe
from .test_access import examine

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Browser

__all__ = ["axe"]

NOON = 1_795_003_200.0
WEEK = 7 * 86400


def leads() -> list[Lead]:
    made = []
    for number in range(300):
        at = NOON - number % 17 * WEEK
        page = ["safety/benefits", "treatment/how-to-find-a-clinic-and-what-to-ask-before-you-go", "home"][number % 3]
        lead = Lead(f"l{number}", f"k{number}", "book" if number % 4 else "contact", at, {}, page=page)
        kind = "confirm" if number % 4 else "notice"
        lead = lead.with_job(Job(f"l{number}-{kind}-1", kind, at, None, 1, at + 1))
        if number % 4 and number % 5:
            lead = lead._replace(confirmed=at + 60 * number)
            lead = lead.with_job(Job(f"l{number}-book-1", "book", at, None, 1, at + 60 * number + 5))
        made.append(lead)
    return made


@pytest.fixture
def report(tmp_path: Path) -> Path:
    tally = Tally()
    for lead in leads():
        tally.add(lead)
    path = tmp_path / "report.html"
    path.write_text(render(build(tally, now=NOON)), encoding="utf-8")
    return path


def test_the_report_is_accessible_and_asks_for_nothing(browser: Browser, report: Path, axe: str) -> None:
    context = browser.new_context()
    try:
        page = context.new_page()
        asked: list[str] = []
        said: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        page.on("console", lambda message: said.append(message.text))
        page.goto(report.as_uri())
        assert examine(page, axe) == []
        assert asked == [report.as_uri()]
        assert said == []
    finally:
        context.close()


@pytest.mark.parametrize("width", [320, 360, 1280])
def test_nothing_sticks_out(browser: Browser, report: Path, width: int) -> None:
    context = browser.new_context(viewport={"width": width, "height": 900})
    try:
        page = context.new_page()
        page.goto(report.as_uri())
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        boxes = page.locator("svg").all()
        assert len(boxes) >= 7
        for box in boxes:
            place = box.bounding_box()
            assert place is not None
            assert place["width"] > 150
            assert place["x"] + place["width"] <= width
    finally:
        context.close()

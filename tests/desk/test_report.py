"""The report: right sums, no small group, one file that needs nothing else."""

from __future__ import annotations

import json
from html.parser import HTMLParser
from typing import TYPE_CHECKING
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st

from forms.lead import Job
from forms.lead import Lead
from microsite.desk.cells import FEWEST
from microsite.desk.figures import Tally
from microsite.desk.page import render
from microsite.desk.report import build
from microsite.desk.report import duration

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Iterable

    from microsite.desk.report import Report
    from microsite.desk.report import Table

#: Wednesday, 2026-11-18T12:00:00Z.
NOON = 1_795_003_200.0
WEEK = 7 * 86400


def reported(leads: Iterable[Lead]) -> Report:
    tally = Tally()
    for lead in leads:
        tally.add(lead)
    return build(tally, now=NOON + 9 * WEEK)


def said(table: Table) -> dict[str, list[str]]:
    return {row.label: [cell.words for cell in row.cells] for row in table.rows}


@pytest.fixture
def many(make: Callable[..., Lead]) -> list[Lead]:
    leads = [make("book", page="safety/benefits", steps=step) for step in [1] * 6 + [2] * 5 + [3] * 7 + [4] * 5]
    leads += [make("book", page="treatment/costs", steps=3, created=NOON + WEEK) for _ in range(9)]
    leads += [make("contact", page="safety/benefits", created=NOON + 2 * WEEK) for _ in range(8)]
    return leads


def test_columns_are_counted_per_page(many: list[Lead]) -> None:
    report = reported(many)
    assert report.pages.columns == ("messages", "signups", "confirmed", "delivered", "subscribed")
    assert said(report.pages) == {
        "safety/benefits": ["8", "23", "17", "12", "7"],
        "treatment/costs": ["0", "9", "9", "9", "9"],
    }
    assert [cell.words for cell in report.pages.total] == ["8", "32", "26", "21", "16"]


def test_weeks_without_anything_are_there_too(make: Callable[..., Lead]) -> None:
    leads = [make("book", steps=3, wait=8 * 86400) for _ in range(6)]
    leads += [make("contact", created=NOON + 3 * WEEK) for _ in range(5)]
    assert said(reported(leads).weeks) == {
        "2026-11-16": ["0", "6", "0", "0"],
        "2026-11-23": ["0", "0", "6", "6"],
        "2026-11-30": ["0", "0", "0", "0"],
        "2026-12-07": ["5", "0", "0", "0"],
    }


def test_pages_with_few_leads_are_one_row(many: list[Lead], make: Callable[..., Lead]) -> None:
    few = [make("contact", page=f"rare/{number}") for number in range(7)]
    pages = said(reported([*many, *few]).pages)
    assert pages["other pages"] == ["7", "0", "0", "0", "0"]
    assert "rare/1" not in pages


def test_one_person_alone_is_in_no_number(many: list[Lead], make: Callable[..., Lead]) -> None:
    report = reported([*many, make("contact", page="rare/page")])
    messages = dict(report.pages.column("messages"))
    assert messages["other pages"].words == "fewer than 5"
    assert messages["safety/benefits"].words == "not shown"  # 9 in all, so 8 here would tell
    assert "rare/page" not in render(report)


def test_two_who_did_not_confirm_are_not_told_by_those_who_did(make: Callable[..., Lead]) -> None:
    leads = [make("book", steps=3 if number < 18 else 1) for number in range(20)]
    report = reported(leads)
    assert said(report.pages) == {"home": ["0", "20", *["all but fewer than 5 of 20"] * 3]}
    assert said(report.weeks) == {"2026-11-16": ["0", "20", "not shown", "not shown"]}
    assert ">18<" not in render(report)
    assert " 18<" not in render(report)


def test_quarantine_counts_nowhere_but_in_its_share(many: list[Lead], make: Callable[..., Lead]) -> None:
    held = [make("contact")._replace(quarantined=NOON) for _ in range(10)]
    report = reported([*many, *held])
    assert report.total["messages"].words == "8"
    assert (report.quarantined.words, report.quarantine_share) == ("10", 20.0)
    assert reported([*many, *held[:2]]).quarantine_share is None


def test_the_median_wait_is_that_of_the_clicks(make: Callable[..., Lead]) -> None:
    leads = [make("book", steps=2, wait=wait) for wait in (60, 300, 600, 7200, 90000)]
    median = reported(leads).median_wait
    assert median is not None
    assert abs(median - 600) < 0.05 * 600
    assert reported(leads[:4]).median_wait is None
    assert [duration(s) for s in (5, 61, 600, 3600, 7300, 200000)] == [
        "less than a minute", "about 1 minute", "about 10 minutes", "about 1 hour", "about 2 hours", "about 2 days",
    ]  # fmt: skip


def test_a_list_that_delivers_nothing_has_subscribers(make: Callable[..., Lead]) -> None:
    letter = [
        Lead(f"n{n}", f"k{n}", "letter", NOON, {}, jobs=(Job("c", "confirm", NOON, None, 1, NOON),), confirmed=NOON + 9)
        for n in range(6)
    ]
    assert said(reported(letter).signup_forms) == {"letter": ["6", "6", "0", "6"]}


def test_memory_does_not_grow_with_invented_pages(make: Callable[..., Lead]) -> None:
    tally = Tally()
    for number in range(5300):
        tally.add(make("contact", page=f"invented/{number}"))
    assert len(tally.pages) == 5001
    assert said(build(tally, now=NOON).pages) == {"…": ["300", *["0"] * 4], "other pages": ["5,000", *["0"] * 4]}


def test_a_later_step_does_not_tell_the_earlier_one_that_is_hidden() -> None:
    # Sign-ups: 10 from page a, 5 from b, 1 from c, which is hidden, and with it b's 5. All of b's confirmed, nobody
    # else did. Could b's be worked out from the total of confirmed, 5, then so could c's sign-ups: 16 - 10 - 5.
    def sent(number: int, page: str, confirmed: float | None) -> Lead:
        jobs = (Job("c", "confirm", NOON, None, 1, NOON),)
        return Lead(f"{page}{number}", f"k{page}{number}", "book", NOON, {}, page=page, jobs=jobs, confirmed=confirmed)

    leads = [sent(n, "a", None) for n in range(10)] + [sent(n, "b", NOON + 9) for n in range(5)] + [sent(0, "c", None)]
    pages = reported(leads).pages
    signups, confirmed = pages.columns.index("signups"), pages.columns.index("confirmed")
    assert [row.cells[signups].value for row in pages.rows] == [10, None, None]
    assert pages.total[confirmed].value == 5
    assert sum(row.cells[confirmed].value is None for row in pages.rows) >= 2


@given(
    st.lists(
        st.tuples(st.sampled_from(["book", "contact"]), st.sampled_from("abc"), st.integers(1, 4), st.integers(0, 2)),
        max_size=80,
    )
)
@settings(max_examples=60, deadline=None)
def test_no_table_shows_or_tells_a_small_group(rows: list[tuple[str, str, int, int]]) -> None:
    leads = []
    for number, (form, page, steps, week) in enumerate(rows):
        at = NOON + week * WEEK
        lead = Lead(f"l{number}", f"k{number}", form, at, {}, page=page)
        if form == "contact":
            lead = lead.with_job(Job("n", "notice", at, None, 1, at if steps > 1 else None))
        else:
            lead = lead.with_job(Job("c", "confirm", at, None, 1, at))
            if steps > 1:
                lead = lead._replace(confirmed=at + 9, unsubscribed=at + 99 if steps > 3 else None)
                lead = lead.with_job(Job("b", "book", at, None, 1, at + 10 if steps > 2 else None))
        leads.append(lead)
    report = reported(leads)
    for table in (report.weeks, report.pages, report.signup_forms, report.message_forms):
        for at, name in enumerate(table.columns):
            cells = [row.cells[at] for row in table.rows]
            hidden = [cell for cell in cells if cell.value is None]
            shown = sum(cell.value for cell in cells if cell.value is not None)
            total = table.total[at].value
            assert not [cell for cell in (*cells, table.total[at]) if cell.value and cell.value < FEWEST], name
            if total is None:
                assert hidden or not table.rows
            else:
                assert len(hidden) != 1 or total == shown  # nobody: that tells of no group
                assert not hidden or total - shown >= FEWEST or all(cell.veil == "hidden" for cell in hidden)
    render(report)


class Reader(HTMLParser):
    """Tags with attributes."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))


def test_the_page_loads_and_runs_nothing(many: list[Lead], make: Callable[..., Lead]) -> None:
    hostile = '"><script src=https://evil.example></script><img src=x onerror=alert(1)>'
    page = render(reported([*many, *(make("contact", page=hostile) for _ in range(9))]))
    reader = Reader(page)
    names = {tag for tag, _ in reader.tags}
    assert not names & {"script", "img", "link", "iframe", "object", "a", "form", "image", "use"}
    for _, attributes in reader.tags:
        assert not [name for name in attributes if name.startswith("on") or name in {"src", "href", "style"}]
    policy = next(
        attributes["content"] for tag, attributes in reader.tags if tag == "meta" and "http-equiv" in attributes
    )
    assert policy is not None
    assert policy.startswith("default-src 'none'")
    assert "url(" not in page
    assert "@import" not in page


def test_every_chart_has_a_title_and_a_table_stands_beside(many: list[Lead]) -> None:
    reader = Reader(render(reported(many)))
    charts = [attributes for tag, attributes in reader.tags if tag == "svg"]
    assert len(charts) > 6
    assert all(chart["role"] == "img" and chart["aria-label"] for chart in charts)
    assert sum(tag == "table" for tag, _ in reader.tags) == 4
    assert sum(tag == "caption" for tag, _ in reader.tags) == 4


def test_an_empty_store_is_said(make: Callable[..., Lead]) -> None:
    assert "Nothing came in yet" in render(reported([]))


def test_the_json_says_why_a_number_is_missing(many: list[Lead], make: Callable[..., Lead]) -> None:
    table: dict[str, Any] = json.loads(json.dumps(reported([*many, make("contact", page="x")]).as_dict()))
    assert table["total"]["signups"] == {"count": 32}
    assert table["pages"][-1]["label"] == "other pages"
    assert table["pages"][-1]["messages"] == {"count": None, "words": "fewer than 5"}

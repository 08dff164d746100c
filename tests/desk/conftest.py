"""Leads as the desk gets them."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import pytest

from forms.lead import Job
from forms.lead import Lead

if TYPE_CHECKING:
    from collections.abc import Callable

#: Wednesday, 2026-11-18T12:00:00Z.
NOON = 1_795_003_200.0


@pytest.fixture
def make() -> Callable[..., Lead]:
    """`make("book", steps=3)`: a sign-up that went through so many of sign-up, click, delivery; 4 = and left."""
    numbers = itertools.count(1)

    def one(form: str, *, page: str = "home", created: float = NOON, steps: int = 1, wait: float = 600.0) -> Lead:
        name = f"lead{next(numbers):04}"
        lead = Lead(name, f"key-{name}", form, created, {"email": f"{name}@example.com"}, page=page)
        if form == "contact":
            return lead.with_job(Job(f"{name}-notice-1", "notice", created, None, 1, created + 1))
        lead = lead.with_job(Job(f"{name}-confirm-1", "confirm", created, None, 1, created + 1))
        if steps >= 2:
            lead = lead._replace(confirmed=created + wait)
            sent = created + wait + 5 if steps >= 3 else None
            due = None if sent else created + wait
            lead = lead.with_job(Job(f"{name}-book-1", "book", created + wait, due, 1, sent))
        return lead._replace(unsubscribed=created + 9e5) if steps >= 4 else lead

    return one

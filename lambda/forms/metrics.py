"""Counts for CloudWatch inside the log lines (embedded metric format): no call, no agent, no second line.

In: what became of an event. Out: members for the log's JSON object. Dimensions are bounded: the form's id, a book's
format, or the kind of event; never anything of a visitor.
https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html

| metric | dimensions | counts |
|---|---|---|
| `received` | `form` | submissions that became a new record, held ones too |
| `quarantined`, `challenged` | `form` | those of them that wait for a reader, or for a puzzle or a reader |
| `released` | `form` | held ones let out by a solved puzzle |
| `invalid` | `form` | submissions sent back with errors |
| `flooded` | `form` | refused with 429 |
| `unmetered` | `form` | let through because a meter failed |
| `confirmed` | `form` | confirming clicks |
| `delivered` | `form`, `format` | files of the book that were fetched |
| `errors` | `event` | answers of 5xx |
| `mailed`, `failed` | `event` | mails sent, tries that failed |
| `oldest_unsent` | `event` | age of the oldest mail that waits, seconds, at each sweep |
"""

from __future__ import annotations

from .errors import FormsError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from .desk import Desk
    from .handle import Handled
    from .notify import Tally

__all__ = ["embedded", "of_answer", "of_failure", "of_mails", "of_sweep", "oldest_unsent"]

_SECONDS = frozenset({"oldest_unsent"})
_HELD = frozenset({"quarantined", "challenged"})
#: Later than any pause between two tries of a mail (`notify`), so that every waiting mail is seen.
_AHEAD = 7200.0


def of_answer(handled: Handled, method: str) -> tuple[dict[str, float], dict[str, str]]:
    """Values and dimensions of an answered request; both empty when it counts nothing."""
    if handled.answer["statusCode"] >= 500:
        return of_failure()
    if not handled.form or method == "HEAD":
        return {}, {}
    outcome, values, dimensions = handled.outcome, dict[str, float](), {"form": handled.form}
    if outcome == "stored":
        values["received"] = 1
    elif outcome in _HELD:
        values = {"received": 1, outcome: 1}
    elif outcome in {"invalid", "confirmed", "released"}:
        values[outcome] = 1
    elif outcome == "book":
        values["delivered"] = 1
        dimensions["format"] = handled.reason
    elif handled.reason == "flood":
        values["flooded"] = 1
    if handled.reason == "unmetered":
        values["unmetered"] = 1
    return values, dimensions if values else {}


def of_failure() -> tuple[dict[str, float], dict[str, str]]:
    """Values and dimensions of an error that nobody foresaw."""
    return {"errors": 1}, {"event": "http"}


def of_mails(event: str, tally: Tally | None) -> tuple[dict[str, float], dict[str, str]]:
    """Values and dimensions of a run of the notifier or the sweeper; both empty when nothing was mailed."""
    counts = (("mailed", tally.sent), ("failed", tally.failed)) if tally is not None else ()
    values: dict[str, float] = {name: count for name, count in counts if count}
    return values, {"event": event} if values else {}


def of_sweep(desk: Desk, tally: Tally) -> tuple[dict[str, float], dict[str, str]]:
    """The same and the age of the oldest mail that waits, also when it is 0: an alarm needs a figure each time."""
    values, dimensions = of_mails("sweep", tally)
    try:
        values["oldest_unsent"] = oldest_unsent(desk)
    except FormsError:  # the sweep did its work; its figure comes with the next one
        return values, dimensions
    return values, {"event": "sweep"}


def embedded(namespace: str, now: float, values: Mapping[str, float], dimensions: Mapping[str, str]) -> dict[str, Any]:
    """The members that make a log line's object an embedded metric; empty without a namespace or values."""
    if not namespace or not values:
        return {}
    directive = {
        "Namespace": namespace,
        "Dimensions": [list(dimensions)],
        "Metrics": [{"Name": name, "Unit": "Seconds" if name in _SECONDS else "Count"} for name in values],
    }
    return {**dimensions, **values, "_aws": {"Timestamp": int(now * 1000), "CloudWatchMetrics": [directive]}}


def oldest_unsent(desk: Desk) -> float:
    """Age in seconds of the oldest mail that waits, 0 when none does.

    Looks at the hundred that are due first: with more waiting than that the figure is large either way.
    """
    now = desk.clock()
    waiting = (job.created for lead in desk.store.due(now + _AHEAD, 100) for job in lead.jobs if job.due is not None)
    return round(max(0.0, now - min(waiting, default=now)), 1)

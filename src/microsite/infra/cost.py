"""What a month costs: traffic and a dated table of prices in, a bill out.

In: `infra/prices.toml` (prices with their source, what the stack has, what one event uses) and `Traffic`. Out: `Bill`,
one line for each thing that is paid for, largest first. Nothing is asked of AWS; a price that was not looked up again
is marked. Each line is `max(0, quantity - free) / per * usd`: tiers above the first begin at 10 TB and are left out.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from dataclasses import fields
from datetime import date
from typing import TYPE_CHECKING

from microsite.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path
    from typing import Any

__all__ = ["Bill", "Line", "Price", "Prices", "Traffic", "bill_for", "read_prices"]

_GB = 1_000_000_000


@dataclass(frozen=True, slots=True)
class Price:
    """`usd` for each `per` units after the first `free` ones of a month."""

    what: str
    usd: float
    per: float
    free: float
    source: str
    verified: bool

    def of(self, quantity: float) -> float:
        """US dollars for `quantity` units in a month."""
        return max(0.0, quantity - self.free) / self.per * self.usd


@dataclass(frozen=True, slots=True)
class Prices:
    """The file."""

    day: date
    prices: Mapping[str, Price]
    #: What the template makes: name of a price → how many.
    stack: Mapping[str, float]
    #: What one event uses.
    model: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Traffic:
    """A month."""

    views: float
    submissions: float
    mails: float
    #: Releases, each a whole copy on the server.
    releases: float = 20
    firewall: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that is paid for."""

    name: str
    what: str
    quantity: float
    usd: float
    verified: bool


@dataclass(frozen=True, slots=True)
class Bill:
    """A month's bill, largest line first; lines of less than a tenth of a cent are in it too."""

    day: date
    lines: tuple[Line, ...]

    @property
    def total(self) -> float:
        """US dollars."""
        return sum(line.usd for line in self.lines)

    @property
    def unverified(self) -> float:
        """US dollars of it that rest on prices which nobody looked up again."""
        return sum(line.usd for line in self.lines if not line.verified)


def read_prices(path: Path) -> Prices:
    """Read the file; raises `ConfigError` with the key that is wrong."""
    try:
        told = tomllib.loads(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        msg = f"{path} cannot be read: {error}"
        raise ConfigError(msg, fix="give the file of prices with --prices") from error
    except tomllib.TOMLDecodeError as error:
        msg = f"{path}: {error}"
        raise ConfigError(msg, fix="mend the file; values are name = number") from error
    day = told.get("day")
    if not isinstance(day, date):
        msg = f"{path}: day: must be the day on which the prices were looked up"
        raise ConfigError(msg, fix="write day = 2026-11-21, without quotes")
    prices = {name: _price(path, name, entry) for name, entry in _table(path, told, "prices").items()}
    numbers = {
        part: {name: _number(path, f"{part}.{name}", value) for name, value in _table(path, told, part).items()}
        for part in ("stack", "model")
    }
    _demand(path, prices, numbers)
    return Prices(day, prices, numbers["stack"], numbers["model"])


def bill_for(prices: Prices, traffic: Traffic) -> Bill:
    """The month of `traffic`."""
    quantities = _quantities(prices.model, traffic) | dict(prices.stack)
    quantities |= {"firewall": 1.0, "firewall_requests": quantities["edge_requests"]} if traffic.firewall else {}
    lines = [
        Line(name, price.what, quantities[name], price.of(quantities[name]), price.verified)
        for name, price in prices.prices.items()
        if name in quantities
    ]
    return Bill(prices.day, tuple(sorted(lines, key=lambda line: -line.usd)))


def _quantities(use: Mapping[str, float], month: Traffic) -> dict[str, float]:
    """Name of a price → how many units the month takes of it."""
    files = month.views * use["requests_per_view"]
    calls = month.submissions * use["calls_per_submission"]
    # The outside check asks the site and the forms in turn.
    asked = use["outside_requests"]
    edge = files + calls + asked
    events = month.mails * use["events_per_mail"]
    runs = calls + asked / 2 + month.mails + events + use["sweeps"]
    seconds = (
        (calls + asked / 2) * use["call_milliseconds"] / 1000 * use["call_gb"]
        + month.mails * use["mail_milliseconds"] / 1000 * use["mail_gb"]
        + events * use["call_milliseconds"] / 1000 * use["mail_gb"]
        + use["sweeps"] * use["sweep_milliseconds"] / 1000 * use["mail_gb"]
    )
    kept = month.submissions * use["months_kept"] * use["bytes_per_lead"] / _GB
    return {
        "edge_requests": edge,
        "edge_bytes": month.views * use["bytes_per_view"] / _GB,
        # Not for calls of the API, which go past the router.
        "edge_functions": files + asked / 2,
        "edge_reads": (files + asked / 2) * use["edge_reads_per_request"],
        "bucket_storage": use["gb_per_release"] * use["releases_kept"],
        "bucket_reads": files * use["bucket_reads_per_request"],
        "bucket_writes": month.releases * use["objects_per_release"],
        "api_requests": calls + asked / 2,
        "function_requests": runs,
        "function_seconds": seconds,
        "table_writes": month.submissions * use["writes_per_submission"] + month.mails * use["writes_per_mail"],
        "table_reads": (
            month.submissions * use["reads_per_submission"]
            + month.mails * use["reads_per_mail"]
            + use["sweeps"] * use["reads_per_sweep"]
        ),
        "table_storage": kept,
        "table_backup": kept,
        "mails": month.mails,
        "topic_messages": events,
        "queue_requests": events * use["queue_requests_per_event"] + use["queue_requests_idle"],
        "key_requests": events + use["key_requests_idle"],
        "logs": (calls + asked / 2) * use["log_bytes_per_call"] / _GB,
    }


class _Used(dict[str, float]):
    """Remembers what was asked for."""

    def __init__(self) -> None:
        super().__init__()
        self.names: set[str] = set()

    def __getitem__(self, name: str) -> float:
        self.names.add(name)
        return 0.0


def _demand(path: Path, prices: Mapping[str, Price], numbers: Mapping[str, Mapping[str, float]]) -> None:
    """Every price is for something, every figure is used, and nothing is missing."""
    used = _Used()
    counted = {*_quantities(used, Traffic(0, 0, 0)), *numbers["stack"], "firewall", "firewall_requests"}
    for part, there, wanted in (("prices", set(prices), counted), ("model", set(numbers["model"]), used.names)):
        for name in sorted(wanted - there):
            msg = f"{path}: {part}.{name}: is missing"
            raise ConfigError(msg, fix=f"add {name} to [{part}]")
        for name in sorted(there - wanted):
            msg = f"{path}: {part}.{name}: nothing is counted by this name"
            raise ConfigError(msg, fix="take it out, or mend its name")


def _table(path: Path, told: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    table = told.get(name)
    if not isinstance(table, dict):
        msg = f"{path}: {name}: must be a table"
        raise ConfigError(msg, fix=f"begin it with [{name}]")
    return table


def _price(path: Path, name: str, entry: object) -> Price:
    if not isinstance(entry, dict):
        msg = f"{path}: prices.{name}: must be a table"
        raise ConfigError(msg, fix=f"begin it with [prices.{name}]")
    wanted = {field.name for field in fields(Price)}
    if set(entry) != wanted:
        odd = ", ".join(sorted(set(entry) ^ wanted))
        msg = f"{path}: prices.{name}: missing or unknown: {odd}"
        raise ConfigError(msg, fix=f"a price has {', '.join(field.name for field in fields(Price))}")
    if not isinstance(entry["verified"], bool):
        msg = f"{path}: prices.{name}.verified: must be true or false"
        raise ConfigError(msg, fix="true only for what was looked up on that day")
    per = _number(path, f"prices.{name}.per", entry["per"])
    if per == 0:
        msg = f"{path}: prices.{name}.per: must be more than 0"
        raise ConfigError(msg, fix="per = 1 for a price of one unit")
    usd, free = (_number(path, f"prices.{name}.{key}", entry[key]) for key in ("usd", "free"))
    return Price(str(entry["what"]), usd, per, free, str(entry["source"]), entry["verified"])


def _number(path: Path, key: str, value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < float("inf"):
        msg = f"{path}: {key}: must be a number of 0 or more, not {value!r}"
        raise ConfigError(msg, fix=f"write {key.rpartition('.')[2]} = 1.5, without quotes")
    return float(value)

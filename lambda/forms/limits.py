"""Rates: how often one address, one network, and one text came, without keeping any of them.

In: the desk's meter, the sender's internet address, a text. Out: what is over its rate. Keys are HMACs under a key that
changes with the day and is derived from the signing secret, so that nothing that is stored says who sent, and nothing
links two days. A meter that fails lets everybody through and says so.
"""

from __future__ import annotations

from .errors import StoreError
from .record import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .desk import Desk

__all__ = ["Taken", "networks", "repeated", "take"]

#: Bucket → seconds until it gains one, and how many it holds. An address is often a household, a clinic or a phone
#: company's gateway: over its rate nobody is refused, a puzzle is asked for (`screen.py`).
_ADDRESS = (30.0, 6)
#: Loopback is whoever tries the site on this machine, tests and all: two a second, and never refused.
_HERE = (0.5, 120)
#: A network may send 60 a minute.
_NETWORK = (1.0, 60)
#: The same text, thrice and then once in 20 minutes: people share letters, sellers share them with thousands.
_TEXT = (1200.0, 3)
#: Shorter texts are the same by chance ("Please call me").
_SHORTEST_TEXT = 60


class Taken(NamedTuple):
    """What the meters say."""

    over_address: bool = False
    over_network: bool = False
    #: Whether a meter could not be asked.
    failed: bool = False
    #: Seconds until the address may send again.
    wait: float = 0.0


def take(desk: Desk, address: str, now: float) -> Taken:
    """Count one submission of an address and its network."""
    narrow, wide = networks(address)
    try:
        wait = _wait(desk, "address", narrow, _ADDRESS if wide else _HERE, now)
        return Taken(wait > 0, _wait(desk, "network", wide, _NETWORK, now) > 0, wait=wait)
    except StoreError:
        return Taken(failed=True)


def repeated(desk: Desk, text: str, now: float) -> bool:
    """Count one text, and whether it came too often; a changed blank or capital is the same text."""
    folded = " ".join(text.lower().split())
    try:
        return len(folded) >= _SHORTEST_TEXT and _wait(desk, "text", folded, _TEXT, now) > 0
    except StoreError:
        return False


def _wait(desk: Desk, kind: str, who: str, bucket: tuple[float, int], now: float) -> float:
    if not who:
        return 0.0
    key = desk.tokens.keyed(f"rate/{kind}/{int(now // 86_400)}", who)
    return desk.meter.take(f"rate/{key}", now=now, interval=bucket[0], burst=bucket[1])


def networks(address: str) -> tuple[str, str]:
    """The address as one bucket and its network as another; both "" for what is no address, no network for loopback.

    IPv4: /32 and /24. IPv6: /64, which is one household's, and /48. IPv4 in IPv6 (`::ffff:192.0.2.1`) is IPv4.
    """
    if address.lower().startswith("::ffff:") and "." in address:
        address = address[7:]
    if ":" not in address:
        parts = address.split(".")
        if len(parts) != 4 or not all(one.isascii() and one.isdigit() and len(one) <= 3 for one in parts):
            return "", ""
        return ("here", "") if parts[0] == "127" else (address, ".".join(parts[:3]))
    head, gap, tail = address.lower().partition("%")[0].partition("::")
    first, last = head.split(":") if head else [], tail.split(":") if tail else []
    groups = [*first, *["0"] * (8 - len(first) - len(last)), *last] if gap else first
    digits = "0123456789abcdef"
    if len(groups) != 8 or not all(0 < len(one) <= 4 and all(c in digits for c in one) for one in groups):
        return "", ""
    groups = [one.lstrip("0") or "0" for one in groups]
    return ("here", "") if groups == ["0"] * 7 + ["1"] else (":".join(groups[:4]), ":".join(groups[:3]))

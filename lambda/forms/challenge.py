"""The puzzle that lets a held record out at once: ALTCHA, made and checked here, solved by the visitor's browser.

In: a desk, a record. Out: a challenge as JSON for the page, or the record's id that a solution is good for. A challenge
is signed, names its one record, ends after an hour and works once. The library's second protocol with PBKDF2: its work
is native code in browsers as in robots (the first one hashes in JavaScript calls, where a robot is a hundred times
faster), and with the counter chosen here it is bounded: 64 to 191 derivations of 5,000 rounds, 0.2 s on a laptop.
https://altcha.org/docs/v2/ , library: altcha (MIT).

Without script, or without the library, the record waits in quarantine until the team reads it; nothing is lost.
"""

# ruff: noqa: PLC0415 - imports inside verbs: the library costs 44 ms, and few requests need it
from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from .desk import Desk

__all__ = ["LIFE", "make", "mark", "solved"]

#: Seconds that a challenge, and the page with it, can be used.
LIFE = 3600
_ALGORITHM = "PBKDF2/SHA-256"
#: Rounds of each derivation; checking takes none of them, making takes one (2 ms).
_ROUNDS = 5000
_FEWEST, _SPREAD = 64, 128


def make(desk: Desk, lead_id: str) -> dict[str, Any] | None:
    """A fresh challenge that releases `lead_id` when solved; None when the library is not there."""
    try:
        import altcha
    except ImportError:
        return None
    fresh = desk.new_id()
    secret, key_secret = _secrets(desk)
    challenge = altcha.create_challenge(
        _ALGORITHM,
        _ROUNDS,
        # Unknown to who solves it, because it is keyed.
        counter=_FEWEST + int(desk.tokens.keyed("altcha/counter", fresh)[:8], 16) % _SPREAD,
        # The end stands in our own data: the library would compare it with the machine's clock, not the desk's.
        data={"lead": lead_id, "until": int(desk.clock()) + LIFE},
        hmac_secret=secret,
        hmac_key_secret=key_secret,
    )
    made: dict[str, Any] = challenge.to_dict()
    return made


def solved(desk: Desk, payload: str) -> tuple[str, str] | None:
    """Record id and mark of a payload that solves a challenge of ours in time; None for anything else."""
    try:
        import altcha
    except ImportError:
        return None
    secret, key_secret = _secrets(desk)
    try:
        read = altcha.Payload.from_base64(payload)
        found = altcha.verify_solution(read, secret, hmac_key_secret=key_secret)
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError, OverflowError):
        return None
    # Signed by us, so what follows has the shape that `make` gave it.
    data = read.challenge.parameters.data if found.verified else None
    if not data or data["until"] <= desk.clock():
        return None
    return str(data["lead"]), mark(read.challenge.parameters.nonce)


def mark(nonce: str) -> str:
    """Key of the mark that says that a challenge was used."""
    return f"challenge/{nonce}"


def _secrets(desk: Desk) -> tuple[str, str]:
    return desk.tokens.keyed("altcha", "challenge"), desk.tokens.keyed("altcha", "key")

"""`application/x-www-form-urlencoded`, strictly: one value a name, valid escapes, valid UTF-8.

By hand because `urllib.parse` answers broken escapes and bytes with replacement characters instead of an error, and
its import costs more than the parse.
"""

from __future__ import annotations

import re

__all__ = ["encode", "parse_pairs"]

_ESCAPE = re.compile(rb"%([0-9A-Fa-f]{2})?")
#: More than any form has; a longer list is an attack on the parser.
MOST_PAIRS = 64
_PLAIN = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")


def parse_pairs(text: str) -> dict[str, str]:
    """`a=1&b=2` → `{"a": "1", "b": "2"}`.

    Raises ValueError for a broken escape, bytes that are not UTF-8, a repeated name, or more than 64 names.
    """
    pairs: dict[str, str] = {}
    pieces = [piece for piece in text.split("&") if piece]
    if len(pieces) > MOST_PAIRS:
        msg = "too many fields"
        raise ValueError(msg)
    for piece in pieces:
        name, _, value = piece.partition("=")
        name = _decode(name)
        if name in pairs:
            msg = "a field is given twice"
            raise ValueError(msg)
        pairs[name] = _decode(value)
    return pairs


def encode(text: str) -> str:
    """Percent-encode `text` for use as a value in a query."""
    return "".join(chr(one) if one in _PLAIN else f"%{one:02X}" for one in text.encode())


def _decode(text: str) -> str:
    raw = text.replace("+", " ").encode()  # UnicodeEncodeError (lone surrogate) is a ValueError
    return _ESCAPE.sub(_byte, raw).decode()  # and so is UnicodeDecodeError


def _byte(match: re.Match[bytes]) -> bytes:
    if match[1] is None:
        msg = "a broken percent escape"
        raise ValueError(msg)
    return bytes.fromhex(match[1].decode())

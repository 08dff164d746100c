"""The signed time at which somebody began to fill in a form.

Pages are static, so the page's script asks for a stamp (`GET /api/stamp`) at the first touch of a form; a form drawn
here carries one already. Without script there is none, and that costs nothing. In: tokens, clock, a fresh id. Out: a
token in the form of the links; it holds a time and a random word, and nothing of the visitor.
"""

from __future__ import annotations

from .errors import TokenExpired
from .errors import TokenInvalid

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .tokens import Tokens

__all__ = ["FASTEST", "LONGEST", "make", "read"]

#: Seconds that a person needs at least for a form; a browser that fills in by itself can be that fast (points only).
FASTEST = 3
#: Seconds after which a page is an old one.
LONGEST = 86_400
_PURPOSE = "rendered"


def make(tokens: Tokens, now: float, fresh: str) -> str:
    """A stamp of `now`; `fresh` is an id that nobody had before."""
    return tokens.sign(_PURPOSE, f"{int(now):x}-{fresh}", now + LONGEST)


def read(tokens: Tokens, stamp: str, now: float) -> str:
    """What is wrong with a stamp: `fast`, `old`, `forged`; "" for a fine one and for none."""
    if not stamp:
        return ""
    try:
        subject = tokens.verify(_PURPOSE, stamp, now)
    except TokenExpired:
        return "old"
    except TokenInvalid:
        return "forged"
    # Signed, so it is a number. A clock that went back makes the age negative: that is nobody's fault.
    return "fast" if 0 <= now - int(subject.partition("-")[0], 16) < FASTEST else ""

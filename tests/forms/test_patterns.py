r"""Patterns that a text can hold up are refused, ordinary ones are not; what is said is held against `re` itself."""

from __future__ import annotations

import re
import signal
from typing import TYPE_CHECKING

import pytest

from forms.patterns import slow

if TYPE_CHECKING:
    from types import FrameType

#: Pattern → a text on which `re` takes more than minutes; the longest text is 80 characters.
EXPONENTIAL = {
    r"(a+)+b": "a" * 60,
    r"((a+))+b": "a" * 60,
    r"(?:(?:a)*)*b": "a" * 60,
    r"(a|a)*b": "a" * 60,
    r"(a|aa)+b": "a" * 80,
    r"(\w+\s?)+-": "a" * 60,
    r"(a{1,})+b": "a" * 60,
    r"(a?){50}a{50}": "a" * 49,
    r"(a+){40}b": "a" * 70,
    r"(a*-a*)*b": "aaaa-" * 16,
    r"(-a*a*)*b": "-aaaa" * 16,
    r"(?:ab?a)*(?:a|aba?)*c": "aba" * 26,
    r"(?=(a+)+b)a": "a" * 60,
    r"a*a*a*a*a*a*b": "a" * 80,
    r"(?:(?:(?:a+){3}){3}){3}b": "a" * 80,
}


class TooLong(Exception):  # noqa: N818 - no error: it is what is looked for
    """The match took longer than it may."""


def takes_long(pattern: str, text: str, seconds: float) -> bool:
    def stop(number: int, frame: FrameType | None) -> None:
        raise TooLong

    before = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        re.fullmatch(pattern, text)
    except TooLong:
        return True
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    return False


@pytest.mark.parametrize("pattern", EXPONENTIAL)
def test_what_a_text_can_hold_up_is_refused(pattern: str) -> None:
    assert takes_long(pattern, EXPONENTIAL[pattern] + "!", 0.1)
    assert slow(pattern, 80)


def test_two_repeats_side_by_side_are_fine_on_short_texts_only() -> None:
    assert slow(r"a*a*b", 200) == ""
    assert slow(r"a*a*b", 10_000)


@pytest.mark.parametrize(
    "pattern",
    [
        r"",
        r"[0-9]+(?:-[0-9]{2})*",
        r"[A-Z]{2}(?:-[0-9]+)*",
        r"(?:[a-z]+ )*x",
        r"[0-9]{3}(?:-[0-9]{2,4}){1,3}",
        r"[A-Z][0-9A-Z]{2}(?:\.[0-9A-Z]{1,4})?",
        r"[^@]+@[^@.]+(?:\.[^@.]+)+",
        r"(?:yes|no|maybe)+",
        r"(?:ab)+c*",
        r"(\(a\)+)?",
        r"[(a+)]+",
        r"(a|b)*",
        r"(\w|_)+-",
    ],
)
def test_ordinary_patterns_are_fine(pattern: str) -> None:
    for text in ("a" * 80, "ab" * 40, "0-" * 40, "a " * 40, "A1.-@" * 16):
        assert not takes_long(pattern, text + "!", 1.0)
    assert slow(pattern, 80) == ""

"""Signed links."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forms.errors import TokenExpired
from forms.errors import TokenInvalid
from forms.tokens import Tokens

OLD, NEW = b"o" * 32, b"n" * 32
TOKENS = Tokens([OLD])


def test_a_token_says_whom_it_means() -> None:
    assert TOKENS.verify("book", TOKENS.sign("book", "lead1", 100), 99.9) == "lead1"


def test_a_token_ends_at_its_time_and_still_says_whom_it_meant() -> None:
    with pytest.raises(TokenExpired) as caught:
        TOKENS.verify("book", TOKENS.sign("book", "lead1", 100), 100)
    assert caught.value.subject == "lead1"


def test_a_token_without_end_holds() -> None:
    assert TOKENS.verify("unsubscribe", TOKENS.sign("unsubscribe", "lead1"), 1e12) == "lead1"


def test_the_newest_secret_signs_and_all_verify() -> None:
    old = TOKENS.sign("book", "lead1", 100)
    both = Tokens([NEW, OLD])
    assert both.verify("book", old, 1) == "lead1"
    assert Tokens([NEW]).verify("book", both.sign("book", "lead1", 100), 1) == "lead1"
    with pytest.raises(TokenInvalid):
        Tokens([NEW]).verify("book", old, 1)


@pytest.mark.parametrize("secrets", [[], [b""], [b"short"], [OLD, b"short"]])
def test_weak_secrets_are_refused(secrets: list[bytes]) -> None:
    with pytest.raises(ValueError, match="16 bytes"):
        Tokens(secrets)


@given(place=st.integers(0, 200), letter=st.sampled_from("abcxyz0189.-_AZ"))
def test_a_token_changed_anywhere_is_refused(place: int, letter: str) -> None:
    token = TOKENS.sign("confirm", "q" * 26, 2**31)
    place %= len(token)
    changed = token[:place] + letter + token[place + 1 :]
    if changed != token:
        with pytest.raises(TokenInvalid):
            TOKENS.verify("confirm", changed, 0)


@given(st.text())
def test_no_text_is_a_token(text: str) -> None:
    with pytest.raises(TokenInvalid):
        TOKENS.verify("confirm", text, 0)


def test_fingerprints_are_keyed_and_do_not_tell_case_apart() -> None:
    both = Tokens([NEW, OLD])
    assert both.fingerprints("Ann@Example.com ") == both.fingerprints("ann@example.com")
    assert both.fingerprints("ann@example.com")[1] == TOKENS.fingerprints("ann@example.com")[0]
    assert len(set(both.fingerprints("ann@example.com"))) == 2

"""The bytes of the index: what is written can be read, and names say what is in a file."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from microsite.search.codec import checks
from microsite.search.codec import file_name
from microsite.search.codec import front_coded
from microsite.search.codec import number
from microsite.search.codec import posting_list
from microsite.search.codec import read_front_coded
from microsite.search.codec import read_list
from microsite.search.codec import read_number


@given(st.integers(0, 2**40))
def test_a_number_is_read_back(value: int) -> None:
    data = number(value)
    assert read_number(data + b"\xff", 0) == (value, len(data))


def test_numbers_take_seven_bits_a_byte() -> None:
    assert [number(value) for value in (0, 127, 128, 300)] == [b"\0", b"\x7f", b"\x80\x01", b"\xac\x02"]


@given(st.sets(st.text(max_size=12), max_size=30))
def test_sorted_texts_are_read_back(texts: set[str]) -> None:
    coded = sorted(text.encode() for text in texts)
    assert read_front_coded(front_coded(coded), 0, len(coded))[0] == coded


@given(st.integers(1, 10**6), st.dictionaries(st.integers(0, 10**6), st.integers(1, 255), max_size=50))
def test_a_posting_list_is_read_back(step: int, postings: dict[int, int]) -> None:
    listed = sorted(postings.items())
    assert read_list(posting_list(step, listed)) == (step, listed)


def test_checks_are_five_digits_each() -> None:
    assert checks([0xABCDE]).hex() == "abcde0"
    assert checks([0xABCDE, 0x12345]).hex() == "abcde12345"


def test_a_name_follows_from_key_and_content() -> None:
    name = file_name("t", "ketamin", b"content")
    assert re.fullmatch(r"t\.[0-9a-f]{9}\.bin", name)
    assert file_name("t", "ketamin", b"other")[:6] == name[:6]
    assert file_name("t", "ketamin", b"other") != name
    assert file_name("t", "pain", b"content")[6:] == name[6:]

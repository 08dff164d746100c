"""Normalising and checking, field by field."""

from __future__ import annotations

import time

import pytest

from forms.definition import load
from forms.validate import check

CONTACT = load()["contact"]
GOOD = {"name": "Ann", "email": "ann@example.com", "message": "Hello", "consent": "yes"}


@pytest.mark.parametrize(
    "address",
    [
        "ann@example.com",
        "ann.otter+news@mail.example.co.uk",
        "o'neil@example.com",
        "a@b.co",
        "x" * 64 + "@example.com",
        "ann@1and1.example",
    ],
)
def test_real_addresses_pass(address: str) -> None:
    assert check(CONTACT, {**GOOD, "email": address}).errors == {}


@pytest.mark.parametrize(
    "address",
    [
        "ann", "ann@", "@example.com", "ann@example", "ann@@example.com", "ann@exam ple.com", "ann@example..com",
        ".ann@example.com", "ann.@example.com", "a..b@example.com", "ann@-example.com", "ann@example.com.",
        "ann@[127.0.0.1]", "x" * 65 + "@example.com", "ann@example.com,bob@example.com", "<ann@example.com>",
        '"ann"@example.com', "änn@example.com", "=?utf-8?q?=0aBcc=3aall?=@example.com", "ann@example.com>",
    ],
)  # fmt: skip
def test_what_is_no_address_is_refused_with_an_example(address: str) -> None:
    errors = check(CONTACT, {**GOOD, "email": address}).errors
    assert errors == {"email": "Enter your email address, like name@example.com"}


def test_a_domain_in_other_letters_becomes_ascii() -> None:
    assert check(CONTACT, {**GOOD, "email": "ann@münchen.example"}).values["email"] == "ann@xn--mnchen-3ya.example"


@pytest.mark.parametrize(
    "number", ["555-0142", "+1 (555) 555-0142", "(555) 555-0142 ext. 12", "+49 30 1234567", "1.800.662.4357"]
)
def test_real_phone_numbers_pass(number: str) -> None:
    assert check(CONTACT, {**GOOD, "phone": number}).errors == {}


@pytest.mark.parametrize("number", ["12", "call me", "555-0142; rm -rf", "++1 555 5550142", "<b>5550142</b>"])
def test_what_is_no_phone_number_is_refused(number: str) -> None:
    assert list(check(CONTACT, {**GOOD, "phone": number}).errors) == ["phone"]


@pytest.mark.parametrize("number", ["555-01", "(---------)", "1" * 22 + " x123456", "0" * 40])
def test_a_phone_number_has_from_seven_digits_on(number: str) -> None:
    assert list(check(CONTACT, {**GOOD, "phone": number}).errors) == ["phone"]


@pytest.mark.parametrize("value", ["Call", "call me", "call,text", "<b>", "c\x00all", "x" * 60_000])
def test_what_is_no_option_is_refused_and_not_kept(value: str) -> None:
    form = load()["callback"]
    sent = {"name": "Ann", "phone": "555-0142", "way": value, "time": "any", "consent": "yes"}
    checked = check(form, sent)
    assert checked.errors == {"way": "Choose one of the two: call or text"}
    assert checked.values["way"] == ""


def test_nothing_chosen_is_an_error_of_its_own() -> None:
    checked = check(load()["callback"], {"name": "Ann", "phone": "555-0142", "consent": "yes"})
    assert checked.errors == {"way": "Choose whether we call or text", "time": "Choose the best time to reach you"}


@pytest.mark.parametrize(
    ("way", "given", "missing"),
    [
        ("email", {}, ["email"]),
        ("email", {"phone": "555-0142"}, ["email"]),
        ("email", {"email": "ann@example.com"}, []),
        ("phone", {}, ["phone"]),
        ("text", {"email": "ann@example.com"}, ["phone"]),
        ("text", {"phone": "555-0142"}, []),
        ("", {}, ["contact_way"]),
        ("pigeon", {}, ["contact_way"]),
        ("email", {"email": "ann"}, ["email"]),
    ],
)
def test_how_to_answer_says_which_of_the_two_is_needed(way: str, given: dict[str, str], missing: list[str]) -> None:
    sent = {"insurer": "None", "plan_type": "none", "state": "or", "contact_way": way, "consent": "yes", **given}
    assert list(check(load()["insurance"], sent).errors) == missing


def test_agreeing_to_automated_calls_is_never_needed() -> None:
    sent = {"name": "Ann", "phone": "555-0142", "way": "call", "time": "any", "consent": "yes"}
    checked = check(load()["callback"], sent)
    assert (checked.errors, checked.ticked) == ({}, {"consent": True, "consent_phone": False})


@pytest.mark.parametrize("empty", ["", "   ", "\t\r\n", "\u200b", "\u00a0\u2003\ufeff"])
def test_what_looks_empty_is_empty(empty: str) -> None:
    assert check(CONTACT, {**GOOD, "name": empty}).errors == {"name": "Enter your name"}


def test_text_is_normalised_and_trimmed() -> None:
    checked = check(CONTACT, {**GOOD, "name": " Zoe\u0308 ", "message": "\r\na\rb\r\nc\u2028d\n\n"})
    assert checked.values["name"] == "Zo\u00eb"
    assert checked.values["message"] == "a\nb\nc\nd"


def test_people_who_write_from_right_to_left_can() -> None:
    message = "\u05e9\u05dc\u05d5\u05dd \u202bword\u202c"
    assert check(CONTACT, {**GOOD, "message": message, "name": "\u0645\u0631\u064a\u0645"}).errors == {}


@pytest.mark.parametrize(
    "name", ["李小龍", "Ó Briain-O'Neill", "Nguyễn", "\U0001f468\u200d\U0001f469\u200d\U0001f467", "X Æ A-12"]
)
def test_names_are_what_people_say_they_are(name: str) -> None:
    assert check(CONTACT, {**GOOD, "name": name}).errors == {}


@pytest.mark.parametrize(("field", "most"), [("name", 100), ("message", 5000)])
def test_the_longest_value_passes_and_one_more_does_not(field: str, most: int) -> None:
    assert check(CONTACT, {**GOOD, field: "x" * most}).errors == {}
    errors = check(CONTACT, {**GOOD, field: "x" * (most + 1)}).errors
    assert f"{most:,}" in errors[field]


@pytest.mark.parametrize("ticked", ["yes", "on", "true", "1", " Yes "])
def test_a_tick_is_a_tick(ticked: str) -> None:
    assert check(CONTACT, {**GOOD, "consent": ticked}).errors == {}


@pytest.mark.parametrize("not_ticked", ["", "no", "off", "false", "0"])
def test_no_tick_is_none(not_ticked: str) -> None:
    assert list(check(CONTACT, {**GOOD, "consent": not_ticked}).errors) == ["consent"]


def test_errors_come_in_the_order_of_the_form() -> None:
    assert list(check(CONTACT, {}).errors) == ["name", "email", "message", "consent"]


@pytest.mark.parametrize(
    "hostile", ["a" + " " * 60_000 + "b", "\u200b" * 60_000 + "x", "1" + "-" * 60_000, "a@" + "a." * 30_000]
)
def test_no_value_takes_long(hostile: str) -> None:
    started = time.process_time()
    check(CONTACT, dict.fromkeys(("name", "email", "phone", "message"), hostile))
    assert time.process_time() - started < 0.5  # quadratic work would take minutes

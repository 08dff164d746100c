"""Each rule of the definition check finds its mistake at its line, and says what to do."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from forms.check import RULES
from forms.check import check_file
from forms.check import check_folder
from forms.check import check_text
from forms.definition import SHIPPED
from forms.definition import load
from forms.errors import DefinitionError

CONTACT = (Path(SHIPPED) / "contact.toml").read_text()
BOOK = (Path(SHIPPED) / "book.toml").read_text()

#: (rule, form, what is in the file, what is put there, words of the finding)
BROKEN = [
    ("form-syntax", CONTACT, 'id = "contact"', 'id = "contact', "illegal"),
    ("form-unknown-key", CONTACT, 'button = "Send', 'buton = "Send', "did you mean `button`"),
    ("form-missing-key", CONTACT, 'button = "Send message"\n', "", "`button` is missing"),
    ("form-unknown-key", CONTACT, 'hint = "Any name', 'hnit = "Any name', "did you mean `hint`"),
    ("form-missing-key", CONTACT, 'label = "Your name"\n', "", "`label` is missing"),
    ("form-wrong-type", CONTACT, "max = 100", 'max = "100"', "whole number"),
    ("form-wrong-type", CONTACT, "required = false", "required = 0", "true or false"),
    ("form-empty-text", CONTACT, 'title = "Send us a message"', 'title = " "', "`title` is empty"),
    ("form-empty-text", CONTACT, 'required = "Enter your name"', 'required = ""', "`required` is empty"),
    ("form-bad-value", CONTACT, 'id = "contact"', 'id = "contakt"', "the file's name"),
    ("form-bad-value", CONTACT, 'page = "/contact/"', 'page = "contact"', "/contact/"),
    ("form-bad-value", CONTACT, 'type = "email"', 'type = "emial"', "did you mean `email`"),
    ("form-bad-value", CONTACT, 'notify = "team"', 'notify = "teams"', "did you mean `team`"),
    ("form-bad-value", CONTACT, 'autocomplete = "tel"', 'autocomplete = "phone"', "no autocomplete value"),
    ("form-bad-value", CONTACT, 'inputmode = "tel"', 'inputmode = "te"', "did you mean `tel`"),
    ("form-bad-value", CONTACT, "rows = 8", "rows = 800", "from 2 to 40"),
    ("form-bad-value", CONTACT, 'name = "message"', 'name = "page"', "used by the forms themselves"),
    ("form-bad-value", CONTACT, 'name = "message"', 'name = "My message"', "cannot be a field's name"),
    ("form-bad-value", CONTACT, 'id = "contact-2026-11"', 'id = "Contact 1"', "wording's id"),
    ("form-bad-value", BOOK, 'pdf = "steady-ground.pdf"', 'pdf = "../x.pdf"', "without a folder"),
    ("form-bad-value", CONTACT, 'subject = "New message', 'subject = "' + "x" * 80, "at most 78"),
    ("form-duplicate", CONTACT, 'name = "phone"', 'name = "email"', "taken by the field on line"),
    ("form-duplicate", CONTACT, 'honeypot = "contact_url"', 'honeypot = "name"', "taken by the honeypot"),
    ("form-bad-pattern", CONTACT, r"pattern = '\+?", r"pattern = '(", "does not compile"),
    ("form-bad-pattern", CONTACT, r"pattern = '\+?", r"pattern = '([0-9]+ ?)+", "hold up the server"),
    ("form-missing-text", CONTACT, 'required = "Enter your name"\n', "", "no `required` sentence"),
    ("form-missing-text", CONTACT, 'required = "Enter your message"\n', "", "`message` has no `required`"),
    ("form-limit-differs", CONTACT, "must be 100 characters", "must be 99 characters", "write 100"),
    ("form-bad-link", CONTACT, "[privacy policy](/", "[privacy policy](", "does not become a link"),
    ("form-bad-link", CONTACT, "[privacy policy](/", "[privacy policy](javascript:go(1))(/", "not become a link"),
    ("form-unknown-placeholder", CONTACT, "Record: {id}", "Record: {number}", "cannot hold {number}"),
    ("form-unknown-placeholder", BOOK, "{link}\n\nThe link", "{lnk}\n\nThe link", "did you mean `link`"),
    ("form-unknown-placeholder", CONTACT, 'subject = "New', 'subject = "{fields} New', "subject cannot hold {fields}"),
    ("form-missing-placeholder", CONTACT, "{fields}\n", "", "the team does not see"),
    ("form-missing-placeholder", BOOK, "Stop emails from us: {unsubscribe}", "", "a way to stop"),
    ("form-missing-placeholder", BOOK, "mail from us again? {unsubscribe}", "mail?", "able to stop us"),
    ("form-missing-mail", CONTACT, "[mail.notice]", "[mail.confirm]", "needs the mail `notice`"),
    ("form-missing-mail", BOOK, "[mail.book]", "[mail.notice]", "[book] needs the mail `book`"),
    ("form-too-large", CONTACT, "max = 5000", "max = 9000", "lower a `max`"),
]  # fmt: skip


def test_the_good_files_have_no_findings() -> None:
    assert check_text("contact.toml", CONTACT) == ()
    assert check_text("book.toml", BOOK) == ()


@pytest.mark.parametrize(("rule", "good", "there", "instead", "words"), BROKEN)
def test_the_mistake_is_found_at_its_line(rule: str, good: str, there: str, instead: str, words: str) -> None:
    assert good.count(there) >= 1
    name = "contact" if good is CONTACT else "book"
    broken = good.replace(there, instead, 1)
    mistakes = [one for one in check_text(f"x/{name}.toml", broken) if one.rule == rule]
    assert any(words in str(one) for one in mistakes), check_text(f"x/{name}.toml", broken)
    changed = good[: good.index(there)].count("\n") + 1
    assert all(one.path == f"x/{name}.toml" and one.fix for one in mistakes)
    if rule not in {"form-missing-key", "form-missing-text", "form-missing-mail", "form-too-large", "form-duplicate"}:
        assert any(changed - 16 <= one.line <= changed for one in mistakes)
    if rule in {"form-unknown-key", "form-empty-text", "form-wrong-type", "form-bad-pattern"}:
        assert any(one.line == changed for one in mistakes)


def test_every_rule_has_a_broken_example(tmp_path: Path) -> None:
    (tmp_path / "x.toml").write_bytes(b"\xff")
    assert [one.rule for one in check_file(str(tmp_path / "x.toml"))] == ["form-unreadable"]
    assert {rule for rule, *_ in BROKEN} | {"form-unreadable"} == set(RULES)


@pytest.mark.parametrize("place", ["nowhere", "."])
def test_a_folder_without_definitions_is_a_finding(tmp_path: Path, place: str) -> None:
    assert [one.rule for one in check_folder(tmp_path / place)] == ["form-unreadable"]


def test_any_line_may_be_lost_without_a_traceback() -> None:
    for good, name in ((CONTACT, "contact"), (BOOK, "book")):
        lines = good.splitlines(keepends=True)
        for number in range(len(lines)):
            for mistake in check_text(f"{name}.toml", "".join(lines[:number] + lines[number + 1 :])):
                assert re.fullmatch(rf"{name}\.toml:\d+:\d+: form-[a-z-]+: .+ \(.+\)", str(mistake))


@pytest.mark.parametrize("value", ["7", "true", "[]", "{}", "[7]", "''", "1979-05-27", "[{name = 7}]"])
def test_any_key_may_hold_anything_without_a_traceback(value: str) -> None:
    for good, name in ((CONTACT, "contact"), (BOOK, "book")):
        for key in re.findall(r"^([a-z_]+) = (?!\"\"\")", good, re.MULTILINE):
            check_text(f"{name}.toml", re.sub(rf"^{key} = .*$", f"{key} = {value}", good, count=1, flags=re.MULTILINE))
    for key in ("field", "consent", "mail", "warning", "double_opt_in", "book"):
        check_text("contact.toml", f"{key} = {value}\n")


def test_a_file_nested_without_end_is_a_finding(tmp_path: Path) -> None:
    file = tmp_path / "x.toml"
    file.write_text("a = " + "[" * 5000)
    assert [(one.rule, one.line) for one in check_file(str(file))] == [("form-syntax", 1)]
    with pytest.raises(DefinitionError):
        load(tmp_path)


@pytest.mark.parametrize("pattern", [r"[0-9]+(?:-[0-9]{2})*", r"(?:ab)+c*", r"(\(a\)+)?", r"[(a+)]+", r"(a|b)*"])
def test_patterns_that_take_linear_time_are_fine(pattern: str) -> None:
    text = re.sub(r"(?m)^pattern = .*$", lambda _: f"pattern = '{pattern}'", CONTACT)
    assert check_text("contact.toml", text) == ()

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
CALLBACK = (Path(SHIPPED) / "callback.toml").read_text()
INSURANCE = (Path(SHIPPED) / "insurance.toml").read_text()
NEWSLETTER = (Path(SHIPPED) / "newsletter.toml").read_text()
GOOD = {"contact": CONTACT, "book": BOOK, "callback": CALLBACK, "insurance": INSURANCE, "newsletter": NEWSLETTER}
EMAIL_IF = 'required_if = { contact_way = ["email"]'
PATTERN = "[A-Za-z0-9][A-Za-z0-9 ./\\-]*"
TWO_WAYS = '[\n  { value = "call", label = "Call me" },\n  { value = "text", label = "Text me" },\n]'

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
    ("form-bad-pattern", INSURANCE, f"'{PATTERN}'", "'('", "does not compile"),
    ("form-bad-pattern", INSURANCE, f"'{PATTERN}'", "'a{99999999999999}'", "does not compile"),
    ("form-bad-pattern", INSURANCE, f"'{PATTERN}'", "'([0-9]+ ?)+'", "hold up the server"),
    ("form-bad-value", CONTACT, 'subject = "New message', 'subject = "New\\rBcc: x', "line break"),
    ("form-bad-value", CONTACT, 'title = "Send us a message"', 'title = "Send us\\na message"', "line break"),
    ("form-bad-value", CONTACT, 'label = "Your name"', 'label = "Your \\u202ename"', "U+202E"),
    ("form-bad-value", CONTACT, 'subject = "New message', 'subject = "\\u0000New message', "U+0000"),
    ("form-missing-text", CONTACT, 'required = "Enter your name"\n', "", "no `required` sentence"),
    ("form-missing-text", CONTACT, 'required = "Enter your message"\n', "", "`message` has no `required`"),
    ("form-limit-differs", CONTACT, "must be 100 characters", "must be 99 characters", "write 100"),
    ("form-bad-link", CONTACT, "[privacy policy](/", "[privacy policy](", "does not become a link"),
    ("form-bad-link", CONTACT, "[privacy policy](/", "[privacy policy](javascript:go(1))(/", "not become a link"),
    ("form-unknown-placeholder", CONTACT, "Record: {id}", "Record: {number}", "cannot hold {number}"),
    ("form-unknown-placeholder", BOOK, "{link}\n\nThe link", "{lnk}\n\nThe link", "did you mean `link`"),
    ("form-unknown-placeholder", CONTACT, 'subject = "New', 'subject = "{fields} New', "subject cannot hold {fields}"),
    ("form-missing-placeholder", CONTACT, "{fields}\n", "", "the team does not see"),
    ("form-missing-placeholder", BOOK, "Stop all emails from us: {unsubscribe}", "", "a way to stop"),
    ("form-missing-placeholder", BOOK, "everything erased: {preferences}", "everything", "more than one list"),
    ("form-missing-placeholder", NEWSLETTER, "Stop all emails from us: {unsubscribe}", "", "a way to stop"),
    ("form-missing-placeholder", INSURANCE, "show {id} --private", "show", "cannot find what is private"),
    ("form-unknown-placeholder", NEWSLETTER, "about once a month, and", "about {link}, and", "cannot hold {link}"),
    ("form-missing-placeholder", BOOK, "mail from us again? {unsubscribe}", "mail?", "able to stop us"),
    ("form-missing-mail", CONTACT, "[mail.notice]", "[mail.confirm]", "needs the mail `notice`"),
    ("form-missing-mail", BOOK, "[mail.book]", "[mail.notice]", "[book] needs the mail `book`"),
    ("form-unused-mail", NEWSLETTER, "[mail.welcome]", "[mail.book]", "never sends the mail `book`"),
    ("form-unused-mail", BOOK, "[mail.book]", "[mail.welcome]", "never sends the mail `welcome`"),
    ("form-unused-mail", CONTACT, 'notify = "team"', 'notify = "nobody"', "never sends the mail `notice`"),
    ("form-missing-key", CONTACT, "max = 100\n", "", "`max` is missing"),
    ("form-bad-options", CALLBACK, TWO_WAYS, "[]", "nothing to choose from"),
    ("form-bad-options", CALLBACK, f"options = {TWO_WAYS}", "", "nothing to choose from"),
    ("form-bad-options", CALLBACK, 'type = "radio"', 'type = "text"', "a field of type text has no options"),
    ("form-bad-options", CALLBACK, 'type = "radio"', 'type = "radio"\nmax = 9', "`max` has no meaning"),
    ("form-duplicate", CALLBACK, '"text", label = "Text me"', '"call", label = "Text me"', "`call` stands twice"),
    ("form-duplicate", CALLBACK, 'label = "Text me"', 'label = "Call me"', "`Call me` stands twice"),
    ("form-missing-key", CALLBACK, 'value = "text", label = "Text me"', 'value = "text"', "`label` is missing"),
    ("form-empty-text", CALLBACK, 'label = "Text me"', 'label = " "', "`label` is empty"),
    ("form-bad-value", CALLBACK, 'value = "midday"', 'value = "Mid day"', "cannot be an answer's value"),
    ("form-missing-text", CALLBACK, 'invalid = "Choose one of the two', '# "', "no `invalid` sentence"),
    ("form-missing-text", CALLBACK, 'error = "Check the box', 'required = true # "', "no `error` sentence"),
    ("form-bad-condition", INSURANCE, '["phone", "text"]', '["phone", "txt"]', "did you mean `text`"),
    ("form-bad-condition", INSURANCE, '{ contact_way = ["email"]', '{ contact_wy = ["email"]', "contact_way"),
    ("form-bad-condition", INSURANCE, EMAIL_IF, 'required_if = { insurer = ["x"]', "no field where one chooses"),
    ("form-bad-condition", INSURANCE, EMAIL_IF, f"required = false\n{EMAIL_IF}", "say two things"),
    ("form-wrong-type", INSURANCE, '["phone", "text"]', "[7]", "list of texts"),
    ("form-private", INSURANCE, "[vault]\ndays = 30 ", "", "no end"),
    ("form-bad-value", INSURANCE, "days = 30 ", "days = 31 ", "from 1 to 30"),
    ("form-private", INSURANCE, "retention_days = 180", "retention_days = 20", "outlive their record"),
    ("form-private", INSURANCE, 'type = "tel"', 'private = true\ntype = "tel"', "cannot be private"),
    ("form-private", CONTACT, 'type = "textarea"', 'private = true\ntype = "textarea"', "no end"),
    ("form-private", CONTACT, "[warning]", "[vault]\ndays = 5\n[warning]", "no field is private"),
    ("form-limit-differs", INSURANCE, "apart and erased after 30", "apart and erased after 60", "write 30 days"),
    ("form-limit-differs", INSURANCE, "within 30 days", "within 20 days", "write 30 days"),
    ("form-phone-consent", CALLBACK, "is not a condition of", "is fine with", "not a condition"),
    ("form-phone-consent", CALLBACK, "required = false", 'error = "x"', "add required = false"),
    ("form-phone-consent", CALLBACK, 'type = "tel"', 'type = "text"', "no telephone number"),
    ("form-bad-value", BOOK, "unconfirmed_days = 30", "unconfirmed_days = 5", "before the link"),
    ("form-bad-value", BOOK, "unconfirmed_days = 30", "unconfirmed_days = 20", "sent again"),
    ("form-bad-value", BOOK, "retention_days = 730", "retention_days = 20", "kept longer than who does"),
    ("form-too-large", CONTACT, "max = 5000", "max = 9000", "lower a `max`"),
]  # fmt: skip


def test_the_good_files_have_no_findings() -> None:
    for name, text in GOOD.items():
        assert check_text(f"{name}.toml", text) == ()


@pytest.mark.parametrize(("rule", "good", "there", "instead", "words"), BROKEN)
def test_the_mistake_is_found_at_its_line(rule: str, good: str, there: str, instead: str, words: str) -> None:
    assert good.count(there) >= 1
    name = next(name for name, text in GOOD.items() if text is good)
    broken = good.replace(there, instead, 1)
    mistakes = [one for one in check_text(f"x/{name}.toml", broken) if one.rule == rule]
    assert any(words in str(one) for one in mistakes), check_text(f"x/{name}.toml", broken)
    changed = good[: good.index(there)].count("\n") + 1
    assert all(one.path == f"x/{name}.toml" and one.fix for one in mistakes)
    elsewhere = {"form-missing-key", "form-missing-text", "form-missing-mail", "form-too-large", "form-duplicate"}
    elsewhere |= {"form-private", "form-phone-consent", "form-unused-mail"}
    if rule not in elsewhere and "kept longer" not in words:
        assert any(changed - 16 <= one.line <= changed + 1 for one in mistakes)
    if rule in {"form-unknown-key", "form-empty-text", "form-wrong-type", "form-bad-pattern"}:
        assert any(one.line == changed for one in mistakes)


def test_every_rule_has_a_broken_example(tmp_path: Path) -> None:
    (tmp_path / "x.toml").write_bytes(b"\xff")
    assert [one.rule for one in check_file(str(tmp_path / "x.toml"))] == ["form-unreadable"]
    assert {rule for rule, *_ in BROKEN} | {"form-unreadable", "form-missing-page"} == set(RULES)


def test_a_mistake_in_a_list_is_named_by_line_and_column() -> None:
    broken = CALLBACK.replace('{ value = "text", label = "Text me" }', '{ value = "text", lable = "Text me" }')
    line = broken[: broken.index("lable")].count("\n") + 1
    found = {(one.line, one.column, one.rule) for one in check_text("callback.toml", broken)}
    assert found == {(line, 3, "form-missing-key"), (line, 3, "form-unknown-key")}


def test_the_pages_that_a_form_needs_are_looked_for(tmp_path: Path) -> None:
    for name in ("newsletter/index.md", "newsletter/thanks.md", "newsletter/confirmed.md", "legal/privacy.md"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("---\ntitle: A page\nform: newsletter\n---\n")
    assert check_text("newsletter.toml", NEWSLETTER, tmp_path) == ()
    (tmp_path / "newsletter/index.md").write_text("---\ntitle: A page\n---\nform: newsletter\n")
    (tmp_path / "newsletter/confirmed.md").unlink()
    (tmp_path / "legal/privacy.md").unlink()
    mistakes = check_text("newsletter.toml", NEWSLETTER, tmp_path)
    assert {one.rule for one in mistakes} == {"form-missing-page"}
    assert [(one.severity, one.message) for one in mistakes] == [
        ("error", "the page /newsletter/ does not show the form"),
        ("warning", "there is no page /newsletter/confirmed/: a plain one is made from the definition"),
        ("error", "there is no page /legal/privacy/"),
    ]


def test_two_forms_share_neither_a_wording_nor_a_page(tmp_path: Path) -> None:
    (tmp_path / "contact.toml").write_text(CONTACT)
    (tmp_path / "other.toml").write_text(CONTACT.replace('id = "contact"', 'id = "other"'))
    found = [(Path(one.path).name, one.rule, one.message) for one in check_folder(tmp_path)]
    assert found == [
        ("other.toml", "form-duplicate", "the wording id `contact-2026-11` is taken by contact.toml"),
        ("other.toml", "form-duplicate", "the page `/contact/` is taken by contact.toml"),
    ]


def test_automated_calls_need_a_box_of_their_own() -> None:
    start = CALLBACK.index("[[consent]]")
    alone = CALLBACK[:start] + CALLBACK[CALLBACK.index("[[consent]]", start + 1) :]
    assert [one.rule for one in check_text("callback.toml", alone)] == ["form-phone-consent"]


@pytest.mark.parametrize("place", ["nowhere", "."])
def test_a_folder_without_definitions_is_a_finding(tmp_path: Path, place: str) -> None:
    assert [one.rule for one in check_folder(tmp_path / place)] == ["form-unreadable"]


def test_any_line_may_be_lost_without_a_traceback() -> None:
    for name, good in GOOD.items():
        lines = good.splitlines(keepends=True)
        for number in range(len(lines)):
            for mistake in check_text(f"{name}.toml", "".join(lines[:number] + lines[number + 1 :])):
                assert re.fullmatch(rf"{name}\.toml:\d+:\d+: form-[a-z-]+: .+ \(.+\)", str(mistake))


@pytest.mark.parametrize("value", ["7", "true", "[]", "{}", "[7]", "''", "1979-05-27", "[{name = 7}]"])
def test_any_key_may_hold_anything_without_a_traceback(value: str) -> None:
    for name, good in GOOD.items():
        for key in re.findall(r"^([a-z_]+) = (?!\"\"\")", good, re.MULTILINE):
            check_text(f"{name}.toml", re.sub(rf"^{key} = .*$", f"{key} = {value}", good, count=1, flags=re.MULTILINE))
    for key in ("field", "consent", "mail", "warning", "double_opt_in", "book", "vault"):
        check_text("contact.toml", f"{key} = {value}\n")


def test_a_file_nested_without_end_is_a_finding(tmp_path: Path) -> None:
    file = tmp_path / "x.toml"
    file.write_text("a = " + "[" * 5000)
    assert [(one.rule, one.line) for one in check_file(str(file))] == [("form-syntax", 1)]
    with pytest.raises(DefinitionError):
        load(tmp_path)


def test_what_cannot_be_read_is_told_apart(tmp_path: Path) -> None:
    (tmp_path / "a.toml").mkdir()
    (tmp_path / "b.toml").write_bytes(b'id = "b"\ntitle = "Caf\xe9"\n')
    (tmp_path / "c.toml").write_text("\ufeff" + CONTACT)
    found = [(Path(one.path).name, one.line, one.column, one.message) for one in check_folder(tmp_path)]
    assert found[0] == ("a.toml", 1, 1, "it cannot be read: is a directory")
    assert found[1] == ("b.toml", 2, 13, "this is not UTF-8")
    assert found[2][:3] == ("c.toml", 1, 1)
    assert "byte order mark" in found[2][3]

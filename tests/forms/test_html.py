"""The drawn form: everything labelled, described, escaped; nothing inline; works without script."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forms.definition import load
from forms.html import link_text
from forms.html import render_form
from forms.html import render_page

if TYPE_CHECKING:
    from collections.abc import Mapping

FORMS = load()
VOID = {"input", "meta", "br", "link"}


class Tree(HTMLParser):
    """Elements with attributes, and a complaint when tags do not close in order."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.open: list[str] = []
        self.texts: list[str] = []
        self.feed(html)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert len({name for name, _ in attrs}) == len(attrs), f"an attribute twice in <{tag}>"
        self.elements.append((tag, {name: value or "" for name, value in attrs}))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.texts.append(data)

    def all(self, tag: str) -> list[dict[str, str]]:
        return [attributes for name, attributes in self.elements if name == tag]

    def ids(self) -> list[str]:
        return [attributes["id"] for _, attributes in self.elements if "id" in attributes]


def everything_wrong(form_id: str) -> Mapping[str, str]:
    form = FORMS[form_id]
    names = [field.name for field in form.fields] + [box.name for box in form.consents]
    return {name: f"Wrong: {name}" for name in names}


@pytest.mark.parametrize("form_id", sorted(FORMS))
@pytest.mark.parametrize("wrong", [False, True], ids=["fresh", "wrong"])
def test_every_box_has_a_label_and_every_reference_a_target(form_id: str, wrong: bool) -> None:  # noqa: FBT001
    tree = Tree(render_form(FORMS[form_id], errors=everything_wrong(form_id) if wrong else None, page="home"))
    ids = tree.ids()
    assert len(set(ids)) == len(ids)
    labelled = {label["for"] for label in tree.all("label")}
    boxes = [*tree.all("input"), *tree.all("textarea"), *tree.all("select")]
    boxes = [box for box in boxes if box.get("type") != "hidden"]
    assert {box["id"] for box in boxes} == labelled
    firsts = {box["name"]: box for box in reversed(boxes)}  # of a group of radio buttons the first
    assert all(box["id"] == name for name, box in firsts.items())
    for box in (*boxes, *tree.all("fieldset")):
        assert set(box.get("aria-describedby", "").split()) <= set(ids)
    for link in tree.all("a"):
        assert not link["href"].startswith("#") or link["href"][1:] in ids


@pytest.mark.parametrize("form_id", sorted(FORMS))
def test_errors_are_summed_up_and_stand_at_their_fields(form_id: str) -> None:
    errors = everything_wrong(form_id)
    tree = Tree(render_form(FORMS[form_id], errors=errors))
    summary = next(one for one in tree.all("div") if one.get("class") == "errors")
    assert (summary["role"], summary["tabindex"]) == ("alert", "-1")
    assert [link["href"] for link in tree.all("a") if link["href"].startswith("#")] == [f"#{name}" for name in errors]
    told = set()
    for box in (*tree.all("input"), *tree.all("textarea"), *tree.all("select"), *tree.all("fieldset")):
        if (box.get("name") in errors and box.get("type") != "radio") or "role" in box:
            assert box["aria-invalid"] == "true"
            told |= set(box["aria-describedby"].split())
    assert told >= {f"{name}-error" for name in errors}


@pytest.mark.parametrize("form_id", sorted(FORMS))
def test_it_needs_neither_script_nor_inline_style(form_id: str) -> None:
    html = render_form(FORMS[form_id], errors=everything_wrong(form_id))
    tree = Tree(html)
    (form,) = tree.all("form")
    assert (form["method"], form["action"], "novalidate" in form) == ("post", f"/api/forms/{form_id}", True)
    assert [button["type"] for button in tree.all("button")] == ["submit"]
    assert "<script" not in html
    assert not any(name == "style" or name.startswith("on") for _, attributes in tree.elements for name in attributes)


def test_the_contact_form_says_that_it_is_not_for_emergencies() -> None:
    html = render_form(FORMS["contact"])
    assert "Not for emergencies" in html
    assert '<a href="tel:988">988</a>' in html


def test_no_box_is_ticked_beforehand() -> None:
    assert " checked" not in "".join(render_form(form) for form in FORMS.values())


def test_optional_fields_say_so() -> None:
    assert "Phone number (optional)" in render_form(FORMS["contact"])
    assert "Your name (optional)" in render_form(FORMS["book"])


def test_hidden_inputs_stand_only_when_they_say_something() -> None:
    assert 'type="hidden"' not in render_form(FORMS["book"])
    tree = Tree(render_form(FORMS["book"], page="home", release="r1", rendered="t.sig"))
    hidden = {one["name"]: one["value"] for one in tree.all("input") if one["type"] == "hidden"}
    assert hidden == {"page": "home", "release": "r1", "rendered": "t.sig"}


def test_what_was_chosen_stays_chosen() -> None:
    tree = Tree(render_form(FORMS["callback"], values={"way": "text", "time": "midday"}))
    assert [one["value"] for one in tree.all("input") if "checked" in one] == ["text"]
    assert [one["value"] for one in tree.all("option") if "selected" in one] == ["midday"]
    assert tree.all("option")[0]["value"] == ""  # nothing is chosen for the visitor
    assert {one["id"] for one in tree.all("input") if one.get("name") == "way"} == {"way", "way-2"}


def test_a_field_that_another_answer_makes_needed_is_not_called_optional() -> None:
    html = render_form(FORMS["insurance"])
    assert "Member ID (optional)" in html
    assert ">Email address</label>" in html


@given(st.text(), st.text())
def test_whatever_was_typed_comes_back_and_nothing_else_does(line: str, text: str) -> None:
    line, text = line.replace("\x00", ""), text.replace("\r", "").replace("\x00", "")
    tree = Tree(render_form(FORMS["contact"], values={"name": line, "message": text}, page="p"))
    values = {one["name"]: one.get("value", "") for one in tree.all("input")}
    assert values["name"] == line
    assert "".join(tree.texts).count("\n" + text) >= 1
    assert len(tree.elements) == len(Tree(render_form(FORMS["contact"], page="p")).elements)


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("See [us](/a/).", 'See <a href="/a/">us</a>.'),
        ("[call](tel:988)", '<a href="tel:988">call</a>'),
        ("[x](javascript:alert(1))", "[x](javascript:alert(1))"),
        ('[x](/"onload=1)', '<a href="/&quot;onload=1">x</a>'),  # one attribute, whatever it holds
        ("<b> & [", "&lt;b&gt; &amp; ["),
    ],
)
def test_links_in_prose(text: str, html: str) -> None:
    assert link_text(text) == html


def test_the_shell_is_filled_once_and_visitors_cannot_fill_it() -> None:
    shell = "<title><!--title--></title><main><!--main--></main><!--title-->"
    page = render_page(shell, "A & B", "<p><!--title--><!--main--></p>")
    assert page == "<title>A &amp; B</title><main><p><!--title--><!--main--></p></main>A &amp; B"


def test_a_shell_without_its_marker_is_not_used() -> None:
    assert "<p>x</p>" in render_page("<html>no marker</html>", "T", "<p>x</p>")

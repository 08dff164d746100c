from __future__ import annotations

import json

import pytest
import typst
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st

from microsite.book.markup import RawHtmlError
from microsite.book.markup import parse
from microsite.book.markup import words
from microsite.book.typeset import literal


def test_typewriter_quotes_and_dots_become_typographic_ones() -> None:
    assert words(parse('"It\'s" -- so... &amp; fine &mdash; \\*really\\* AT&T < 3')) == (
        "“It\N{RIGHT SINGLE QUOTATION MARK}s” \N{EN DASH} so… & fine — *really* AT&T < 3"
    )


@pytest.mark.parametrize("text", ["a <b>b</b>", "<p>block</p>", "a <!-- note --> b", "a &lt;<i>x</i>"])
def test_html_is_refused(text: str) -> None:
    with pytest.raises(RawHtmlError):
        parse(text)


def test_a_list_of_boxes_is_a_checklist() -> None:
    tree = parse("- [ ] **Ask** this\n- [ ] And that\n\nText\n\n- no box\n")
    checklist, plain = tree.findall("ul")
    assert checklist.get("class") == "checklist"
    assert [words(item) for item in checklist] == ["Ask this", "And that"]
    assert [item[0].tag for item in checklist] == ["box", "box"]
    assert plain.get("class") is None


def test_the_paragraph_before_a_table_is_its_caption() -> None:
    tree = parse("Table: What *was* found[@a]\n\n| A | B |\n|---|---|\n| 1 | 2 |\n")
    assert [child.tag for child in tree] == ["table"]
    caption = tree[0][0]
    assert (caption.tag, words(caption)) == ("caption", "What was found")


def test_a_citation_takes_the_space_before_it_and_keeps_its_locator() -> None:
    tree = parse("Claim. [@a, p. 4; @b] Next.")
    (mark,) = tree.iter("cite")
    assert (mark.get("ids"), mark.get("locators")) == ("a b", "p. 4;")
    assert tree[0].text == "Claim."
    assert mark.tail == " Next."


def test_the_degree_of_certainty_is_read_in_any_spelling() -> None:
    tree = parse("[certainty: Very-Low] and [CERTAINTY: high]")
    assert [mark.get("grade") for mark in tree.iter("certainty")] == ["very low", "high"]


def _flat(content: dict[str, object]) -> str:
    """What Typst made of some markup, as text; anything but text shows as its name."""
    match content["func"]:
        case "text" | "symbol":
            return str(content["text"])
        case "space":
            return " "
        case "sequence":
            return "".join(_flat(child) for child in content["children"])  # type: ignore[attr-defined]
        case name:
            return f"<{name}>"


def _typeset(text: str) -> str:
    source = f"#metadata([x{literal(text)}x])<it>"
    return _flat(json.loads(typst.query(source.encode(), "<it>", field="value", one=True)))


def test_no_text_can_become_a_command() -> None:
    nasty = "#let x = 1; $a$ _b_ *c* @d <e> `f` // g /* h */ https://x.y -- ... 'q' \"r\" \\ [i] = j + k - l ~ 1. m"
    assert _typeset(nasty) == f"x{nasty}x"


@settings(max_examples=60, deadline=None)
@given(st.text(alphabet="".join(map(chr, range(33, 127))) + " é“—", max_size=40))
def test_any_text_is_typeset_as_it_stands(text: str) -> None:
    assert _typeset(text).split() == f"x{text}x".split()

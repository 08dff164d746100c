"""One tokenizer and one stemmer in two languages: Python builds the index, JavaScript reads the question."""

# ruff: noqa: RUF001 - signs that look like others are what this is about
from __future__ import annotations

import itertools
import unicodedata
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st
from lunr.stemmer import PorterStemmer
from lunr.stop_word_filter import WORDS

from microsite.search.terms import STOP_WORDS
from microsite.search.terms import stem
from microsite.search.terms import words

if TYPE_CHECKING:
    from microsite.search.host import Host

NASTY = {
    "0.5 mg/kg": ["0.5", "mg", "kg"],
    "0.5mg/kg": ["0.5", "mg", "kg"],
    "0.5 MG / KG.": ["0.5", "mg", "kg"],
    "1,000 people, 12,345.67": ["1000", "people", "12345.67"],
    "1,2,3 and 1,0000": ["1", "2", "3", "and", "1", "0000"],
    "CYP3A4 and CYP2B6": ["cyp3a4", "and", "cyp2b6"],
    "S-ketamine, sub-anaesthetic": ["s", "ketamine", "sub", "anaesthetic"],
    "Crohn's, Crohn’s, Crohnʼs, Crohn＇s": ["crohn", "crohn", "crohn", "crohn"],
    "don't O’Brien l’homme": ["dont", "obrien", "lhomme"],
    "'quoted' ‘words’": ["quoted", "words"],
    "naïve café Ünïcödé": ["naive", "cafe", "unicode"],
    "e\u0301cole": ["ecole"],
    "ﬁne ﬂow ½ ²": ["fine", "flow", "1", "2", "2"],
    "ＦＵＬＬ width１２": ["full", "width12"],
    "soft\u00adhyphen zero\u200bwidth \ufeffbom": ["softhyphen", "zerowidth", "bom"],
    "İstanbul ΣΊΣΥΦΟΣ straße": ["istanbul", "σισυφος", "straße"],
    "кетамин кетами́н": ["кетамин", "кетамин"],
    "العَرَبِيَّة עִבְרִית": ["العربية", "עברית"],
    "氯胺酮 ケタミン": ["氯胺酮", "ケタミン"],
    "🙂 👩‍⚕️ 🏳️‍🌈 \U0001d400\U0001d401": ["ab"],
    "<b>bold</b> .*[a-z]+? \\d$ a_b": ["b", "bold", "b", "a", "z", "d", "a", "b"],
    "IL-6 5-HT2A 2nd covid-19": ["il", "6", "5", "ht2a", "2", "nd", "covid", "19"],
    "a.b 3.14.15 .5 5.": ["a", "b", "3.14.15", "5", "5"],
    "": [],
    " \t\n\r\x0b\x0c\u2028 ": [],
}


@pytest.mark.parametrize("text", NASTY, ids=ascii)
def test_words_are_cut_as_the_rules_say(text: str) -> None:
    assert words(text) == NASTY[text]


def test_the_browser_cuts_the_same_words(engine: Host) -> None:
    assert engine.call("(texts => texts.map(words))", list(NASTY)) == list(NASTY.values())


#: What both Unicode versions know: characters assigned in Python's, which is the older one.
ASSIGNED = st.characters(exclude_categories=("Cs", "Cn"))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(texts=st.lists(st.text(ASSIGNED) | st.text("aA1.,'’-é\u0301 ²Σσ_", max_size=30), min_size=5, max_size=40))
def test_the_browser_cuts_any_text_the_same(engine: Host, texts: list[str]) -> None:
    assert engine.call("(texts => texts.map(words))", texts) == [words(text) for text in texts]


def test_every_single_letter_and_sign_is_cut_the_same(engine: Host) -> None:
    """All assigned characters of the first two planes, each between two letters and before a digit."""
    known = [chr(c) for c in range(0x20000) if unicodedata.category(chr(c)) not in {"Cs", "Cn", "Co"}]
    for low in range(0, len(known), 20_000):
        texts = [f"x{c}y {c}1" for c in known[low : low + 20_000]]
        ours = [words(text) for text in texts]
        theirs = engine.call("(texts => texts.map(words))", texts)
        assert [(text, a, b) for text, a, b in zip(texts, ours, theirs, strict=True) if a != b] == []


def test_stop_words_are_those_of_lunr_in_both(engine: Host) -> None:
    assert frozenset(WORDS) == STOP_WORDS
    assert engine.call("(words => words.map(stem))", sorted(WORDS)) == [""] * len(WORDS)
    assert {stem(word) for word in WORDS} == {""}


#: Beginnings with every shape that Porter's conditions ask about, and all endings that he names, in pairs.
SHAPES = "a be cry day str hop hopp fall fizz box snow tr try oa yy yell bcd ketam operat gener relat form abl y"
ENDINGS = (
    "s es ies sses ss eed ed ing at bl iz y ational tional enci anci izer bli alli entli eli ousli ization ation ator "
    "alism iveness fulness ousness aliti iviti biliti logi icate ative alize iciti ical ful ness al ance ence er ic "
    "able ible ant ement ment ent ion sion tion ou ism ate iti ous ive ize e l ll ely ying 3a4"
)
ENDS = ["", *ENDINGS.split()]


def test_stems_are_those_of_lunr_in_both(engine: Host) -> None:
    made = sorted({start + one + two for start, one, two in itertools.product(SHAPES.split(), ENDS, ENDS)} - STOP_WORDS)
    assert len(made) > 50_000
    porter = PorterStemmer()
    ours = [stem(word) for word in made]
    assert ours == [porter.stem(word) for word in made]
    theirs = engine.call("(words => words.map(stem))", made)
    assert [(word, a, b) for word, a, b in zip(made, ours, theirs, strict=True) if a != b] == []


def test_words_of_other_scripts_are_left_whole(engine: Host) -> None:
    assert stem("кетамины") == engine.call("stem", "кетамины") == "кетамины"

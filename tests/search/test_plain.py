"""The fast reader of plain pages says what the patient one says, or leaves the page to it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from microsite.search.plain import read_plain
from microsite.search.sections import _read

TEXT = st.sampled_from(["word", " ", "\n  ", "a &amp; b", "&nbsp;", "x &lt; y", "· ", "fish &chips", "e\u0301", "."])
VALUES = st.sampled_from(
    [
        *("", ' class="toc"', ' id="part"', ' class="grade g2"', ' aria-hidden="true"', " hidden", ' id="sources"'),
        *(' aria-labelledby="sources"', ' href="/a/?b=1&amp;c=2"', ' class="a b" id="x&amp;y"', ' ID="Upper"'),
        *(' data-a\n data-b=""', ' tabindex="-1" role="group"'),
    ]
)
NAMES = st.sampled_from(
    [
        *("p", "div", "h1", "h2", "h3", "h4", "li", "ul", "table", "td", "th", "caption", "span", "a", "sup", "nav"),
        *("header", "article", "main", "svg", "section", "button", "title", "aside"),
    ]
)
VOIDS = st.sampled_from(
    ["<br>", "<br />", "<hr/>", '<img alt="" src="/a.png">', '<meta name="robots" content="noindex">']
)
ODD = st.sampled_from(
    ["<!-- left out -->", "<p>", "</p>", "<", "<b", "</b >", "<a title='x'>", "<a b=c>", "<!-- < -->", "<x-y>"]
)


def element(children: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    inside = st.lists(children, max_size=4).map("".join)
    return st.builds(lambda name, values, text: f"<{name}{values}>{text}</{name}>", NAMES, VALUES, inside)


PLAIN = st.recursive(st.one_of(TEXT, VOIDS), element, max_leaves=25)
HEAD = '<!DOCTYPE html>\n<html lang="en"><head><title>{}</title>{}</head>'
PAGES = st.builds(
    (HEAD + '<body>{}<main id="main">{}</main>{}</body></html>').format,
    TEXT,
    st.sampled_from(["", '<meta name="Robots" content="NoIndex">']),
    PLAIN,
    st.lists(PLAIN, max_size=6).map("".join),
    PLAIN,
)


def as_read(html: str) -> tuple[str, bool, list[list[str]]]:
    title, hidden, parts = _read(html)
    return title, hidden, [list(part) for part in parts]


@given(PAGES)
def test_a_plain_page_is_read_alike(html: str) -> None:
    quick = read_plain(html)
    assert quick is None or quick == as_read(html)


@given(st.lists(st.one_of(PLAIN, ODD), max_size=12).map("".join))
def test_any_page_is_read_alike_or_left_alone(text: str) -> None:
    html = f"<title>A</title><main>{text}</main>"
    quick = read_plain(html)
    assert quick is None or quick == as_read(html)


@pytest.mark.parametrize("text", ["a < b", "<p>open", "<p class=a>x</p>", "<p/>", "</p>", "<style>a<b>c</b></style>"])
def test_what_is_not_plain_is_left_alone(text: str) -> None:
    assert read_plain(f"<main>{text}</main>") is None


def test_an_everyday_page_is_plain() -> None:
    text = '<h1>A</h1><p>b<sup class="c">1</sup></p><h2 id="x">C</h2><p>d</p>'
    html = f"<title>T</title><body><nav>n</nav><main>{text}</main></body>"
    assert read_plain(html) == as_read(html)

"""The quick extension changes nothing but the time: the same HTML for generated Markdown and for every page we have."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from benchmarks.rig import ROOT
from hypothesis import example
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st
from markdown import Markdown
from markdown.inlinepatterns import InlineProcessor
from mkdocs.config import load_config

if TYPE_CHECKING:
    import re
    from xml.etree import ElementTree as ET

QUICK = "microsite.pages.quick"

INLINE = st.sampled_from(
    [
        *(
            "word ",
            "words of a sentence. ",
            "**bold** ",
            "*em* ",
            "_em_ ",
            "***both*** ",
            "**open ",
            "a_b_c ",
            "2*3*4 ",
        ),
        *(
            "`code` ",
            "``a ` b`` ",
            "`open ",
            "[a link](page.md) ",
            "[a](b 'c') ",
            "[a](<b c>) ",
            "[no link] ",
            "[x][r] ",
        ),
        *(
            "[r] ",
            "![alt](a.png) ",
            "![alt][r] ",
            "<b>raw</b> ",
            "<https://a.example/> ",
            "<me@a.example> ",
            "&amp; ",
            "& ",
        ),
        *("&#8211; ", "a < b ", "\\* ", "\\\\ ", "end  \n", "[@a1] ", "[@a1, p. 4; @b2][@c3] ", "[certainty: low] "),
        *(
            "[certainty: x] ",
            "[claim: none] ",
            "[^1] ",
            "HTML ",
            "$5 | 6 ",
            "\u2019 ",
            "{ .x } ",
            "# ",
            "[a [b](c) d](e) ",
        ),
        *(
            "**[a](b)** ",
            "[**a** `b`](c) ",
            "(paren) ",
            "'quote' ",
            '"q" ',
            "<!-- hidden --> ",
            "\u00e9 ",
            "~~s~~ ",
            "!",
            "_",
            "*",
        ),
    ]
)
STARTS = st.sampled_from(
    [
        *(
            "",
            "",
            "",
            "",
            "# ",
            "## ",
            "### ",
            "- ",
            "* ",
            "1. ",
            "2. ",
            "> ",
            "    ",
            "  ",
            "!!! note\n    ",
            ":   ",
            "+ ",
        ),
        *(
            '!!! danger "T"\n\n    ',
            "??? faq\n    ",
            "    - ",
            "| a | b |\n|---|--:|\n| ",
            "Table: ",
            "[^1]: ",
            "[r]: ",
            "***\n",
        ),
        *(
            "*[HTML]: ",
            "---\n",
            "Title\n===\n",
            "Title\n---\n",
            "<div markdown>\n",
            "</div>\n",
            "```\n",
            "~~~\n",
            "<p>",
            "\t",
        ),
        *("**B** ", "1) ", "=", "-", ": ", "?", "!", "[", "|"),
    ]
)
LINES = st.builds(lambda start, parts: start + "".join(parts), STARTS, st.lists(INLINE, max_size=6))
TEXTS = st.lists(st.tuples(LINES, st.sampled_from(["\n", "\n\n", "\n\n", "\n\n\n"])), max_size=9).map(
    lambda found: "".join(line + gap for line, gap in found)
)


@pytest.fixture(scope="module")
def both() -> tuple[Markdown, Markdown]:
    """The project's own set, with and without."""
    config = load_config(str(ROOT / "mkdocs.yml"))
    for options in config.mdx_configs.values():
        options.update({key: str(ROOT / value) for key, value in options.items() if str(value).startswith("data/")})
    made = [name for name in config.markdown_extensions if name != QUICK]
    assert QUICK in config.markdown_extensions
    return (
        Markdown(extensions=made, extension_configs=config.mdx_configs),
        Markdown(extensions=[*made, QUICK], extension_configs=config.mdx_configs),
    )


def rendered(markdown: Markdown, text: str) -> tuple[str, object]:
    html = markdown.reset().convert(text)
    return html, markdown.toc_tokens  # type: ignore[attr-defined]  # of the extension `toc`


@settings(max_examples=300, deadline=None)
@given(TEXTS)
@example("[a]\n\n[a]: b\n")
@example("- a\n\n    - b\n\nc\n")
@example("a\n{ #x .y }\n\n## b { #c }\n")
def test_generated_markdown_becomes_the_same(both: tuple[Markdown, Markdown], text: str) -> None:
    plain, quick = both
    assert rendered(quick, text) == rendered(plain, text)


def test_every_page_of_ours_becomes_the_same(both: tuple[Markdown, Markdown]) -> None:
    plain, quick = both
    pages = sorted((ROOT / "docs").rglob("*.md"))
    assert len(pages) > 40
    for path in pages[::4]:
        text = path.read_text("utf-8").partition("\n---\n")[2]
        assert rendered(quick, text) == rendered(plain, text), path


def test_a_pattern_that_nobody_knows_is_tried_on_every_text() -> None:
    class Shout(InlineProcessor):
        def handleMatch(self, m: re.Match[str], data: str) -> tuple[str | ET.Element, int, int]:  # type: ignore[override]  # noqa: N802
            return "LOUD", m.start(0), m.end(0)

    markdown = Markdown(extensions=[QUICK])
    markdown.inlinePatterns.register(Shout("loud", markdown), "shout", 85)
    assert markdown.convert("be loud now") == "<p>be LOUD now</p>"


def test_a_pattern_that_took_a_known_name_is_tried_on_every_text() -> None:
    markdown = Markdown(extensions=[QUICK])

    class Plus(InlineProcessor):
        def handleMatch(self, m: re.Match[str], data: str) -> tuple[str | ET.Element, int, int]:  # type: ignore[override]  # noqa: N802
            return "and", m.start(0), m.end(0)

    markdown.inlinePatterns.register(Plus(r"\+", markdown), "entity", 80)
    assert markdown.convert("a + b") == "<p>a and b</p>"


def test_alone_and_first_it_works_too() -> None:
    text = "# A\n\nb *c*\n\n- d\n- e\n\n\u2019 \\* & <i>x</i>\n"
    assert Markdown(extensions=[QUICK, "tables"]).convert(text) == Markdown(extensions=["tables"]).convert(text)

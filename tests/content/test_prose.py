from __future__ import annotations

import markdown
import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown.extensions.toc import slugify as original

from microsite.content.anchors import heading_text
from microsite.content.prose import count_words
from microsite.content.prose import slugify
from microsite.content.prose import strip_markdown


@given(st.text(max_size=60))
def test_slugs_are_those_of_python_markdown(text: str) -> None:
    assert slugify(text) == original(text, "-")


@pytest.mark.parametrize(
    "heading",
    [
        "What *trials* found",
        "Is it `safe`?",
        "See [the label](x.md)",
        "A & B",
        "snake_case words",
        "Über 5 %",
        "Why?[@x]",
    ],
)
def test_an_id_is_worked_out_as_the_builder_does(heading: str) -> None:
    md = markdown.Markdown(extensions=["toc"])
    md.convert(f"## {heading.removesuffix('[@x]')}")
    assert slugify(heading_text(heading)) == md.toc_tokens[0]["id"]  # type: ignore[attr-defined]


def test_words_are_counted_without_marks_addresses_code_and_rules() -> None:
    text = (
        "## Two words\n\nPain *fell*.[@a; @b] [certainty: low] [a link](https://x.test/y)\n\n"
        "```\ncode here\n```\n\n| A | B |\n|---|---|\n"
    )
    assert count_words(text) == 8
    assert "@" not in strip_markdown(text)

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from microsite.content.blocks import blocks
from microsite.content.blocks import sentences
from microsite.content.source import Lines
from microsite.content.source import headings
from microsite.content.source import masked


@pytest.mark.parametrize(
    "source",
    [
        "Text `[@x]` text",
        "Text ``a ` [@x]`` text",
        "```\n[@x]\n```",
        "~~~ markdown\n[@x]\n~~~\n",
        "Paragraph\n\n    [@x] is indented code\n",
        "!!! note\n    Text\n\n        [@x] code in a callout\n",
        "!!! note\n    ```\n    [@x]\n    ```\n",
        "<!-- [@x]\n[@x] -->",
        r"\[@x]",
    ],
)
def test_code_comments_and_escapes_are_blanked_at_equal_length(source: str) -> None:
    mask = masked(source)
    assert "[@x]" not in mask
    assert len(mask) == len(source)
    assert mask.count("\n") == source.count("\n")


@pytest.mark.parametrize(
    "source",
    [
        "Text [@x]",
        "!!! note\n    Text [@x]\n\n    More [@x]",
        '??? question "Q?"\n\n    Answer [@x]',
        "- item\n\n    second paragraph [@x]",
        "1. item [@x]\n2. item",
        "Paragraph\n    lazy line [@x]",
        "It costs 5 ` and [@x] here",
    ],
)  # fmt: skip
def test_text_in_callouts_and_lists_is_no_code(source: str) -> None:
    assert "[@x]" in masked(source)


@given(st.text(alphabet=st.sampled_from("`~[]@x \n\\-!?#<>|a1."), max_size=200))
def test_a_mask_never_moves_a_character(source: str) -> None:
    mask = masked(source)
    assert len(mask) == len(source)
    assert all(mask[i] in {source[i], " "} for i in range(len(source)))
    assert [i for i, c in enumerate(mask) if c == "\n"] == [i for i, c in enumerate(source) if c == "\n"]


def test_lines_and_columns_count_from_one() -> None:
    lines = Lines("ab\ncd\n")
    assert [lines.at(offset) for offset in (0, 1, 3, 4)] == [(1, 1), (1, 2), (2, 1), (2, 2)]


def test_headings_are_found_with_level_and_id() -> None:
    found = headings(masked("# One\n\n## Two {#second}\n\n!!! note\n    ### Three ##\n\n```\n## no\n```\n"))
    assert [(h.level, h.text, h.id) for h in found] == [(1, "One", ""), (2, "Two", "second"), (3, "Three", "")]


def test_a_source_is_cut_into_blocks() -> None:
    text = (
        "## Head\nPara one\nruns on.\n\n- item\n- item two\n\n"
        'Table: Cap\n\n| A |\n|---|\n| 1 |\n\n!!! note "T"\n    In it.'
    )
    kinds = [block.kind for block in blocks(text)]
    assert kinds == ["heading", "paragraph", "item", "item", "caption", "row", "rule", "row", "title", "paragraph"]
    assert all(text[block.start :].startswith(block.text) for block in blocks(text))


def test_a_mark_after_the_full_stop_belongs_to_its_sentence() -> None:
    (block,) = blocks(
        "Pain fell.[@a] [certainty: low] It came back after two weeks. So did Dr. Smith in the U.S. trial.[@b]"
    )
    assert [sentence.text for sentence in sentences(block)] == [
        "Pain fell.[@a] [certainty: low]",
        "It came back after two weeks.",
        "So did Dr. Smith in the U.S. trial.[@b]",
    ]

"""Questions for machines: the words that a reader sees, without marks and markup."""

from __future__ import annotations

import pytest

from microsite.content import questions


def test_a_question_and_its_answer_are_plain_words() -> None:
    text = (
        'Before.\n\n??? question "May I *drive*?"\n'
        '    No.[@a, p. 4] [certainty: very-low] Wait, says [the label](x.md "t").\n\n'
        '    - one\n    - **two**\n\nAfter.\n\n???+ question "Next?"\n    5 \\* 3 &amp; `x_y` snake_case.\n'
    )
    assert questions(text) == (
        ("May I drive?", "No. Very low certainty Wait, says the label. one two"),
        ("Next?", "5 * 3 & x_y snake_case."),
    )


@pytest.mark.parametrize(
    "text", ["", "Text.", '??? question "Nothing below"\n\nText.', '!!! note "No question"\n    Text.']
)
def test_without_an_answered_question_there_is_none(text: str) -> None:
    assert questions(text) == ()


def test_an_answer_ends_where_its_indentation_does() -> None:
    assert questions('??? question "A?"\n    Yes.\nNo part of it.\n') == (("A?", "Yes."),)

from __future__ import annotations

import markdown
import pytest

MD = ["microsite.pages.certainty", "tables"]


@pytest.mark.parametrize(
    ("mark", "html"),
    [
        ("[certainty: high]", '<span class="grade g4">High certainty</span>'),
        ("[certainty: moderate]", '<span class="grade g3">Moderate certainty</span>'),
        ("[Certainty:low]", '<span class="grade g2">Low certainty</span>'),
        ("[certainty: very-low]", '<span class="grade g1">Very low certainty</span>'),
        ("[certainty: very low]", '<span class="grade g1">Very low certainty</span>'),
    ],
)
def test_a_mark_becomes_words_with_a_class_for_the_dots(mark: str, html: str) -> None:
    assert markdown.markdown(f"Pain fell. {mark} Then", extensions=MD) == f"<p>Pain fell. {html} Then</p>"


@pytest.mark.parametrize("text", ["[certainty: sure]", "[certainty: ]", r"\[certainty: low]"])
def test_what_is_no_mark_stays_as_it_was_written(text: str) -> None:
    assert markdown.markdown(text, extensions=MD) == f"<p>{text.replace(chr(92), '')}</p>"


def test_a_mark_in_code_is_code() -> None:
    assert markdown.markdown("`[certainty: low]`", extensions=MD) == "<p><code>[certainty: low]</code></p>"


def test_a_mark_in_a_table_works() -> None:
    assert "grade g2" in markdown.markdown("| A |\n|---|\n| [certainty: low] |", extensions=MD)

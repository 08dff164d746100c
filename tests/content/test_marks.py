from __future__ import annotations

import pytest

from microsite.content.marks import cites
from microsite.content.marks import grade


def test_one_mark_may_cite_several_sources_with_places() -> None:
    text = "Pain fell.[@brinck2018; @bell2017, p. 4] More.[@dean2021]"
    found = list(cites(text))
    assert [(cite.id, cite.locator) for cite in found] == [("brinck2018", ""), ("bell2017", "p. 4"), ("dean2021", "")]
    assert [text[cite.start] for cite in found] == ["@", "@", "@"]


def test_words_in_a_mark_come_out_as_an_id_that_nobody_knows() -> None:
    assert [cite.id for cite in cites("[@a; see also b]")] == ["a", "see also b"]


def test_an_address_of_mail_is_no_citation() -> None:
    assert not list(cites("[team@site.example](mailto:team@site.example)"))


@pytest.mark.parametrize(
    ("written", "meant"),
    [("low", "low"), ("Very-Low", "very low"), ("very  low", "very low"), ("HIGH", "high"), ("sure", None), ("", None)],
)
def test_grades_are_read_in_any_usual_spelling(written: str, meant: str | None) -> None:
    assert grade(written) == meant

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import markdown
import pytest

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

TERMS = [
    {"term": "Racemic", "synonyms": ["mixture"], "definition": "D."},
    {"term": "NMDA receptor", "synonyms": [], "definition": "D."},
    {"term": "Treatment-resistant depression", "synonyms": ["TRD", "hard cases"], "definition": "D."},
    {"term": "GRADE", "synonyms": [], "definition": "D."},
    {"term": "Drip", "synonyms": [], "definition": "D.", "everyday": True},
]


@pytest.fixture
def html(tmp_path: Path) -> Callable[[str], str]:
    file = tmp_path / "glossary.json"
    file.write_text(json.dumps(TERMS), encoding="utf-8")
    maker = markdown.Markdown(
        extensions=["microsite.pages.glossary", "tables", "admonition", "attr_list", "def_list"],
        extension_configs={"microsite.pages.glossary": {"glossary": str(file)}},
    )
    return lambda text: str(maker.reset().convert(text))


def test_the_first_use_in_each_section_leads_to_the_meaning(html: Callable[[str], str]) -> None:
    made = html("Racemic and racemic. *Racemic.*\n\n## Two\n\nIt is racemic, racemic.")
    link = '<a href="/glossary/#racemic">'
    assert made.count(link) == 2
    assert made.startswith(f"<p>{link}Racemic</a> and racemic. <em>Racemic.</em></p>")
    assert f"<p>It is {link}racemic</a>, racemic.</p>" in made


def test_text_keeps_its_order_around_links_and_other_elements(html: Callable[[str], str]) -> None:
    made = html("a racemic b *c TRD d* e NMDA receptor f")
    assert made == (
        '<p>a <a href="/glossary/#racemic">racemic</a> b <em>c <a href="/glossary/#treatment-resistant-depression">TRD'
        '</a> d</em> e <a href="/glossary/#nmda-receptor">NMDA receptor</a> f</p>'
    )


def test_only_whole_words_and_abbreviations_in_capitals_count(html: Callable[[str], str]) -> None:
    for text in ("nonracemic", "racemic-like", "trd", "grade", "a mixture", "hard cases", "drip"):
        assert "<a" not in html(f"It is {text} here.")
    assert "#grade" in html("It is GRADE here.")
    assert '#nmda-receptor">NMDA receptors</a>' in html("It blocks NMDA receptors.")
    assert "<a" not in html("non-racemic")


def test_headings_links_code_and_boxes_of_a_crisis_stay_free(html: Callable[[str], str]) -> None:
    for text in (
        "# Racemic",
        "[racemic](/x/)",
        "`racemic`",
        '!!! danger "Racemic"\n    racemic',
        "Racemic\n:   racemic",
        "| racemic |\n|---|\n| x |",
    ):
        assert "/glossary/" not in html(text)
    assert "/glossary/" in html("| x |\n|---|\n| racemic |")

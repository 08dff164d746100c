from __future__ import annotations

from typing import TYPE_CHECKING

import markdown
from selectolax.lexbor import LexborHTMLParser

if TYPE_CHECKING:
    from selectolax.lexbor import LexborNode

EXTENSIONS = ["tables", "attr_list", "admonition", "pymdownx.details", "microsite.pages.tables"]
TABLE = "| Trial | People | Effect |\n|:---|:-:|---:|\n| One | 20 | 0.5 |\n| | 7 | 1 |"


def tree(text: str) -> LexborHTMLParser:
    return LexborHTMLParser(markdown.markdown(text, extensions=EXTENSIONS))


def one(page: LexborHTMLParser | LexborNode, selector: str) -> LexborNode:
    node = page.css_first(selector)
    assert node is not None, f"no {selector}"
    return node


def test_a_table_stands_in_a_region_that_scrolls_and_takes_the_focus() -> None:
    region = one(tree(TABLE), "div.scroll")
    assert region.attributes == {"class": "scroll", "role": "group", "tabindex": "0", "aria-label": "Table 1"}
    assert one(region, "table")


def test_the_paragraph_before_becomes_the_caption_and_names_the_region() -> None:
    page = tree(f"Text.\n\nTable: What *trials* found\n\n{TABLE}")
    caption = one(page, "caption")
    assert caption.html == '<caption id="t1">What <em>trials</em> found</caption>'
    assert one(page, "div.scroll").attributes["aria-labelledby"] == "t1"
    assert "Table:" not in one(page, "body").text()
    assert [p.text() for p in page.css("p")] == ["Text."]


def test_another_paragraph_before_stays() -> None:
    page = tree(f"Table tennis helps.\n\n{TABLE}")
    assert page.css_first("caption") is None
    assert one(page, "p").text() == "Table tennis helps."


def test_headers_say_what_they_head() -> None:
    page = tree(TABLE)
    assert [(cell.text(), cell.attributes["scope"]) for cell in page.css("thead th")] == [
        ("Trial", "col"),
        ("People", "col"),
        ("Effect", "col"),
    ]
    assert [(cell.text(), cell.attributes["scope"]) for cell in page.css("tbody th")] == [("One", "row")]


def test_an_empty_cell_is_no_header() -> None:
    page = tree("| | A |\n|---|---|\n| | x |")
    assert [cell.text() for cell in page.css("th")] == ["A"]


def test_cells_are_aligned_by_class_and_never_by_style() -> None:
    html = markdown.markdown(TABLE, extensions=EXTENSIONS)
    assert "style=" not in html
    assert "align=" not in html
    assert [cell.attributes["class"] for cell in tree(TABLE).css("tbody tr")[0].css("th, td")] == ["l", "c", "r"]


def test_two_tables_have_two_names_wherever_they_stand() -> None:
    page = tree(f'Table: A\n\n{TABLE}\n\n??? note "More"\n\n    Table: B\n\n    | A |\n    |---|\n    | 1 |\n')
    assert [caption.attributes["id"] for caption in page.css("caption")] == ["t1", "t2"]
    assert [caption.text() for caption in page.css("caption")] == ["A", "B"]

"""Python-Markdown extension: pipe tables that everybody can read.

Each table scrolls in a labelled region that can take the focus, a paragraph `Table: …` before it becomes its
caption, the first column of the body holds row headers, and cells are aligned by class (`l c r`): a strict
Content-Security-Policy forbids the `style=` that Python-Markdown writes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from typing import Any
from xml.etree import ElementTree as ET

from markdown.extensions import Extension
from markdown.treeprocessors import Treeprocessor

if TYPE_CHECKING:
    from markdown import Markdown

__all__ = ["TablesExtension", "makeExtension"]

_PREFIX = "Table:"


class _Tables(Treeprocessor):
    def run(self, root: ET.Element) -> None:
        parents = [element for element in root.iter() if any(child.tag == "table" for child in element)]
        number = 0
        for parent in parents:
            for table in [child for child in parent if child.tag == "table"]:
                number += 1
                _finish(parent, table, number)


def _finish(parent: ET.Element, table: ET.Element, number: int) -> None:
    for cell in [element for element in table.iter() if element.tag in {"th", "td"}]:
        _align(cell)
    for row in table.findall("thead/tr"):
        for cell in row:
            if _empty(cell):
                cell.tag = "td"  # an empty header cell heads nothing
            else:
                cell.set("scope", "col")
    for row in table.findall("tbody/tr"):
        if len(row) and not _empty(row[0]):
            row[0].tag = "th"
            row[0].set("scope", "row")
    # A group, not a region: html-validate wants a region to be a `section`, and Nu wants a heading in each section.
    region = ET.Element("div", {"class": "scroll", "role": "group", "tabindex": "0"})
    caption = _take_caption(parent, table)
    if caption is None:
        region.set("aria-label", f"Table {number}")
    else:
        caption.set("id", f"t{number}")
        region.set("aria-labelledby", f"t{number}")
        table.insert(0, caption)
    region.tail, table.tail = table.tail, "\n"
    region.text = "\n"
    parent[list(parent).index(table)] = region
    region.append(table)


def _take_caption(parent: ET.Element, table: ET.Element) -> ET.Element | None:
    """The paragraph `Table: …` just before `table`, turned into a caption and taken out of the text."""
    place = list(parent).index(table)
    before = parent[place - 1] if place else None
    if before is None or before.tag != "p" or not (before.text or "").lstrip().startswith(_PREFIX):
        return None
    parent.remove(before)
    before.tag = "caption"
    before.text = (before.text or "").lstrip().removeprefix(_PREFIX).lstrip()
    before.tail = "\n"
    return before


def _align(cell: ET.Element) -> None:
    """`style="text-align: right;"` (or `align=`) → `class="r"`."""
    style = cell.attrib.pop("style", "") or cell.attrib.pop("align", "")
    side = style.replace("text-align:", "").strip(" ;")
    if side in {"left", "center", "right"}:
        cell.set("class", " ".join(filter(None, [cell.get("class"), side[0]])))


def _empty(cell: ET.Element) -> bool:
    return len(cell) == 0 and not (cell.text or "").strip()


class TablesExtension(Extension):
    """Accessible tables."""

    def extendMarkdown(self, md: Markdown) -> None:  # noqa: N802 - host's name
        """Tree priority 7.5: after inline (20), prettify (10) and attr_list (8), so that nothing re-adds a style."""
        md.treeprocessors.register(_Tables(md), "tables-for-all", 7.5)


def makeExtension(**kwargs: Any) -> TablesExtension:  # noqa: N802 - the name Python-Markdown asks for
    """The extension, by the name that Python-Markdown looks up."""
    return TablesExtension(**kwargs)

"""Python-Markdown extension: `[certainty: low]` becomes a grade that reads "Low certainty".

The words carry the meaning; the four dots are drawn by the stylesheet from the class `g1` (very low) to `g4` (high).
An unknown word stays in the text as it was written; the checker reports it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from typing import Any
from xml.etree import ElementTree as ET

from markdown.extensions import Extension
from markdown.inlinepatterns import InlineProcessor

from microsite.content.marks import GRADES
from microsite.content.marks import grade

if TYPE_CHECKING:
    import re

    from markdown import Markdown

__all__ = ["CertaintyExtension", "makeExtension"]

_PATTERN = r"(?i:\[certainty:\s*(?P<word>[^\[\]]*?)\s*\])"


class _Grades(InlineProcessor):
    def handleMatch(  # type: ignore[override]  # noqa: N802 - host's name; it may also answer "no match"
        self,
        m: re.Match[str],
        data: str,  # noqa: ARG002 - host's signature
    ) -> tuple[ET.Element | None, int | None, int | None]:
        word = grade(m["word"])
        if word is None:
            return None, None, None
        element = ET.Element("span", {"class": f"grade g{GRADES[word]}"})
        element.text = f"{word.capitalize()} certainty"
        return element, m.start(0), m.end(0)


class CertaintyExtension(Extension):
    """`[certainty: high|moderate|low|very low]` → a grade."""

    def extendMarkdown(self, md: Markdown) -> None:  # noqa: N802 - host's name
        """Inline priority 174: after code spans (190) and escapes (180), before references (170)."""
        md.inlinePatterns.register(_Grades(_PATTERN, md), "certainty", 174)


def makeExtension(**kwargs: Any) -> CertaintyExtension:  # noqa: N802 - the name Python-Markdown asks for
    """The extension, by the name that Python-Markdown looks up."""
    return CertaintyExtension(**kwargs)

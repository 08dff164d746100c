"""Python-Markdown extension: `[@id]` becomes a numbered mark, the page ends with its list of sources.

A plain extension, not a MkDocs plugin, so that it works under every builder that runs Python-Markdown.
Option `references`: path of the CSL-JSON file, relative to the working directory.

Numbers follow the order of the finished document. Python-Markdown's inline pass does not run in that order
(it works on a stack), so the pass only leaves `<sup data-cite>` behind and a tree processor numbers them.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING
from typing import Any
from xml.etree import ElementTree as ET

from markdown.extensions import Extension
from markdown.inlinepatterns import InlineProcessor
from markdown.treeprocessors import Treeprocessor

from microsite.content.marks import CITATION_GROUP
from microsite.content.marks import cites
from microsite.content.references import format_reference_html
from microsite.content.references import read_references
from microsite.errors import ConfigError

if TYPE_CHECKING:
    import re
    from collections.abc import Iterator

    from markdown import Markdown

    from microsite.content.references import Reference

__all__ = ["CitationsExtension", "makeExtension"]

_MARK = "data-cite"
# An arrow that no system draws as an emoji, unlike the hooked one.
_BACK = '<a href="#c{0}" aria-label="Back to text">\u2191</a>'
_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})


class _Library:
    """One state of the references file. Builders make a Markdown object for every page: read once, format once."""

    _cached: tuple[tuple[str, int, int], _Library] | None = None

    def __init__(self, references: dict[str, Reference]) -> None:
        self.references = references
        self._html: dict[str, str] = {}

    @classmethod
    def at(cls, path: Path) -> _Library:
        try:
            stat = path.stat()
            key = (str(path.resolve()), stat.st_mtime_ns, stat.st_size)
            if cls._cached is None or cls._cached[0] != key:
                cls._cached = (key, cls(read_references(path)))
        except (OSError, ValueError) as error:
            msg = f"The references cannot be read: {error}"
            fix = "set the option `references` of microsite.pages.citations to a CSL-JSON file"
            raise ConfigError(msg, path=path, key="references", fix=fix) from error
        return cls._cached[1]

    def html(self, name: str) -> str:
        """The entry's HTML, formatted on first use."""
        if name not in self._html:
            # One author keeps a page with 30 sources 220 B lighter, a title that is the link 200 B: words are also
            # what a screen reader should say, not a DOI. All authors, DOI and PMID stand on /sources/.
            self._html[name] = format_reference_html(self.references[name], authors=1, brief=True)
        return self._html[name]


class _Marks(InlineProcessor):
    """Sets a `<sup>` that remembers what was cited; it gets its numbers later."""

    def handleMatch(  # type: ignore[override]  # noqa: N802 - host's name
        self,
        m: re.Match[str],
        data: str,  # noqa: ARG002 - host's signature
    ) -> tuple[ET.Element, int, int]:
        element = ET.Element("sup")
        found = [(cite.id, cite.locator) for cite in cites(m["group"])]
        element.set(_MARK, found)  # type: ignore[arg-type]  # taken out again before anything is written
        return element, m.start(0), m.end(0)


class _Numbers(Treeprocessor):
    """Numbers the marks in the order of the document and appends the list of sources."""

    def __init__(self, md: Markdown, path: Path) -> None:
        super().__init__(md)
        self.path = path
        #: Marks lifted out of headings until the table of contents is made, with their place.
        self.lifted: list[tuple[ET.Element, int, ET.Element]] = []

    def run(self, root: ET.Element) -> None:
        self.lifted = []
        numbers: dict[str, int] = {}
        if next(_marks(root), None) is not None:
            library = _Library.at(self.path)
            for mark in _marks(root):
                _draw(mark, library, numbers)
            self._lift(root)
            if numbers:
                self._append(root, library, numbers)

    def _lift(self, root: ET.Element) -> None:
        """Take the marks out of headings: a table of contents that reads "Pain relief3" helps nobody."""
        for heading in [element for element in root.iter() if element.tag in _HEADINGS]:
            for parent in list(heading.iter()):
                for mark in [child for child in parent if child.tag == "sup" and child.get("class") == "c"]:
                    place = list(parent).index(mark)
                    self.lifted.append((parent, place, mark))
                    _cut(parent, place, mark)

    def _append(self, root: ET.Element, library: _Library, numbers: dict[str, int]) -> None:
        section = ET.Element("section", {"class": "sources", "aria-labelledby": "sources"})
        heading = ET.SubElement(section, "h2", {"id": "sources"})
        heading.text = "Sources"
        items = "\n".join(
            f'<li id="s{number}">{library.html(name)} {_BACK.format(number)}</li>' for name, number in numbers.items()
        )
        # Stashed, not parsed: the entries are finished HTML, and building 40 of them as elements costs time.
        heading.tail = self.md.htmlStash.store(f"<ol>\n{items}\n</ol>")
        for place, child in enumerate(root):
            if child.tag == "h2" and "".join(child.itertext()).strip().lower() == "sources":
                heading.attrib.update(child.attrib)
                heading.set("id", "sources")
                section.tail = child.tail
                root[place] = section
                return
        root.append(section)


class _PutBack(Treeprocessor):
    """Puts the marks back into their headings, after the table of contents is made."""

    def __init__(self, md: Markdown, numbers: _Numbers) -> None:
        super().__init__(md)
        self.numbers = numbers

    def run(self, root: ET.Element) -> None:  # noqa: ARG002 - the places were remembered
        for parent, place, mark in reversed(self.numbers.lifted):
            _paste(parent, place, mark)
        self.numbers.lifted = []


def _marks(root: ET.Element) -> Iterator[ET.Element]:
    return (element for element in root.iter("sup") if element.get(_MARK) is not None)


def _draw(mark: ET.Element, library: _Library, numbers: dict[str, int]) -> None:
    """Fill one `<sup>`: `1,3 (p. 4)`, each number a link; an unknown id stays visible."""
    cited: list[tuple[str, str]] = mark.attrib.pop(_MARK)  # type: ignore[assignment]  # see `_Marks`
    mark.set("class", "c")
    last: ET.Element | None = None
    for name, locator in cited:
        if last is not None:
            last.tail = ","
        if name not in library.references:
            last = ET.SubElement(mark, "mark", {"class": "missing"})
            last.text = f"[unknown source: {name}]"
            continue
        first = name not in numbers
        number = numbers.setdefault(name, len(numbers) + 1)
        place = f" ({locator})" if locator else ""
        last = ET.SubElement(mark, "a", {"href": f"#s{number}"})
        if first:
            last.set("id", f"c{number}")
        last.set("aria-label", f"Source {number}{place}")
        last.text = f"{number}{place}"


def _cut(parent: ET.Element, place: int, mark: ET.Element) -> None:
    """Remove `mark` from `parent` and keep the words after it."""
    tail = mark.tail or ""
    mark.tail = None
    parent.remove(mark)
    if place:
        before = parent[place - 1]
        before.tail = (before.tail or "") + tail
    else:
        parent.text = (parent.text or "") + tail
    mark.set("data-tail", str(len(tail)))


def _paste(parent: ET.Element, place: int, mark: ET.Element) -> None:
    """Undo `_cut`."""
    length = int(mark.attrib.pop("data-tail"))
    before = parent[place - 1] if place else None
    text = (before.tail if before is not None else parent.text) or ""
    kept, mark.tail = (text[:-length], text[-length:]) if length else (text, "")
    if before is not None:
        before.tail = kept
    else:
        parent.text = kept
    parent.insert(place, mark)


class CitationsExtension(Extension):
    """`[@id]` → numbered marks and a list of sources."""

    def __init__(self, **kwargs: Any) -> None:
        self.config = {"references": ["data/references.json", "path of the CSL-JSON file, from the working directory"]}
        super().__init__(**kwargs)

    def extendMarkdown(self, md: Markdown) -> None:  # noqa: N802 - host's name
        """Register the three passes; their priorities are the reason each works.

        Inline 175: after code spans (190) and escapes (180), before references and links (170 and below).
        Tree 6: after attr_list (8) and abbr (7), which must not touch the entries; before toc (5), which must
        see the heading. Tree 4: after toc.
        """
        md.inlinePatterns.register(_Marks(CITATION_GROUP.pattern, md), "citations", 175)
        numbers = _Numbers(md, Path(self.getConfig("references")))
        md.treeprocessors.register(numbers, "citations", 6)
        md.treeprocessors.register(_PutBack(md, numbers), "citations-put-back", 4)


def makeExtension(**kwargs: Any) -> CitationsExtension:  # noqa: N802 - the name Python-Markdown asks for
    """The extension, by the name that Python-Markdown looks up."""
    return CitationsExtension(**kwargs)

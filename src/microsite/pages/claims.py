"""Python-Markdown extension: `[claim: depression-04]` becomes the certainty that the registry of claims gives it.

The badge is a button that opens a note: what the word means, who was studied, and the way to the claim's entry. The
note is a popover of the browser's own (https://html.spec.whatwg.org/multipage/popover.html), so it needs no script; a
browser without them shows the notes at the end of the page. `[certainty: low]` stays the word of the writer alone.
"""

from __future__ import annotations

import json
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING
from typing import Any
from xml.etree import ElementTree as ET

from markdown.extensions import Extension
from markdown.inlinepatterns import InlineProcessor
from markdown.treeprocessors import Treeprocessor

from microsite.content import claim_url
from microsite.content.marks import CLAIM
from microsite.content.marks import GRADES
from microsite.content.marks import grade
from microsite.errors import ConfigError

if TYPE_CHECKING:
    import re
    from collections.abc import Mapping

    from markdown import Markdown

__all__ = ["ClaimsExtension", "makeExtension"]

#: What each word means for a reader, as the editorial policy says it (GRADE: https://www.bmj.com/content/336/7650/924).
_MEANS = {
    "high": "More research is very unlikely to change the answer.",
    "moderate": "The answer is probably close to the truth, but new research could change it.",
    "low": "The true answer may well be different.",
    "very low": "We can say little; the true answer is likely to be different.",
}


class _Registry:
    """One state of the claims' file: builders make a Markdown object for every page."""

    _cached: tuple[tuple[str, int, int], dict[str, Mapping[str, Any]]] | None = None

    @classmethod
    def at(cls, path: Path) -> dict[str, Mapping[str, Any]]:
        try:
            stat = path.stat()
            key = (str(path.resolve()), stat.st_mtime_ns, stat.st_size)
            if cls._cached is None or cls._cached[0] != key:
                items = json.loads(path.read_text(encoding="utf-8"))
                items = items["claims"] if isinstance(items, dict) else items
                cls._cached = (key, {str(item["id"]): item for item in items})
        except (OSError, ValueError, KeyError, TypeError) as error:
            msg = f"The claims cannot be read: {error}"
            fix = "set the option `claims` of microsite.pages.claims to the registry, data/claims.json"
            raise ConfigError(msg, path=path, key="claims", fix=fix) from error
        return cls._cached[1]


class _Marks(InlineProcessor):
    """Sets the button; an unknown or retired claim stays in the text as written, and the checker reports it."""

    def __init__(self, md: Markdown, path: Path, used: dict[str, Mapping[str, Any]]) -> None:
        super().__init__(CLAIM.pattern, md)
        self.compiled_re = CLAIM
        self.path = path
        self.used = used

    def handleMatch(  # type: ignore[override]  # noqa: N802 - host's name; it may also answer "no match"
        self,
        m: re.Match[str],
        data: str,  # noqa: ARG002 - host's signature
    ) -> tuple[ET.Element | None, int | None, int | None]:
        claim = _Registry.at(self.path).get(m["id"])
        word = grade(str(claim.get("evidence_level"))) if claim and not claim.get("retired") else None
        if claim is None or word is None:
            return None, None, None
        self.used[m["id"]] = claim
        button = ET.Element("button", {"type": "button", "class": f"grade g{GRADES[word]}"})
        button.set("popovertarget", f"k-{m['id']}")
        button.text = f"{word.capitalize()} certainty"
        return button, m.start(0), m.end(0)


class _Notes(Treeprocessor):
    """Appends a note for each claim that the page states."""

    def __init__(self, md: Markdown, used: dict[str, Mapping[str, Any]]) -> None:
        super().__init__(md)
        self.used = used

    def run(self, root: ET.Element) -> None:
        if self.used:
            # Stashed, not parsed: finished HTML needs no tree.
            notes = "\n".join(_note(name, claim) for name, claim in self.used.items())
            place = ET.SubElement(root, "p")
            place.text = self.md.htmlStash.store(notes)
            self.used.clear()


def _note(name: str, claim: Mapping[str, Any]) -> str:
    word = grade(str(claim["evidence_level"])) or ""
    who = escape(str(claim.get("population") or ""), quote=False)
    studied = f" For: {who}." if who else ""
    way = f'<a href="{claim_url(str(claim.get("topic")), name)}">This statement and its sources</a>'
    return (
        f'<div popover class="panel why footnote" id="k-{escape(name)}">'
        f"<b>{word.capitalize()} certainty.</b> {_MEANS[word]}{studied} {way}</div>"
    )


class ClaimsExtension(Extension):
    """`[claim: id]` → the certainty of a claim, with a note."""

    def __init__(self, **kwargs: Any) -> None:
        self.config = {"claims": ["data/claims.json", "path of the registry of claims, from the working directory"]}
        super().__init__(**kwargs)
        self._used: dict[str, Mapping[str, Any]] = {}

    def extendMarkdown(self, md: Markdown) -> None:  # noqa: N802 - host's name
        """Inline 174.5: beside certainty, before references (170). Tree 3: after all that moves text about."""
        md.registerExtension(self)
        marks = _Marks(md, Path(self.getConfig("claims")), self._used)
        md.inlinePatterns.register(marks, "claims", 174.5)
        md.treeprocessors.register(_Notes(md, self._used), "claims", 3)

    def reset(self) -> None:
        """A new page: nothing is stated yet."""
        self._used.clear()


def makeExtension(**kwargs: Any) -> ClaimsExtension:  # noqa: N802 - the name Python-Markdown asks for
    """The extension, by the name that Python-Markdown looks up."""
    return ClaimsExtension(**kwargs)

"""The glossary as a page: each term with an anchor, its other names, its meaning and, for facts, the source."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from .frame import cite
from .frame import frame
from .frame import marked
from .frame import slug

if TYPE_CHECKING:
    from microsite.content.made import Made
    from microsite.content.site import Site

__all__ = ["GLOSSARY", "glossary_page"]

GLOSSARY = "glossary.md"


def glossary_page(site: Site) -> Made | None:
    """All terms by letter; None when there are none."""
    if not site.glossary:
        return None
    groups: dict[str, list[str]] = {}
    for term in sorted(site.glossary, key=lambda term: (term.term.casefold(), term.term)):
        letter = next((sign for sign in term.term.upper() if sign.isalnum()), "0")
        letter = letter if re.match("[A-Z]", letter) else "0\u20139"
        also = f" Also: {', '.join(map(marked, term.synonyms))}." if term.synonyms else ""
        meaning = f"{marked(term.definition)}{cite(site, term.references)}{also}"
        groups.setdefault(letter, []).append(f"{marked(term.term)} {{ #{slug(term.term)} }}\n:   {meaning}")
    jump = " ".join(f"[{letter}](#{_anchor(letter)})" for letter in groups)
    blocks = [f"## {letter} {{ #{_anchor(letter)} }}\n\n" + "\n\n".join(found) for letter, found in groups.items()]
    body = "\n\n".join([f"{jump}\n{{ .letters }}", *blocks])
    standfirst = "What the words on this site mean, in plain language."
    return frame(
        GLOSSARY,
        "Glossary",
        standfirst,
        body,
        kind="glossary",
        description=f"{len(site.glossary)} words about ketamine treatment and research, explained in plain language.",
        view={"aliases": ["dictionary", "what words mean", "definitions"]},
    )


def _anchor(letter: str) -> str:
    return "letter-0-9" if len(letter) > 1 else f"letter-{letter.lower()}"

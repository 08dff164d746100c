"""Markdown in, readable words out: what a reader would read, without marks, code, addresses and tables' rules."""

from __future__ import annotations

import re
from functools import lru_cache

from .marks import CERTAINTY
from .marks import CITATION_RUN

__all__ = ["count_words", "slugify", "strip_markdown"]

_FENCE = re.compile(r"^(?P<fence>[ \t]*(?:```+|~~~+)).*?^(?P=fence)[ \t]*$", re.MULTILINE | re.DOTALL)
_NOISE = re.compile(
    r"<!--.*?-->"  # comments
    r"|<[A-Za-z/][^<>]*>"  # tags
    r"|\{[:#.][^{}\n]*\}"  # attribute lists
    r"|^[ \t]*\|?[ \t:|-]+\|[ \t:|-]*$"  # the rule below a table's head
    r"|^\[[^\]]+\]:.*$"  # addresses of links
    r"|^[ \t]*(?:!!!|\?\?\?\+?)[ \t]*[\w -]*"  # callout openers; their title stays
    r"|^[ \t]*(?:#{1,6}|[-*+]|\d+[.)]|>)[ \t]+",  # headings, lists, quotes
    re.MULTILINE | re.DOTALL,
)
#: Without one of these, and without what opens a line, there is no noise.
_SIGNS = ("<", "{", "|", "]:", "!!!", "???")
_OPENING = re.compile(r"^[ \t]*(?:[-#*+>]|\d+[.)])", re.MULTILINE)
_EMPHASIS = re.compile(r"[*_`|]+")
_LINK = re.compile(r"!?\[(?P<text>[^\[\]]*)\](?:\([^()\s]*(?:\([^()]*\)[^()\s]*)*(?:\s+\"[^\"]*\")?\)|\[[^\[\]]*\])")
_WORD = re.compile(r"[A-Za-zÀ-ɏ0-9][\w\u2019'.,%/-]*")
_SLUG_DROP = re.compile(r"[^\w\s-]")
_SLUG_DASH = re.compile(r"[-\s]+")


def strip_markdown(text: str) -> str:
    """The words of a Markdown text, without citation marks and markup."""
    # Most texts are one sentence without any mark: looking for a character costs a twentieth of trying a pattern.
    if "```" in text or "~~~" in text:
        text = _FENCE.sub("", text)
    if "[" in text:
        text = CERTAINTY.sub("", CITATION_RUN.sub("", text))
    if any(sign in text for sign in _SIGNS) or _OPENING.search(text):
        text = _NOISE.sub("", text)
    if "[" in text:
        text = _LINK.sub(lambda match: match["text"], text)
    return _EMPHASIS.sub(" ", text).replace("\\", "")


@lru_cache(maxsize=4096)
def count_words(text: str) -> int:
    """How many words a reader reads in a Markdown text."""
    return len(_WORD.findall(strip_markdown(text)))


def slugify(text: str) -> str:
    """The id that Python-Markdown's toc gives a heading (its `slugify` with the separator `-`).

    The same steps as https://python-markdown.github.io/extensions/toc/; a test holds the two equal.
    """
    import unicodedata  # noqa: PLC0415 - only the checker needs its tables

    value = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode("ascii")
    return _SLUG_DASH.sub("-", _SLUG_DROP.sub("", value).strip().lower())

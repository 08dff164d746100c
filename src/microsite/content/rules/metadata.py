"""Rules on front matter: what must be there, what it may name, dates, lengths, what may occur only once."""

from __future__ import annotations

import difflib
import re
from datetime import date
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Iterable
    from collections.abc import Iterator

    from microsite.content.articles import Article
    from microsite.content.site import Site

    from .page import Page

__all__ = ["check_metadata", "check_unique"]

#: Search results cut what is longer (the design's number for descriptions; some 600 px for titles).
DESCRIPTION = 160
TITLE = 65
#: After so many days without the review that was promised the page may not be published.
GRACE_DAYS = 90

_MARK = re.compile(
    r"\[@[^\[\]]*\]|\[(?:certainty|claim):[^\[\]]*\]|\[[^\[\]]+\]\([^()]*\)|\*\*[^*\n]+\*\*|<[A-Za-z/][^<>]*>|\]\([^)]*\)",
    re.IGNORECASE,
)
_SIGNS = re.compile(r"[^\w\s]")

_NEEDED = {
    "article": ("title", "description", "published", "updated", "review_due"),
    "form": ("title", "description", "form"),
    "thanks": ("title",),
}


def check_metadata(page: Page) -> None:
    """All rules that need one page's front matter."""
    _needed(page)
    _names(page)
    _dates(page)
    article = page.article
    if len(article.description) > DESCRIPTION:
        message = f"the description has {len(article.description)} characters"
        page.add_key("description", "description-long", message, f"shorten it to {DESCRIPTION}")
    _marks(page)
    if len(article.title) > TITLE:
        message = f"the title has {len(article.title)} characters"
        page.add_key("title", "title-long", message, f"{TITLE} are shown in search results", "warning")


def _marks(page: Page) -> None:
    """Marks in values that are printed as they stand: nobody turns them into a link or a source."""
    for key in ("title", "description", "standfirst"):
        for text, start in page.front_texts(key):
            match = _MARK.search(text)
            if match:
                message = f"`{match.group()[:40]}` in `{key}` is printed as it stands"
                fix = "cite it in the summary or in the text" if match.group().startswith("[@") else "write plain words"
                page.add(start + match.start(), "raw-mark", message, fix)


def check_unique(site: Site, pages: Iterable[Page]) -> None:
    """Titles and descriptions that two pages share; reported at the second page."""
    del site
    ours = list(pages)
    _unique(ours, "title", lambda article: article.title)
    _unique(ours, "description", lambda article: article.description)


def _needed(page: Page) -> None:
    article = page.article
    if not article.front.readable:
        return
    for key in _NEEDED.get(article.kind, ("title", "description")):
        if article.front.values.get(key) in (None, ""):
            message = f"`{key}` is missing"
            page.add_key(key, "front-matter-missing", message, f"add `{key}:` to the front matter")
    if article.kind == "article" and not article.front.values.get("authors"):
        page.add_key(
            "authors", "missing-author", "the article names no author", "add `authors: [id]` from data/people.toml"
        )


def _names(page: Page) -> None:
    article, site = page.article, page.site
    people = site.people.keys()
    _known(page, "authors", "unknown-author", article.authors, people)
    _known(page, "reviewer", "unknown-reviewer", [article.reviewer] if article.reviewer else [], people)
    _known(page, "conditions", "unknown-condition", article.conditions, site.conditions.keys())
    _known(page, "compounds", "unknown-compound", article.compounds, site.compounds.keys())
    _known(page, "related", "unknown-related", article.related, site.by_path.keys() | site.beside.keys())


def _known(page: Page, key: str, rule: str, names: Iterable[str], known: Iterable[str]) -> None:
    known = sorted(known)
    for name in names:
        if name not in known:
            near = difflib.get_close_matches(name, known, n=1)
            fix = f"did you mean `{near[0]}`?" if near else "known: " + ", ".join(known[:8])
            place = page.article.front.at(key)
            found = page.article.text.find(name, place.start, place.end)
            if found < 0:
                page.add_key(key, rule, f"`{name}` is unknown", fix)
            else:
                page.add(found, rule, f"`{name}` is unknown", fix)


def _dates(page: Page) -> None:
    article, today = page.article, page.site.today
    if article.published and article.updated and article.updated < article.published:
        message = f"updated {article.updated} is before published {article.published}"
        page.add_key("updated", "updated-before-published", message, "correct one of the two")
    for key, value in (
        ("published", article.published),
        ("updated", article.updated),
        ("reviewed", article.reviewed),
    ):
        if value and value > today:
            page.add_key(key, "future-date", f"`{key}` is {value}, and today is {today}", "write the true day")
    if article.reviewed and not article.reviewer:
        fix = "name the reviewer, or take the day out: readers would take the page for reviewed"
        page.add_key("reviewed", "review-unsigned", "a day of review without a reviewer", fix)
    if article.review_due and article.review_due < today:
        late = (today - article.review_due).days
        severe = late > GRACE_DAYS
        fix = "review the page, then set `updated` and a new `review_due`"
        message = f"the review was due {late} days ago"
        page.add_key("review_due", "review-overdue", message, fix, "error" if severe else "warning")
    elif article.review_due and article.review_due < (article.updated or article.published or date.min):
        message = f"`review_due` {article.review_due} is before the last change"
        page.add_key("review_due", "review-overdue", message, "set the day of the next review", "warning")


def _unique(pages: list[Page], key: str, value: Callable[[Article], str]) -> None:
    seen: dict[str, str] = {}
    for page, text in _with_text(pages, value):
        plain = " ".join(_SIGNS.sub(" ", text.casefold()).split())
        first = seen.setdefault(plain or text, page.article.file)
        if first != page.article.file:
            message = f"{first} has the same {key}"
            page.add_key(key, f"duplicate-{key}", message, "say what is different about this page")


def _with_text(pages: list[Page], value: Callable[[Article], str]) -> Iterator[tuple[Page, str]]:
    return ((page, value(page.article)) for page in pages if value(page.article))

"""What the site is made of, for every builder alike: pages from data, Markdown and views of written pages, site files.

Plain functions over plain values; nothing here knows MkDocs. `plugin.py` calls them under MkDocs, a second builder may
call them directly, and both give the same bytes.

A new kind of page from data joins by a line in `made_pages`, a file beside the pages (a feed, a list of redirects) by a
function in `SITE_FILES`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from typing import Any

from forms.html import render_form
from microsite.content import Made
from microsite.content import az_markdown
from microsite.content import body_with_summary
from microsite.content import generated_names
from microsite.content import generated_pages
from microsite.content import view
from microsite.content import with_hubs

from .feeds import feeds
from .formpages import form_pages
from .formpages import form_view
from .formpages import kept_markdown
from .head import pictures
from .redirects import redirects
from .sitemap import sitemap
from .styleguide import styleguide_pages
from .styleguide import styleguide_view

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Iterable
    from collections.abc import Mapping
    from collections.abc import Sequence

    from forms.definition import Form
    from microsite.content import Article
    from microsite.content import Site

    from .styleguide import Component

__all__ = ["SITE_FILES", "Shown", "made_pages", "page_view", "site_files", "written_markdown"]

_AZ = "a-z.md"


@dataclass(frozen=True, slots=True)
class Shown:
    """A page of the site as the files beside the pages see it: what it says of itself, not its text."""

    #: Below docs/, such as `safety/index.md`.
    path: str
    #: From the root: `/safety/`.
    url: str
    title: str
    description: str
    view: Mapping[str, Any]


#: Each takes the site, all pages in order of address, and the site's address without a slash at its end (or nothing);
#: it gives {path below the site's folder: content}.
SITE_FILES: tuple[Callable[[Site, Sequence[Shown], str], Mapping[str, bytes]], ...] = (
    feeds,
    pictures,
    redirects,
    sitemap,
)


def made_pages(site: Site, forms: Mapping[str, Form], components: Iterable[Component]) -> list[Made]:
    """All pages that nobody wrote, in a fixed order; where somebody did write one, that one stands."""
    parts = {f"styleguide/{part.id}.md": part for part in components}
    texts = styleguide_pages(parts.values()).items()
    made = [Made(path, text, styleguide_view(parts.get(path))) for path, text in texts]
    made += [Made(page.path, page.markdown, form_view(page)) for page in form_pages(forms.values(), site.by_path)]
    made += generated_pages(site)
    return [page for page in made if page.path not in site.by_path]


def site_files(site: Site, pages: Iterable[Shown], site_url: str) -> dict[str, bytes]:
    """The files beside the pages. `site_url` may end in a slash or be empty."""
    ordered = sorted(pages, key=lambda page: page.url)
    return {name: content for make in SITE_FILES for name, content in make(site, ordered, site_url.rstrip("/")).items()}


def page_view(site: Site, article: Article, forms: Mapping[str, Form]) -> dict[str, Any]:
    """What the templates may know of a written page: the content's view and, on a form's page, the form itself."""
    values = view(site, article)
    if values["form"]:
        form = forms[values["form"]]
        # On its own page the form names no page, so that the one which led here (`?from=`) is kept.
        values["form_html"] = render_form(form, page="" if form.page == values["url"] else values["slug"])
    return values


def written_markdown(site: Site, article: Article, forms: Mapping[str, Form], paths: Mapping[str, str]) -> str:
    """The Markdown to render for a written page. `paths` is address → path below docs/ of every page."""
    body = body_with_summary(article)
    if "<!--forms-->" in body:
        body = body.replace("<!--forms-->", kept_markdown(forms.values(), paths))
    body = with_hubs(site, article.path, body)
    return f"{body}\n\n{az_markdown(site, generated_names(site))}" if article.path == _AZ else body

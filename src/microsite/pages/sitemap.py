"""The sitemap: every page that may be found, with the true day of its last change (https://www.sitemaps.org/protocol.html).

The day is the front matter's `updated`, or, of a page that lists others, that of the newest of these. A page that knows
no day names none: a day that is only the build's teaches search engines to ignore all of them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

if TYPE_CHECKING:
    from collections.abc import Mapping
    from collections.abc import Sequence

    from microsite.content import Site

    from .making import Shown

__all__ = ["sitemap"]


def sitemap(site: Site, pages: Sequence[Shown], site_url: str) -> Mapping[str, bytes]:
    """`sitemap.xml`; nothing for a site without an address. The protocol allows 50,000 pages in one file."""
    del site
    if not site_url:
        return {}
    lines = ['<?xml version="1.0" encoding="UTF-8"?>', '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">']
    for page in pages:
        if not page.view.get("noindex"):
            day = page.view.get("lastmod") or (page.view.get("updated") or {}).get("iso", "")
            lastmod = f"<lastmod>{day}</lastmod>" if day else ""
            lines.append(f"<url><loc>{escape(site_url + page.url)}</loc>{lastmod}</url>")
    return {"sitemap.xml": ("\n".join([*lines, "</urlset>"]) + "\n").encode()}

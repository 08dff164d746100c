"""Addresses that pages had before: a page at each that works on any host, and a list for hosts that do better.

`data/redirects.toml` is the home of all redirects. A rule of `microsite check` sees that none leads in a circle, into
nothing, or away from a page that is there.
"""

from __future__ import annotations

import json
from html import escape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from collections.abc import Sequence

    from microsite.content import Site

    from .making import Shown

__all__ = ["first_address", "redirects"]

#: For whoever comes without the host's own redirect. A refresh after 0 seconds is what search engines read as "moved".
_PAGE = """\
<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>This page has moved: {to}</title>
<meta name="robots" content="noindex">
<meta name="viewport" content="width=device-width">
<meta http-equiv="refresh" content="0; url={to}">
<link rel="canonical" href="{whole}">
</head>
<body>
<main>
<h1>This page has moved</h1>
<p>It is now at <a href="{to}">{to}</a>.</p>
</main>
</body>
</html>
"""


def redirects(site: Site, pages: Sequence[Shown], site_url: str) -> Mapping[str, bytes]:
    """A page at each old address, and `redirects.json` (`{"/old/": "/new/"}`) for the edge; live pages stay."""
    here = {page.url for page in pages}
    moved = {one.source: one.target for one in site.redirects if one.source not in here}
    files = {
        _file(source): _PAGE.format(to=escape(target), whole=escape(site_url + target)).encode()
        for source, target in moved.items()
        if source.endswith("/")
    }
    return files | {"redirects.json": (json.dumps(moved, indent=1, sort_keys=True) + "\n").encode()}


def first_address(site: Site, url: str) -> str:
    """The first address that the page at `url` had: a name for it that does not change when it moves again."""
    before = {one.target: one.source for one in reversed(site.redirects)}
    seen = {url}
    while url in before and before[url] not in seen:
        url = before[url]
        seen.add(url)
    return url


def _file(url: str) -> str:
    return f"{url.strip('/')}/index.html".lstrip("/")

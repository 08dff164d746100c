"""What a page says to other sites and to machines: its picture and its data block, as plain values.

They are put into the page's view, so that any builder that shows a view shows them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from typing import Any

from microsite.content import citations
from microsite.content import questions

from .jsonld import Said
from .jsonld import data_block
from .jsonld import described
from .social import Brand
from .social import card
from .social import draw

if TYPE_CHECKING:
    from collections.abc import Mapping
    from collections.abc import Sequence

    from microsite.content import Site

    from .making import Shown

__all__ = ["head_values", "pictures"]


def head_values(site: Site, page: Shown, markdown: str, brand: Brand) -> dict[str, Any]:
    """`card` and `data_block` for the view of a page that may be found; nothing for the others.

    An article has a picture of its own; all other pages share the site's.
    """
    view = page.view
    if view.get("noindex") or not brand.url:
        return {}
    article = bool(view.get("authors")) and view.get("kind") != "home"
    section = str((view.get("section") or {}).get("title", ""))
    picture = card(page.title, section, brand) if article else card(brand.name, "", brand)
    said = Said(
        page.title,
        page.description,
        questions(markdown) if article else (),
        citations(site, markdown) if article else (),
    )
    data = described({**view, "card": picture}, said, site_name=brand.name, site_url=brand.url)
    return {"card": {**picture, "brand": list(brand)}, "data_block": data_block(data)}


def pictures(site: Site, pages: Sequence[Shown], site_url: str) -> Mapping[str, bytes]:
    """The pictures that the pages name, each once."""
    del site, site_url
    cards = {page.view["card"]["image"]: page.view["card"] for page in pages if page.view.get("card")}
    return {
        name.lstrip("/"): draw(one["title"], one["section"], Brand(*one["brand"]))
        for name, one in sorted(cards.items())
    }

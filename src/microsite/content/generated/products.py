"""Ketamine and esketamine are two products: which of them a source is about, and how a text keeps them apart.

In: references and products. Out: the sources of a statement that are about the product of the page, or, when all are
about the other one, words that say so. Results for one never stand unmarked under the name of the other.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from .frame import sound

if TYPE_CHECKING:
    from collections.abc import Iterable

    from microsite.content.references import Reference
    from microsite.content.site import Site
    from microsite.content.site import Topic

__all__ = ["about", "named", "product_of", "sources_for"]

_ESKETAMINE = re.compile(r"esketamine|spravato", re.IGNORECASE)
_KETAMINE = re.compile(r"(?<![\w-])ketamine", re.IGNORECASE)
#: What a sentence calls the product by.
_NAMES = {"esketamine": re.compile(r"esketamine|spravato|\bspray\b", re.IGNORECASE), "ketamine": _KETAMINE}


def _said(text: str) -> str:
    """`esketamine` or `ketamine` when `text` names just one of them, else empty."""
    spray, other = bool(_ESKETAMINE.search(text)), bool(_KETAMINE.search(text))
    return "" if spray == other else "esketamine" if spray else "ketamine"


def about(reference: Reference) -> str:
    """The product that a source's title names, when it names one of the two only."""
    return _said(reference.title)


def product_of(compound: Topic) -> str:
    """`esketamine`, `ketamine`, or empty for what is neither: drugs still in research have names of their own."""
    return _said(compound.name)


def named(text: str, product: str) -> bool:
    """Whether a sentence says that it speaks of this product."""
    return product in _NAMES and bool(_NAMES[product].search(text))


def sources_for(site: Site, text: str, names: Iterable[str], compound: Topic) -> tuple[list[str], str]:
    """(sources to cite, words to add) for `text` on a page on `compound`.

    Sources on the page's product or on both come first; where there are none, all are cited, and unless the text says
    so itself, the words name the other product.
    """
    known = sound(site, names)
    product = product_of(compound)
    if not product:
        return known, ""
    fitting = [name for name in known if about(site.references[name]) in {product, ""}]
    if fitting:
        return fitting, ""
    other = "esketamine" if product == "ketamine" else "ketamine"
    if not known or named(text, other):
        return known, ""
    return known, f" (from {'esketamine nasal spray' if other == 'esketamine' else 'ketamine by drip or shot'})"

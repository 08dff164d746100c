"""Pages from data: a checked `Site` in, `Made` pages (Markdown and view) out. Pure; one module per kind of page.

A pair of product and condition gets a page when people with the condition were studied; the hubs say of each other pair
that they were not. Claims, glossary and sources get pages with the way back to the pages that use them.
"""

from __future__ import annotations

from .affected import affected
from .affected import registry
from .everything import generated_names
from .everything import generated_pages
from .everything import generated_paths
from .evidence import claim_url
from .frame import slug as glossary_anchor
from .hubs import with_hubs
from .pairs import Pair
from .pairs import pairs

__all__ = [
    "Pair",
    "affected",
    "claim_url",
    "generated_names",
    "generated_pages",
    "generated_paths",
    "glossary_anchor",
    "pairs",
    "registry",
    "with_hubs",
]

"""Markdown, front matter and data in; a checked `Site`, its findings and the views of its pages out.

Pure: it knows no HTML template and no builder. Other rooms import from here (and the two formats that the Markdown
extensions share with the checker from `marks` and `references`).
"""

from __future__ import annotations

from .articles import Article
from .articles import body_with_summary
from .checker import check
from .made import Made
from .rules import RULES
from .site import Site
from .site import read_site
from .views import az_markdown
from .views import view

__all__ = [
    "RULES",
    "Article",
    "Made",
    "Site",
    "az_markdown",
    "body_with_summary",
    "check",
    "read_site",
    "view",
]

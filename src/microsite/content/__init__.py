"""Markdown, front matter and data in; a checked `Site`, its findings and the views of its pages out.

Pure: it knows no HTML template and no builder. Other rooms import from here (and the two formats that the Markdown
extensions share with the checker from `marks` and `references`).
"""

from __future__ import annotations

from .articles import Article
from .articles import body_with_summary
from .articles import page_url
from .checker import check
from .datamodels import schemas
from .generated import affected
from .generated import claim_url
from .generated import generated_names
from .generated import generated_pages
from .generated import generated_paths
from .generated import glossary_anchor
from .generated import pairs
from .generated import registry
from .generated import with_hubs
from .made import Made
from .questions import questions
from .related import citations
from .retractions import Notice
from .retractions import expiring
from .retractions import notices
from .retractions import retraction_findings
from .retractions import with_notices
from .rules import RULES
from .rules import STANDING
from .site import Site
from .site import read_site
from .state import state_of
from .views import az_markdown
from .views import view

__all__ = [
    "RULES",
    "STANDING",
    "Article",
    "Made",
    "Notice",
    "Site",
    "affected",
    "az_markdown",
    "body_with_summary",
    "check",
    "citations",
    "claim_url",
    "expiring",
    "generated_names",
    "generated_pages",
    "generated_paths",
    "glossary_anchor",
    "notices",
    "page_url",
    "pairs",
    "questions",
    "read_site",
    "registry",
    "retraction_findings",
    "schemas",
    "state_of",
    "view",
    "with_hubs",
    "with_notices",
]

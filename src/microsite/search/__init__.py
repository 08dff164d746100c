"""Built pages or a collection in, an index out that a browser searches by itself.

Other rooms use what is named here.
"""

from __future__ import annotations

from .builder import IndexSummary
from .builder import build_index
from .builder import index_files
from .corpus import read_corpus
from .document import Document
from .document import Facts
from .evaluate import Measured
from .evaluate import evaluate
from .evaluate import read_judgements
from .evaluate import read_questions
from .sections import read_pages
from .sections import read_site_pages
from .synonyms import with_synonyms

__all__ = [
    "Document",
    "Facts",
    "IndexSummary",
    "Measured",
    "build_index",
    "evaluate",
    "index_files",
    "read_corpus",
    "read_judgements",
    "read_pages",
    "read_questions",
    "read_site_pages",
    "with_synonyms",
]

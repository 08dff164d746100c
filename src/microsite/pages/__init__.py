"""Pages: checked content in, a finished folder of HTML out. The only room that knows MkDocs.

`plugin.py` is a thin adapter over plain functions, so that `mkdocs build` alone gives the same site;
`zensical.py` is a second builder over the same functions;
`citations`, `certainty` and `tables` are Python-Markdown extensions and need no MkDocs at all.
"""

from __future__ import annotations

from .builder import BuildResult
from .builder import build
from .builder import build_index

__all__ = ["BuildResult", "build", "build_index"]

"""Build time of the microsite kit: checked content, pages, the book, the local server, the command."""

from __future__ import annotations

__all__ = ["__version__"]

__version__ = "0.1.0"

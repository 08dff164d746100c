"""The rules: each module holds the rules of one matter and a function that applies them to one page or to the site."""

from __future__ import annotations

from .table import RULES
from .table import STANDING

__all__ = ["RULES", "STANDING"]

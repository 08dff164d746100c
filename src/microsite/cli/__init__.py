"""The command `microsite`: one module per verb; parse, call one room, print, return a code."""

from __future__ import annotations

from .main import main

__all__ = ["main"]

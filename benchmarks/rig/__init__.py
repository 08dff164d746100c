"""The rig that benchmarks and browser tests stand on: outside tools found or fetched, the real server started.

A tool that cannot be had raises `ToolMissing`, which says what to install. Nothing is ever skipped in silence.
"""

from __future__ import annotations

from .chromium import FLAGS
from .chromium import find_chromium
from .node import Tools
from .node import tools
from .server import Served
from .server import serve
from .toolmissing import ToolMissing

__all__ = ["FLAGS", "Served", "ToolMissing", "Tools", "find_chromium", "serve", "tools"]

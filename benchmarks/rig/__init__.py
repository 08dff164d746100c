"""The rig that benchmarks and browser tests stand on: outside tools found or fetched, the real server started.

A tool that cannot be had raises `ToolMissing`, which says what to install. Nothing is ever skipped in silence.
"""

from __future__ import annotations

from .built import BuiltSite
from .built import HtmlPage
from .built import read_built
from .chromium import FLAGS
from .chromium import find_chromium
from .mailbox import Mail
from .mailbox import Mailbox
from .node import ROOT
from .node import Tools
from .node import find_java
from .node import tools
from .server import Served
from .server import serve
from .toolmissing import ToolMissing
from .visitor import Visitor

__all__ = [
    "FLAGS",
    "ROOT",
    "BuiltSite",
    "HtmlPage",
    "Mail",
    "Mailbox",
    "Served",
    "ToolMissing",
    "Tools",
    "Visitor",
    "find_chromium",
    "find_java",
    "read_built",
    "serve",
    "tools",
]

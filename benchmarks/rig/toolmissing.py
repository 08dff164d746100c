"""The one error of the rig."""

from __future__ import annotations

__all__ = ["ToolMissing"]


class ToolMissing(RuntimeError):  # noqa: N818 - it is read aloud in a test's report: "ToolMissing: no Java …"
    """A tool from outside is not there and could not be had; the message says what to install."""

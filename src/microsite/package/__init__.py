"""The function's zip: `lambda/forms/` and what it needs, compiled, the same bytes for the same input.

In: the package `forms`, the shell of the built site, an interpreter of Lambda's version. Out: one zip of at most 1 MB.
Files that are not reached from the handlers stay out (`graph.py`), so does what only a laptop uses (`contents.py`).
"""

from .build import Package
from .build import build_package
from .runtime import ARCHITECTURE
from .runtime import RUNTIME

__all__ = ["ARCHITECTURE", "RUNTIME", "Package", "build_package"]

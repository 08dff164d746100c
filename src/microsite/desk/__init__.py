"""Marketing's desk: what a lead looks like in a list, a spreadsheet, a report, a statement of consent.

Pure: leads and definitions in, rows and text out. `cli/leads*.py` opens the store and prints.
"""

from __future__ import annotations

from .figures import Tally
from .page import render
from .proof import Statement
from .proof import as_html
from .proof import as_text
from .proof import clicked_in
from .proof import state
from .report import Report
from .report import build
from .requeue import DeadLetter
from .requeue import dead_letter
from .requeue import due_again
from .requeue import stuck
from .rows import STATES
from .rows import Filter
from .rows import as_row
from .rows import iso
from .sheet import lines

__all__ = [
    "STATES",
    "DeadLetter",
    "Filter",
    "Report",
    "Statement",
    "Tally",
    "as_html",
    "as_row",
    "as_text",
    "build",
    "clicked_in",
    "dead_letter",
    "due_again",
    "iso",
    "lines",
    "render",
    "state",
    "stuck",
]

"""The templates: read, resolved and checked by what they mean, not by how they are written."""

from .claims import DELIVERY
from .claims import STACK
from .project import Home
from .project import check_files

__all__ = ["DELIVERY", "STACK", "Home", "check_files"]

"""Sentences about our templates, each with the function that tests it, and the data they stand on."""

from .delivery import DELIVERY
from .stack import STACK

__all__ = ["DELIVERY", "STACK"]

"""What a release costs."""

from .measure import measure

__all__ = ["measure"]

"""Release: a finished folder and a target in; a plan, a whole release behind a hidden prefix, and one switch out."""

__all__: list[str] = []

"""The dangerous edits of `dangers.yml` as functions."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING
from typing import Final
from typing import NamedTuple

import yaml

from .edits import EDITS

if TYPE_CHECKING:
    from .edits import Edit

__all__ = ["DANGERS", "Danger"]


class Danger(NamedTuple):
    """One edit that must be named: of which template, its kind, what it means, and how it is made."""

    file: str
    kind: str
    sentence: str
    edit: Edit


def _read() -> tuple[Danger, ...]:
    table = yaml.safe_load(Path(__file__).with_suffix(".yml").read_text("utf-8"))
    return tuple(
        Danger(file, kind, sentence, EDITS[how](*told))
        for file, kinds in table.items()
        for kind, dangers in kinds.items()
        for sentence, (how, *told) in dangers.items()
    )


DANGERS: Final = _read()

"""The guide on forms names every key of a definition, as the schema has it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from forms.schema import SCHEMA

if TYPE_CHECKING:
    from collections.abc import Iterator
    from collections.abc import Mapping

    from forms.schema import Key

GUIDE = Path(__file__).parents[2] / "guides/forms.md"
TYPES = {str: "text", int: "number", bool: "true/false", dict: "table", list: "list"}


def rows(keys: Mapping[str, Key], inside: str = "") -> Iterator[str]:
    for name, key in keys.items():
        if name == "*":
            continue
        choices = f"; one of {', '.join(sorted(key.choices))}" if key.choices else ""
        needed = "yes" if key.needed else ""
        yield f"| `{inside}{name}` | {TYPES[key.type]} | {needed} | {key.meaning}{choices} |"
        yield from rows(key.inner or {}, f"{inside}{name}.")


def reference() -> str:
    """The table at the guide's end."""
    return "\n".join(["| key | holds | needed | what it is for |", "|---|---|---|---|", *rows(SCHEMA)])


def test_the_guide_has_each_key_with_its_type_and_meaning() -> None:
    table = GUIDE.read_text(encoding="utf-8").partition("## Every key\n\n")[2].strip()
    assert table == reference()

"""What the server drives but does not know: the other rooms, as plain functions that the command hands in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from typing import Any
from typing import Protocol

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Mapping
    from pathlib import Path

__all__ = ["Options", "Rooms", "Say"]


class Say(Protocol):
    """Tells the person or the program at the terminal what happened."""

    def __call__(self, event: str, text: str, **fields: object) -> None:
        """`event` is a stable word for programs, `text` a sentence for people, `fields` plain JSON values."""


@dataclass(frozen=True, slots=True)
class Rooms:
    """The functions that make the site and answer its forms."""

    #: Check the definitions of the forms; raises MicrositeError. A site must never be served with forms that fail.
    check: Callable[[], object]
    #: Build the site into its folder, whole or not at all; raises MicrositeError.
    build: Callable[[], object]
    #: The same after an edit, but for the search index where that can wait: whether it is behind the pages now.
    rebuild: Callable[[], bool]
    #: Make the search index of the pages that stand there; raises MicrositeError.
    index: Callable[[], object]
    #: Typeset the book if it is out of date; raises MicrositeError.
    book: Callable[[], object]
    #: `forms.aws.http`: an API Gateway event and a context to an answer. Called from several threads at once.
    http: Callable[[dict[str, Any], Any], Mapping[str, Any]]
    #: `forms.aws.sweep`: mail what waits to be mailed.
    sweep: Callable[[dict[str, Any], Any], object]
    #: `forms.aws.reset`: read settings and definitions anew. Called only while neither of the two runs.
    reset: Callable[[], object]
    #: Read the mapping `extra` of mkdocs.yml, as it is now.
    extra: Callable[[], Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Options:
    """What the person asked for."""

    root: Path
    site_dir: Path
    data: Path
    #: 0 takes any free port.
    port: int = 8000
    watch: bool = True
    #: Without it, no rate limit and no spam score: for load and fault tests.
    screening: bool = True

"""An edit in, a new site out: rebuilds what changed and tells the server, the terminal and the open pages."""

from __future__ import annotations

import logging
import time
from typing import TYPE_CHECKING
from typing import Final

from microsite.errors import ContentError
from microsite.errors import MicrositeError

from .snapshot import read_snapshot

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Iterable
    from pathlib import Path

    from .live import Live
    from .rooms import Rooms
    from .rooms import Say
    from .static import Static

__all__ = ["Rebuilder", "problem_text"]

log = logging.getLogger(__name__)

#: The book is typeset from these; the pages do not read `book/`.
_BOOK: Final = "book/"
_BOOK_DATA: Final = ("data/references.json", "mkdocs.yml")


class Rebuilder:
    """Keeps the last good site until a better one is there."""

    def __init__(  # noqa: PLR0913 (the parties that hear of a rebuild)
        self,
        rooms: Rooms,
        site_dir: Path,
        static: Static,
        live: Live,
        *,
        say: Say,
        released: Callable[[str], None],
    ) -> None:
        self._rooms = rooms
        self._site_dir = site_dir
        self._static = static
        self._live = live
        self._say = say
        self._released = released

    def rebuild(self, changed: Iterable[str]) -> None:
        """Build again after `changed` (paths relative to the project). Never raises: the server goes on."""
        names = sorted(changed)
        started = time.perf_counter()
        try:
            self._rooms.check()
            if any(name.startswith(_BOOK) or name in _BOOK_DATA for name in names):
                self._rooms.book()
            if not all(name.startswith(_BOOK) for name in names):
                self._rooms.build()
            site = read_snapshot(self._site_dir, self._static.site)
            # Also when the pages stayed the same: a mail's words may have changed in a form's definition.
            self._released(site.digest)
        except MicrositeError as error:
            problem = problem_text(error)
            findings = [f.as_dict() for f in error.findings] if isinstance(error, ContentError) else []
            self._say("problem", f"{problem}\nThe last good site stays.", message=str(error), findings=findings)
            self._live.tell(problem=problem)
            return
        except Exception as error:
            log.exception("the rebuild failed; the last good site stays")
            problem = f"The rebuild failed, the terminal says where: {error!r}"
            self._say("problem", f"{problem}\nThe last good site stays.", message=problem, findings=[])
            self._live.tell(problem=problem)
            return
        seconds = time.perf_counter() - started
        fresh = site.digest != self._static.site.digest
        if fresh:
            self._static.replace(site)
        shown = names[0] if len(names) == 1 else f"{len(names)} files"
        self._say(
            "rebuilt",
            f"{shown}: {'rebuilt' if fresh else 'no change on the site'} in {seconds:.2f} s",
            changed=names,
            fresh=fresh,
            seconds=round(seconds, 3),
        )
        self._live.tell(build=site.digest)


def problem_text(error: MicrositeError) -> str:
    """The findings, one `path:line:column: …` a line, or the error's own words and what to do."""
    if isinstance(error, ContentError) and error.findings:
        return "\n".join(str(finding) for finding in error.findings)
    return f"{error}" + (f"\n  fix: {error.fix}" if error.fix else "")

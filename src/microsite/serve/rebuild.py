"""An edit in, a new site out: rebuilds what changed and tells the server, the terminal and the open pages.

The search index is two thirds of the work of an edit and few edits are followed by a search, so it is made when the
first file of it is asked for after an edit; that request, and those with it, wait.
"""

from __future__ import annotations

import logging
import threading
import time
from dataclasses import replace
from typing import TYPE_CHECKING
from typing import Final

from microsite.errors import ContentError
from microsite.errors import MicrositeError

from .snapshot import is_index
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
        #: One at a time writes into the folder.
        self._working = threading.Lock()
        self._owed = self._failed = False

    @property
    def owes_index(self) -> bool:
        """Whether the search index is behind the pages that are shown, and making it was not tried."""
        return self._owed and not self._failed

    def rebuild(self, changed: Iterable[str]) -> None:
        """Build again after `changed` (paths relative to the project). Never raises: the server goes on."""
        with self._working:
            self._rebuild(sorted(changed))

    def index(self) -> None:
        """Make the search index if it is behind the pages. Never raises: on a failure the last good one stays.

        A failure is said once; the next edit gives the next try.
        """
        with self._working:
            if not self.owes_index:
                return
            started = time.perf_counter()
            try:
                self._rooms.index()
                site = read_snapshot(self._site_dir, self._static.site)
            except MicrositeError as error:
                problem = f"The search index failed: {problem_text(error)}"
            except Exception as error:
                log.exception("the search index failed; the last good one stays")
                problem = f"The search index failed, the terminal says where: {error!r}"
            else:
                self._owed = False
                self._static.refresh(site)
                seconds = time.perf_counter() - started
                self._say("indexed", f"Search: indexed in {seconds:.2f} s", seconds=round(seconds, 3))
                return
            self._failed = True
            self._say("problem", f"{problem}\nSearch answers from the last good index.", message=problem, findings=[])
            self._live.tell(problem=problem)

    def _rebuild(self, names: list[str]) -> None:
        started = time.perf_counter()
        owed = self._owed
        try:
            self._rooms.check()
            if any(name.startswith(_BOOK) or name in _BOOK_DATA for name in names):
                self._rooms.book()
            if not all(name.startswith(_BOOK) for name in names):
                owed = self._rooms.rebuild()
            site = read_snapshot(self._site_dir, self._static.site)
            if owed:
                # The folder has no manifest for now; who is in the middle of a search goes on with the one we have.
                index = {name: body for name, body in self._static.site.files.items() if is_index(name)}
                site = replace(site, files={**index, **site.files})
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
        self._owed, self._failed = owed, False
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

"""Edits: which files changed, a few milliseconds after the last of them."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import TYPE_CHECKING
from typing import Final

from watchfiles import DefaultFilter
from watchfiles import watch

if TYPE_CHECKING:
    from collections.abc import Sequence

    from watchfiles import Change

__all__ = ["WATCHED", "Watcher"]

#: What a build reads, relative to the project: folders are watched in depth.
WATCHED: Final = ("docs", "data", "theme", "book", "lambda/forms/definitions", "mkdocs.yml")
#: Milliseconds without a change before a set of changes counts as done. Editors write a file in two or three steps
#: within some 10 ms; people notice 200.
QUIET: Final = 60
#: Milliseconds after which changes are handed over even if more come in (a checkout of another branch).
AT_MOST: Final = 400
#: Milliseconds between signs of life of the watch; the first one says that it stands.
HEARTBEAT: Final = 250
#: Seconds to wait for that sign.
SETTLED: Final = 5.0


class _OnlyThese(DefaultFilter):
    """The usual filter (no editor's backup files, no caches) and only these paths and what is below them."""

    def __init__(self, paths: Sequence[Path]) -> None:
        super().__init__()
        self._paths = [str(path) for path in paths]

    def __call__(self, change: Change, path: str) -> bool:
        inside = any(path == kept or path.startswith(f"{kept}/") for kept in self._paths)
        return inside and super().__call__(change, path)


class Watcher:
    """Collects changes under `root` in threads; `wait` hands them over."""

    def __init__(self, root: Path) -> None:
        self._root = root.resolve()
        self._stop = threading.Event()
        self._changed: set[str] = set()
        self._ready = threading.Condition()
        self._starting: list[threading.Event] = []

    def start(self) -> None:
        """Begin to watch: what changes from the moment `settle` returns is seen, and most of what changes before."""
        paths = [self._root / name for name in WATCHED]
        folders = [path for path in paths if path.is_dir()]
        files = [path for path in paths if not path.is_dir()]
        # Editors replace a file by renaming, which a watch on the file itself loses: watch the folder around it.
        around = sorted({path.parent for path in files if path.parent.is_dir()})
        for where, deep, kept in ((folders, True, folders), (around, False, files)):
            if where:
                watching = threading.Event()
                self._starting.append(watching)
                arguments = (where, deep, kept, watching)
                threading.Thread(target=self._follow, args=arguments, name="watcher", daemon=True).start()

    def settle(self) -> None:
        """Return when the watch stands."""
        for watching in self._starting:
            watching.wait(SETTLED)

    def stop(self) -> None:
        """Stop watching and let `wait` return."""
        self._stop.set()
        with self._ready:
            self._ready.notify_all()

    def wait(self) -> frozenset[str]:
        """Block until something changed; paths relative to the root. Empty when stopped."""
        with self._ready:
            self._ready.wait_for(lambda: self._changed or self._stop.is_set())
            if self._stop.is_set():
                return frozenset()
            changed, self._changed = frozenset(self._changed), set()
        return changed

    def _follow(
        self,
        where: Sequence[Path],
        deep: bool,  # noqa: FBT001 (a thread's arguments have no names)
        kept: Sequence[Path],
        watching: threading.Event,
    ) -> None:
        changes = watch(
            *where,
            watch_filter=_OnlyThese(kept),
            debounce=AT_MOST,
            step=QUIET,
            stop_event=self._stop,
            rust_timeout=HEARTBEAT,
            yield_on_timeout=True,
            recursive=deep,
            raise_interrupt=False,
            ignore_permission_denied=True,
        )
        for batch in changes:
            watching.set()
            if not batch:
                continue
            names = {Path(path).relative_to(self._root).as_posix() for _, path in batch}
            with self._ready:
                self._changed |= names
                self._ready.notify_all()

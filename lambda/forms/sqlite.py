"""`Store`, `Marks` and `Meter` in one SQLite file, `Vault` in another; every commit is on the disk before it returns.

In: a path. `synchronous=FULL` with WAL syncs the log at each commit, so an acknowledged lead survives `kill -9` and
a power cut (https://sqlite.org/pragma.html#pragma_synchronous). The file and its `-wal` are readable by the owner
only. One connection, guarded by a lock, serves all threads; other processes may read and write at the same time.
"""

# ruff: noqa: PTH103, PTH110, PTH120 - pathlib costs 4 ms at a cold start
from __future__ import annotations

import contextlib
import json
import os
import sqlite3
import threading
from typing import TYPE_CHECKING

from .errors import StoreError
from .lead import from_json
from .lead import to_json

if TYPE_CHECKING:
    from collections.abc import Iterator
    from collections.abc import Mapping
    from collections.abc import Sequence
    from pathlib import Path

    from .lead import Lead

__all__ = ["SqliteStore", "SqliteVault"]

#: Seconds to wait for another process's write.
_PATIENCE = 15.0
_SCHEMA = """
CREATE TABLE IF NOT EXISTS leads (
    id TEXT PRIMARY KEY,
    key TEXT NOT NULL UNIQUE,
    form TEXT NOT NULL,
    created REAL NOT NULL,
    due REAL,
    revision INTEGER NOT NULL,
    body TEXT NOT NULL,
    person TEXT NOT NULL DEFAULT '',
    until REAL NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX IF NOT EXISTS leads_due ON leads (due) WHERE due IS NOT NULL;
CREATE INDEX IF NOT EXISTS leads_created ON leads (created, id);
CREATE TABLE IF NOT EXISTS marks (
    key TEXT PRIMARY KEY,
    value TEXT NOT NULL,
    until REAL NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS marks_until ON marks (until) WHERE until > 0;
CREATE TABLE IF NOT EXISTS meters (key TEXT PRIMARY KEY, full REAL NOT NULL) STRICT;
"""
#: Columns of a store that a release before them made; each is added where it lacks.
_ADDED = {"person": "TEXT NOT NULL DEFAULT ''", "until": "REAL NOT NULL DEFAULT 0"}
_INDEXES = """
CREATE INDEX IF NOT EXISTS leads_person ON leads (person, created, id) WHERE person != '';
CREATE INDEX IF NOT EXISTS leads_until ON leads (until) WHERE until > 0;
"""
_COLUMNS = frozenset({"id", "key", "form", "created", "due", "revision", "body"})
_VAULT_SCHEMA = """
CREATE TABLE IF NOT EXISTS vault (key TEXT PRIMARY KEY, body TEXT NOT NULL, until REAL NOT NULL) STRICT;
CREATE INDEX IF NOT EXISTS vault_until ON vault (until);
"""


class _Database:
    """One SQLite file and one connection to it; made, with its folder, when `create` and it is not there."""

    def __init__(self, path: Path | str, *, create: bool = True) -> None:
        self._path = os.fspath(path)
        self._lock = threading.Lock()
        with _translated():
            if create:
                os.makedirs(os.path.dirname(self._path) or ".", mode=0o700, exist_ok=True)
                # Made before SQLite opens it: -wal and -shm take the mode of the main file.
                os.close(os.open(self._path, os.O_CREAT | os.O_RDWR, 0o600))
            elif not os.path.exists(self._path):
                msg = f"there is no store at {self._path}"
                raise StoreError(msg)
            self._db = sqlite3.connect(
                self._path, timeout=_PATIENCE, isolation_level=None, check_same_thread=False, cached_statements=32
            )
            try:
                self._prepare(create=create)
            except BaseException:
                self._db.close()
                raise

    def _prepare(self, *, create: bool) -> None:
        raise NotImplementedError

    def close(self) -> None:
        """Let go of the file."""
        self._db.close()

    def _durable(self) -> None:
        self._db.execute("PRAGMA journal_mode=WAL")
        self._db.execute("PRAGMA synchronous=FULL")
        # What is deleted is overwritten with zeros: what somebody wrote must not stay in free pages of the file.
        self._db.execute("PRAGMA secure_delete=ON")

    def _forget(self) -> None:
        """Empty the `-wal` as well, which holds what was deleted until it is written over, days later on a quiet site.

        Others who read or write just now keep it; the next deletion tries again. https://sqlite.org/pragma.html
        """
        with self._lock, contextlib.suppress(sqlite3.Error):
            self._db.execute("PRAGMA busy_timeout=200")
            try:
                self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
            finally:
                self._db.execute(f"PRAGMA busy_timeout={_PATIENCE * 1000:.0f}")

    def _columns(self, table: str) -> set[str]:
        return {name for _, name, *_ in self._db.execute(f"PRAGMA table_info({table})")}

    def _row(self, statement: str, *values: object) -> tuple[str, ...] | None:
        with self._lock, _translated():
            row: tuple[str, ...] | None = self._db.execute(statement, values).fetchone()
            return row

    @contextlib.contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        with self._lock, _translated():
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield self._db
                self._db.execute("COMMIT")
            except BaseException:
                # A full disk rolls back by itself or not, and a failed commit leaves the transaction open: then
                # every later BEGIN would fail, long after the disk has room again.
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")
                raise


class SqliteStore(_Database):
    """Leads, marks and meters in the SQLite file `path`."""

    def __init__(self, path: Path | str, *, create: bool = True) -> None:
        #: Ids of records that could not be read (damaged, or written by a newer program), as far as was looked.
        self.unreadable: set[str] = set()
        super().__init__(path, create=create)

    def _prepare(self, *, create: bool) -> None:
        if not create:
            # Somebody only looks: what is not a store of ours must stay as it is, byte for byte.
            if not self._columns("leads") >= _COLUMNS:
                msg = f"{self._path} is not a store of leads"
                raise StoreError(msg)
            return
        self._durable()
        self._db.executescript(_SCHEMA)
        self._db.execute("BEGIN IMMEDIATE")  # two servers that open an older store at once must not both add a column
        for column in _ADDED.keys() - self._columns("leads"):
            self._db.execute(f"ALTER TABLE leads ADD COLUMN {column} {_ADDED[column]}")
        self._db.execute("COMMIT")
        self._db.executescript(_INDEXES)

    def add(self, lead: Lead, *, unless: Sequence[str] = ()) -> Lead:
        """See `ports.Store.add`."""
        keys = (lead.key, *unless)
        # Two tries of one message, A and its retry B, on either side of a window's end:
        #
        #   window 7 ............ | window 8 ............
        #            A: key 7     |  B: key 8
        #            unless 6, 8  |  unless 7, 9
        #
        # The transaction takes the write lock first (IMMEDIATE), so one of the two sees the other's key whatever the
        # order, and the keys of the neighbouring windows make "the same within the window" hold across its end.
        with self._writing() as db:
            marks = ",".join("?" * len(keys))
            row = db.execute(f"SELECT body FROM leads WHERE key IN ({marks}) LIMIT 1", keys).fetchone()  # noqa: S608
            if row is not None:
                return _read(row[0])
            db.execute(
                "INSERT INTO leads (id, key, form, created, due, revision, body, person, until) "
                "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (lead.id, lead.key, lead.form, lead.created, lead.due, lead.revision, to_json(lead), *_later(lead)),
            )
        return lead

    def get(self, lead_id: str) -> Lead | None:
        """See `ports.Store.get`."""
        row = self._row("SELECT body FROM leads WHERE id = ?", lead_id)
        return _read(row[0]) if row else None

    def replace(self, old: Lead, new: Lead) -> bool:
        """See `ports.Store.replace`."""
        written = new._replace(revision=old.revision + 1)
        with self._writing() as db:
            done = db.execute(
                "UPDATE leads SET due = ?, revision = ?, body = ?, person = ?, until = ? WHERE id = ? AND revision = ?",
                (written.due, written.revision, to_json(written), *_later(written), old.id, old.revision),
            )
            return done.rowcount == 1

    def due(self, now: float, limit: int) -> list[Lead]:
        """See `ports.Store.due`; a record that cannot be read is passed over, it must not stop the others' mail."""
        query = "SELECT id, body FROM leads WHERE due IS NOT NULL AND due <= ? ORDER BY due LIMIT ?"
        while True:
            # The unreadable ones stay due for ever: asked for on top, so that they never fill the whole page.
            most = limit + len(self.unreadable)
            with self._lock, _translated():
                rows = self._db.execute(query, (now, most)).fetchall()
            known = len(self.unreadable)
            leads = [lead for lead in (self._readable(*row) for row in rows) if lead is not None]
            if leads or len(rows) < most or len(self.unreadable) == known:
                return leads[:limit]

    def scan(self) -> Iterator[Lead]:
        """See `ports.Store.scan`; reads in pages, so writers are never kept waiting."""
        created, lead_id = float("-inf"), ""
        while True:
            with self._lock, _translated():
                rows = self._db.execute(
                    "SELECT created, id, body FROM leads WHERE (created, id) > (?, ?) ORDER BY created, id LIMIT 500",
                    (created, lead_id),
                ).fetchall()
            if not rows:
                return
            for created, lead_id, body in rows:  # noqa: B007 - the last row is where the next page starts
                lead = self._readable(lead_id, body)
                if lead is not None:
                    yield lead

    def by_person(self, person: str) -> list[Lead]:
        """See `ports.Store.by_person`."""
        with self._lock, _translated():
            rows = self._db.execute(
                "SELECT id, body FROM leads WHERE person = ? AND person != '' ORDER BY created, id", (person,)
            ).fetchall()
        return [lead for lead in (self._readable(*row) for row in rows) if lead is not None]

    def remove(self, lead: Lead) -> bool:
        """See `ports.Store.remove`."""
        with self._writing() as db:
            gone = db.execute("DELETE FROM leads WHERE id = ? AND revision = ?", (lead.id, lead.revision)).rowcount
        if gone:
            self._forget()
        return gone == 1

    def purge(self, now: float, limit: int) -> int:
        """See `ports.Store.purge`."""
        with self._writing() as db:
            gone = db.execute(
                "DELETE FROM leads WHERE id IN (SELECT id FROM leads WHERE until > 0 AND until <= ? LIMIT ?)",
                (now, limit),
            ).rowcount
        if gone:
            self._forget()
        return gone

    def claim(self, key: str, value: str, *, now: float, until: float) -> bool:
        """See `ports.Marks.claim`."""
        with self._writing() as db:
            # What is over goes here, so the table stays as small as a repeat window; DynamoDB's TTL does the same.
            db.execute("DELETE FROM marks WHERE until > 0 AND until <= ?", (now,))
            done = db.execute(
                "INSERT INTO marks (key, value, until) VALUES (?1, ?2, ?3) ON CONFLICT (key) DO UPDATE "
                "SET value = ?2, until = ?3 WHERE value = ?2 OR (until > 0 AND until <= ?4)",
                (key, value, until, now),
            )
            return done.rowcount == 1

    def find(self, key: str, *, now: float) -> str | None:
        """See `ports.Marks.find`."""
        row = self._row("SELECT value FROM marks WHERE key = ? AND (until = 0 OR until > ?)", key, now)
        return str(row[0]) if row else None

    def drop(self, key: str) -> None:
        """See `ports.Marks.drop`."""
        with self._writing() as db:
            db.execute("DELETE FROM marks WHERE key = ?", (key,))

    def take(self, key: str, *, now: float, interval: float, burst: int) -> float:
        """See `ports.Meter.take`."""
        with self._writing() as db:
            db.execute("DELETE FROM meters WHERE full <= ?", (now,))
            row = db.execute("SELECT full FROM meters WHERE key = ?", (key,)).fetchone()
            full = (row[0] if row else now) + interval
            wait: float = full - now - interval * burst
            if wait > 0:
                return wait
            db.execute("INSERT OR REPLACE INTO meters (key, full) VALUES (?, ?)", (key, full))
            return 0.0

    def _readable(self, lead_id: str, body: str) -> Lead | None:
        try:
            return _read(body)
        except StoreError:
            self.unreadable.add(lead_id)
            return None


class SqliteVault(_Database):
    """Sensitive answers in a SQLite file of their own."""

    def _prepare(self, *, create: bool) -> None:
        if create:
            self._durable()
            self._db.executescript(_VAULT_SCHEMA)
        elif not self._columns("vault") >= {"key", "body", "until"}:
            msg = f"{self._path} is not a vault"
            raise StoreError(msg)

    def put(self, key: str, values: Mapping[str, str], *, until: float) -> None:
        """See `ports.Vault.put`."""
        with self._writing() as db:
            body = json.dumps(dict(values), ensure_ascii=False)
            db.execute("INSERT OR REPLACE INTO vault (key, body, until) VALUES (?, ?, ?)", (key, body, until))

    def open(self, key: str, *, now: float) -> dict[str, str] | None:
        """See `ports.Vault.open`."""
        row = self._row("SELECT body FROM vault WHERE key = ? AND until > ?", key, now)
        try:
            values: dict[str, str] | None = json.loads(row[0]) if row else None
        except ValueError as error:
            msg = "sqlite: the answers of a record cannot be read"
            raise StoreError(msg) from error
        return values

    def drop(self, key: str) -> None:
        """See `ports.Vault.drop`."""
        with self._writing() as db:
            gone = db.execute("DELETE FROM vault WHERE key = ?", (key,)).rowcount
        if gone:
            self._forget()

    def purge(self, now: float) -> int:
        """Delete what is over at `now`; DynamoDB's TTL does the same by itself."""
        with self._writing() as db:
            gone = db.execute("DELETE FROM vault WHERE until <= ?", (now,)).rowcount
        if gone:
            self._forget()
        return gone


def _later(lead: Lead) -> tuple[str, float]:
    return lead.person, lead.until


def _read(body: str) -> Lead:
    try:
        return from_json(body)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        msg = f"sqlite: a record cannot be read ({type(error).__name__})"
        raise StoreError(msg) from error


@contextlib.contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except (sqlite3.Error, OSError) as error:
        msg = f"sqlite: {type(error).__name__}: {error}"
        raise StoreError(msg) from error

"""What every store holds to. A new adapter inherits `StoreContract` and gives `store`; nothing else."""

from __future__ import annotations

import contextlib
import sqlite3
import threading
from typing import TYPE_CHECKING

import pytest

from forms.errors import StoreError
from forms.lead import Agreed
from forms.lead import Job
from forms.lead import Lead
from forms.lead import to_json
from forms.memory import MemoryStore
from forms.sqlite import SqliteStore

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Iterator
    from pathlib import Path

    from forms.dynamodb import DynamoStore
    from forms.ports import Store


def lead(name: str, *, due: float | None = None, created: float = 1000.0) -> Lead:
    jobs = (Job(f"{name}-notice-1", "notice", created, due),) if due is not None else ()
    return Lead(
        id=name,
        key=f"key-{name}",
        form="contact",
        created=created,
        values={"name": "Zoë \U0001f600", "message": "a\nb\t\u202ec"},
        agreed=(Agreed("consent", "contact-1", "ab" * 32, "You may", given=True, at=created),),
        page="home",
        release="r1",
        jobs=jobs,
    )


class StoreContract:
    @pytest.fixture
    def store(self) -> Iterator[Store]:
        raise NotImplementedError

    def test_what_is_added_comes_back_whole(self, store: Store) -> None:
        assert store.add(lead("a", due=5)) == lead("a", due=5)
        assert store.get("a") == lead("a", due=5)

    def test_an_unknown_id_is_none(self, store: Store) -> None:
        assert store.get("nobody") is None

    def test_the_same_key_keeps_the_first_record(self, store: Store) -> None:
        store.add(lead("a"))
        again = lead("b")._replace(key="key-a")
        assert store.add(again).id == "a"
        assert store.get("b") is None
        assert [one.id for one in store.scan()] == ["a"]

    def test_a_key_of_a_neighboring_window_keeps_the_first_record(self, store: Store) -> None:
        store.add(lead("a"))
        assert store.add(lead("b"), unless=("key-x", "key-a")).id == "a"
        assert store.add(lead("c"), unless=("key-x", "key-y")).id == "c"

    def test_of_many_at_once_with_one_key_one_is_kept(self, store: Store) -> None:
        kept: list[str] = []
        start = threading.Barrier(8)

        def add(number: int) -> None:
            start.wait()
            kept.append(store.add(lead(f"n{number}")._replace(key="same")).id)

        threads = [threading.Thread(target=add, args=(number,)) for number in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(kept) == 8
        assert len(set(kept)) == 1
        assert len(list(store.scan())) == 1

    def test_replace_writes_over_what_was_read(self, store: Store) -> None:
        first = store.add(lead("a"))
        assert store.replace(first, first._replace(confirmed=7.5))
        stored = store.get("a")
        assert stored is not None
        assert stored.confirmed == 7.5
        assert stored.revision == first.revision + 1

    def test_replace_refuses_when_somebody_was_faster(self, store: Store) -> None:
        first = store.add(lead("a"))
        assert store.replace(first, first._replace(confirmed=7.5))
        assert not store.replace(first, first._replace(confirmed=9.0))
        stored = store.get("a")
        assert stored is not None
        assert stored.confirmed == 7.5

    def test_replace_of_what_is_not_there_is_refused(self, store: Store) -> None:
        assert not store.replace(lead("a"), lead("a"))
        assert store.get("a") is None

    def test_due_gives_the_longest_waiting_first_and_no_more_than_asked(self, store: Store) -> None:
        for name, when in (("c", 30.0), ("a", 10.0), ("b", 20.0), ("later", 99.0)):
            store.add(lead(name, due=when))
        store.add(lead("nothing"))
        assert [one.id for one in store.due(30.0, 10)] == ["a", "b", "c"]
        assert [one.id for one in store.due(30.0, 2)] == ["a", "b"]
        assert list(store.due(9.9, 10)) == []

    def test_a_lead_whose_mails_are_done_is_not_due(self, store: Store) -> None:
        first = store.add(lead("a", due=10))
        store.replace(first, first.with_job(first.jobs[0]._replace(due=None, sent=11.0)))
        assert list(store.due(1e9, 10)) == []

    def test_scan_gives_the_oldest_first(self, store: Store) -> None:
        for name, created in (("b", 20.0), ("a", 30.0), ("c", 10.0)):
            store.add(lead(name, created=created))
        assert [one.id for one in store.scan()] == ["c", "b", "a"]

    def test_a_persons_leads_are_found_the_oldest_first(self, store: Store) -> None:
        for name, created, person in (("b", 20.0, "p1"), ("a", 10.0, "p1"), ("c", 5.0, "p2"), ("d", 1.0, "")):
            store.add(lead(name, created=created)._replace(person=person))
        assert [one.id for one in store.by_person("p1")] == ["a", "b"]
        assert list(store.by_person("p3")) == []
        assert list(store.by_person("")) == []

    def test_a_removed_lead_is_gone_and_its_key_is_free(self, store: Store) -> None:
        first = store.add(lead("a", due=5.0)._replace(person="p1"))
        assert store.remove(first)
        assert store.get("a") is None
        assert list(store.due(10, 10)) == list(store.scan()) == list(store.by_person("p1")) == []
        assert store.add(lead("b")._replace(key="key-a")).id == "b"

    def test_removing_is_refused_when_somebody_was_faster(self, store: Store) -> None:
        first = store.add(lead("a"))
        store.replace(first, first._replace(confirmed=1.0))
        assert not store.remove(first)
        assert store.get("a") is not None
        assert not store.remove(lead("nobody"))

    def test_what_is_kept_longer_than_it_may_be_is_purged_with_its_key(self, store: Store) -> None:
        for name, until in (("over", 50.0), ("edge", 60.0), ("later", 61.0), ("kept", 0.0)):
            store.add(lead(name)._replace(until=until))
        while store.purge(60.0, 1) == 1:
            pass
        assert store.purge(60.0, 10) == 0
        assert {one.id for one in store.scan()} == {"later", "kept"}
        assert store.get("over") is None
        assert store.add(lead("again")._replace(key="key-over")).id == "again"

    def test_a_later_end_is_kept_with_the_change_that_sets_it(self, store: Store) -> None:
        first = store.add(lead("a")._replace(until=50.0))
        assert store.replace(first, first._replace(until=500.0, person="p9"))
        store.purge(60.0, 10)
        assert [one.id for one in store.by_person("p9")] == ["a"]

    def test_a_store_can_change_while_it_is_scanned(self, store: Store) -> None:
        for number in range(3):
            store.add(lead(f"n{number}", created=float(number)))
        seen = []
        for one in store.scan():
            seen.append(one.id)
            store.replace(one, one._replace(confirmed=1.0))
        assert seen == ["n0", "n1", "n2"]


class TestMemoryStore(StoreContract):
    @pytest.fixture
    def store(self) -> Store:
        return MemoryStore()

    @pytest.mark.parametrize(
        "verb",
        ["add", "get", "replace", "due", "scan", "claim", "find", "drop", "by_person", "remove", "purge", "take"],
    )
    def test_each_verb_can_be_told_to_fail_once(self, verb: str) -> None:
        store = MemoryStore()
        store.fail[verb] = StoreError(verb)
        calls: dict[str, Callable[[], object]] = {
            "add": lambda: store.add(lead("a")),
            "get": lambda: store.get("a"),
            "replace": lambda: store.replace(lead("a"), lead("a")),
            "due": lambda: store.due(0, 1),
            "scan": lambda: list(store.scan()),
            "claim": lambda: store.claim("k", "v", now=0, until=0),
            "find": lambda: store.find("k", now=0),
            "drop": lambda: store.drop("k"),
            "by_person": lambda: store.by_person("p"),
            "remove": lambda: store.remove(lead("a")),
            "purge": lambda: store.purge(0, 1),
            "take": lambda: store.take("k", now=0, interval=1, burst=1),
        }
        with pytest.raises(StoreError):
            calls[verb]()
        calls[verb]()


class TestSqliteStore(StoreContract):
    @pytest.fixture
    def store(self, tmp_path: Path) -> Iterator[Store]:
        store = SqliteStore(tmp_path / "data" / "leads.sqlite3")
        yield store
        store.close()

    def test_a_scan_over_several_pages_misses_nothing(self, tmp_path: Path) -> None:
        store = SqliteStore(tmp_path / "leads.sqlite3")
        store._db.execute("PRAGMA synchronous=OFF")  # 1,100 synced commits would only be slow
        for number in range(1100):
            store.add(lead(f"n{number:04}", created=float(number // 7)))
        assert [one.id for one in store.scan()] == [f"n{number:04}" for number in range(1100)]
        store.close()

    def test_two_processes_see_each_other(self, tmp_path: Path) -> None:
        here, there = (SqliteStore(tmp_path / "leads.sqlite3") for _ in range(2))
        here.add(lead("a"))
        assert there.add(lead("b")._replace(key="key-a")).id == "a"
        here.close()
        there.close()

    @pytest.mark.parametrize("how", ["remove", "purge"])
    def test_what_is_deleted_leaves_file_and_log_while_a_server_has_them_open(self, tmp_path: Path, how: str) -> None:
        server, desk = (SqliteStore(tmp_path / "leads.sqlite3") for _ in range(2))
        long = {"message": "XYZZY-12345 " * 2000}  # on pages of its own, which become free pages
        server.add(lead("a")._replace(values=long, until=5.0))
        server.add(lead("b"))
        assert desk.remove(next(server.scan())) if how == "remove" else desk.purge(6, 10) == 1
        assert [one.id for one in server.scan()] == ["b"]
        assert not [one.name for one in tmp_path.iterdir() if b"XYZZY" in one.read_bytes()]
        server.close()
        desk.close()

    def test_files_are_for_the_owner_only(self, tmp_path: Path) -> None:
        store = SqliteStore(tmp_path / "deep" / "leads.sqlite3")
        store.add(lead("a"))
        modes = {path.name: path.stat().st_mode & 0o777 for path in (tmp_path / "deep").iterdir()}
        assert modes["leads.sqlite3"] == 0o600
        assert modes["leads.sqlite3-wal"] == 0o600
        assert set(modes.values()) == {0o600}
        store.close()

    def test_every_commit_is_synced(self, tmp_path: Path) -> None:
        store = SqliteStore(tmp_path / "leads.sqlite3")
        assert store._db.execute("PRAGMA journal_mode").fetchone() == ("wal",)
        assert store._db.execute("PRAGMA synchronous").fetchone() == (2,)  # FULL
        store.close()

    def test_a_broken_file_is_a_store_error(self, tmp_path: Path) -> None:
        (tmp_path / "leads.sqlite3").write_bytes(b"this is no database at all, " * 100)
        with pytest.raises(StoreError):
            SqliteStore(tmp_path / "leads.sqlite3")

    def test_reading_does_not_make_a_store(self, tmp_path: Path) -> None:
        with pytest.raises(StoreError):
            SqliteStore(tmp_path / "leads.sqlite3", create=False)
        assert not (tmp_path / "leads.sqlite3").exists()

    def test_a_record_of_a_newer_version_is_refused(self) -> None:
        from forms.lead import from_json
        from forms.lead import to_json

        with pytest.raises(ValueError, match="newer"):
            from_json(to_json(lead("a")).replace('"version":2', '"version":3'))

    def test_a_store_of_the_release_before_is_brought_up_to_date(self, tmp_path: Path) -> None:
        path = tmp_path / "leads.sqlite3"
        body = to_json(lead("old")).replace('"version":2', '"version":1').replace(',"proofs":[]', "")
        with contextlib.closing(sqlite3.connect(path)) as db, db:
            db.execute(
                "CREATE TABLE leads (id TEXT PRIMARY KEY, key TEXT NOT NULL UNIQUE, form TEXT NOT NULL, created REAL "
                "NOT NULL, due REAL, revision INTEGER NOT NULL, body TEXT NOT NULL) STRICT"
            )
            db.execute("INSERT INTO leads VALUES ('old', 'key-old', 'contact', 1000.0, NULL, 0, ?)", (body,))
        with contextlib.closing(SqliteStore(path)) as store:
            old = store.get("old")
            assert old == lead("old")
            assert store.replace(old, old._replace(person="p1"))
            assert [one.id for one in store.by_person("p1")] == ["old"]
        with contextlib.closing(SqliteStore(path)) as again:
            assert [one.id for one in again.scan()] == ["old"]

    def test_a_damaged_record_stops_neither_the_mail_nor_the_listing_of_the_others(self, tmp_path: Path) -> None:
        store = SqliteStore(tmp_path / "leads.sqlite3")
        for number, body in enumerate(["{not json", "{}", '{"version":99}', "[]"]):
            store.add(lead(f"bad{number}", due=1.0, created=1.0))
            store._db.execute("UPDATE leads SET body = ? WHERE id = ?", (body, f"bad{number}"))
        store.add(lead("good", due=5.0))
        assert [one.id for one in store.due(10, 1)] == ["good"]
        assert [one.id for one in store.scan()] == ["good"]
        assert store.unreadable == {"bad0", "bad1", "bad2", "bad3"}
        with pytest.raises(StoreError, match="cannot be read"):
            store.get("bad1")
        store.close()

    def test_looking_into_somebody_elses_file_changes_nothing_in_it(self, tmp_path: Path) -> None:
        for name, script in (("other", "CREATE TABLE notes (id TEXT)"), ("leads", "CREATE TABLE leads (id TEXT)")):
            path = tmp_path / f"{name}.sqlite3"
            with contextlib.closing(sqlite3.connect(path)) as db:
                db.executescript(script)
            before = path.read_bytes()
            with pytest.raises(StoreError, match="not a store of leads"):
                SqliteStore(path, create=False)
            assert path.read_bytes() == before
        empty = tmp_path / "empty.sqlite3"
        empty.touch()
        with pytest.raises(StoreError, match="not a store of leads"):
            SqliteStore(empty, create=False)
        assert empty.read_bytes() == b""

    def test_a_commit_that_fails_leaves_the_store_usable(self, tmp_path: Path) -> None:
        store = SqliteStore(tmp_path / "leads.sqlite3")
        store._db.execute("PRAGMA foreign_keys=ON")
        store._db.execute("CREATE TABLE checks (id TEXT REFERENCES leads (id) DEFERRABLE INITIALLY DEFERRED) STRICT")
        # A constraint that is looked at only by COMMIT: the one way to make a commit fail without breaking a disk.
        with pytest.raises(StoreError, match="FOREIGN KEY"), store._writing() as db:
            db.execute("INSERT INTO checks VALUES ('nobody')")
        assert store.add(lead("after")).id == "after"
        store.close()


class TestDynamoStore(StoreContract):
    @pytest.fixture
    def store(self, dynamo: Callable[[str], DynamoStore], moto_url: str) -> Store:
        return dynamo(moto_url)


@pytest.mark.node
class TestDynamoStoreOnDynalite(StoreContract):
    @pytest.fixture
    def store(self, dynamo: Callable[[str], DynamoStore], dynalite_url: str) -> Store:
        return dynamo(dynalite_url)

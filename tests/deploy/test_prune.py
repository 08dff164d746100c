"""What is live, was live, is looked at or is young stays; the rest goes, in bounds, and from a crash onward."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING
from typing import Any

import pytest

from microsite.deploy import archive
from microsite.deploy.job import Limits
from microsite.deploy.memory import Crash
from microsite.deploy.memory import Faults
from microsite.deploy.prune import GRACE
from microsite.deploy.prune import due
from microsite.deploy.prune import prune
from microsite.errors import Refused

from .conftest import NOON
from .conftest import SITE
from .conftest import lay
from .conftest import page

if TYPE_CHECKING:
    from microsite.deploy.prune import Pruned

    from .conftest import Account

DAY = 86_400.0
#: Nothing goes while the releases are made.
KEPT = Limits(parallel=1, keep=1000)


def edition(number: int) -> dict[str, str | bytes]:
    """A site with a sheet of its own; the search index is the same in all."""
    sheet = f"assets/e.{number:010x}.css"
    own = page(f"Edition {number}", head=f'<link rel="stylesheet" href="/{sheet}">')
    return {**SITE, "a/index.html": own, sheet: f"p{{order:{number}}}"}


def with_releases(account: Account, count: int, *, apart: float = DAY) -> list[str]:
    made = []
    for number in range(count):
        lay(account.folder, edition(number))
        made.append(account.release(KEPT).release)
        account.clock += apart
    return made


def run(account: Account, *, keep: int = 3, keep_days: float = 0, max_delete: int = 500, **options: Any) -> Pruned:
    values = account.pointer.values
    state = {"live": values["release"], "previous": values.get("previous", ""), "previews": []}
    return prune(
        account.bucket, keep=keep, keep_days=keep_days, max_delete=max_delete, now=account.clock, **(state | options)
    )


def whole(account: Account, releases: list[str]) -> bool:
    """Whether each of these releases still has every file that its manifest names."""
    for release in releases:
        for one in archive.read(account.bucket, release).entries:
            if one.key(release) not in account.bucket.objects:
                return False
    return True


def test_number_and_age_must_both_be_over() -> None:
    names = [f"2026110{day}t120000z-00000000" for day in range(1, 8)]
    now = time.mktime((2026, 11, 8, 12, 0, 0, 0, 0, 0)) - time.timezone
    assert due(names, (), keep=3, keep_days=0, now=now) == names[:4]
    assert due(names, (), keep=0, keep_days=4.5, now=now) == names[:3]
    assert due(names, (), keep=5, keep_days=4.5, now=now) == names[:2]
    assert due(names, {names[0], names[2]}, keep=3, keep_days=0, now=now) == [names[1], names[3]]
    assert due([], (), keep=3, keep_days=0, now=now) == []


def test_old_releases_go_with_what_only_they_need(account: Account) -> None:
    made = with_releases(account, 6)
    account.clock += GRACE
    done = run(account)
    assert done.releases == made[:3]
    left = set(account.bucket.objects)
    assert whole(account, made[3:])
    assert {key.split("/")[1] for key in left if key.startswith("releases/")} == set(made[3:])
    assert {key for key in left if key.startswith("assets/e.")} == {
        f"assets/e.{number:010x}.css" for number in (3, 4, 5)
    }
    assert "assets/s.0123456789.css" in left
    assert archive.releases(account.bucket) == tuple(made[3:])
    assert not any("pruned" in key for key in left)
    assert run(account).objects == 0


def test_the_live_the_previous_and_the_looked_at_stay_however_old(account: Account) -> None:
    made = with_releases(account, 6)
    account.pointer.values |= {"release": made[1], "previous": made[0]}
    account.clock += 400 * DAY
    done = run(account, keep=0, previews=[made[3]])
    assert done.releases == [made[2], made[4], made[5]]
    assert whole(account, [made[0], made[1], made[3]])


def test_young_releases_stay_however_many(account: Account) -> None:
    with_releases(account, 5, apart=60)
    assert run(account, keep=1, keep_days=30).objects == 0


def test_no_more_than_the_limit_is_deleted_and_the_next_run_goes_on(account: Account) -> None:
    made = with_releases(account, 5)
    account.clock += GRACE
    before = len(account.bucket.objects)
    rounds = 0
    while True:
        count = len(account.bucket.objects)
        done = run(account, keep=1, max_delete=7)
        rounds += 1
        assert done.objects <= 7
        # What has begun to go is no release any more; all others are whole.
        assert whole(account, list(archive.releases(account.bucket)))
        assert {made[3], made[4]} <= set(archive.releases(account.bucket))
        if not done.left:
            break
        assert len(account.bucket.objects) < count
    assert rounds == 5
    assert archive.releases(account.bucket) == tuple(made[3:])
    assert before - len(account.bucket.objects) > 3 * 8
    assert run(account, keep=1, max_delete=0).objects == 0


def test_hashed_files_of_a_release_that_was_live_a_moment_ago_stay_for_pages_that_are_open(account: Account) -> None:
    made = with_releases(account, 4, apart=60)
    assert run(account, keep=1).releases == []
    assert "assets/e.0000000000.css" in account.bucket.objects
    assert not any(key.startswith(f"releases/{made[0]}/") for key in account.bucket.objects)
    account.clock += GRACE
    assert run(account, keep=1).releases == made[:2]
    assert "assets/e.0000000000.css" not in account.bucket.objects


def test_a_bucket_that_is_not_the_one_of_the_live_release_is_left_alone(account: Account) -> None:
    with_releases(account, 4)
    before = dict(account.bucket.objects)
    for live in ("", "20260101t000000z-00000000"):
        with pytest.raises(Refused, match="is not in this bucket"):
            run(account, keep=0, live=live)
    assert account.bucket.objects == before


def test_a_manifest_that_cannot_be_read_stops_it_before_anything_is_deleted(account: Account) -> None:
    made = with_releases(account, 4)
    key = archive.key_of(made[2])
    account.bucket.objects[key] = account.bucket.objects[key]._replace(body=b"{")
    before = dict(account.bucket.objects)
    with pytest.raises(Refused, match="damaged"):
        run(account, keep=1)
    assert account.bucket.objects == before


def test_what_was_begun_and_never_finished_goes_after_a_week(account: Account) -> None:
    first = with_releases(account, 1)
    lay(account.folder, edition(7))
    account.fault(Faults(crash=14))
    with pytest.raises(Crash):
        account.release(KEPT)
    account.fault(None)
    assert "assets/e.0000000007.css" in account.bucket.objects
    assert run(account).objects == 0
    account.clock += 8 * DAY
    assert run(account).objects >= 3
    assert not any("pending" in key or "e.0000000007" in key for key in account.bucket.objects)
    assert {key.split("/")[1] for key in account.bucket.objects if key.startswith("releases/")} == set(first)


def test_whatever_call_it_dies_at_what_is_kept_is_whole_and_the_next_run_finishes(account: Account) -> None:
    made = with_releases(account, 5)
    account.clock += GRACE
    objects = dict(account.bucket.objects)
    number = 0
    while True:
        number += 1
        finished = []
        for when in ("before", "after"):
            account.bucket.objects = dict(objects)
            account.fault(Faults(crash=number, when=when))
            try:
                run(account, keep=1)
                finished.append(True)
            except Crash:
                finished.append(False)
            account.fault(None)
            assert whole(account, list(archive.releases(account.bucket))), (number, when)
            run(account, keep=1)
            assert {key.split("/")[1] for key in account.bucket.objects if key.startswith("releases/")} == set(made[3:])
            assert not any("pruned" in key or "e.0000000000" in key for key in account.bucket.objects)
        if all(finished):
            break
    assert number > 20


def test_a_release_clears_away_after_itself(account: Account) -> None:
    made = with_releases(account, 4, apart=40 * DAY)
    lay(account.folder, SITE)
    done = account.release(Limits(parallel=1, keep=2, keep_days=30))
    assert done.pruned.releases == made[:3]
    assert archive.releases(account.bucket) == (made[3], done.release)
    assert done.warnings == ()
    assert account.clock > NOON


def test_what_goes_wrong_there_is_a_warning_and_not_a_failed_release(account: Account) -> None:
    made = with_releases(account, 3, apart=40 * DAY)
    key = archive.key_of(made[0])
    account.bucket.objects[key] = account.bucket.objects[key]._replace(body=b"{")
    lay(account.folder, SITE)
    done = account.release(Limits(parallel=1, keep=10))
    assert done.warnings == ()
    lay(account.folder, edition(9))
    account.clock += 40 * DAY
    done = account.release(Limits(parallel=1, keep=4, max_delete=2))
    assert account.live == done.release
    assert "1 old release(s) wait for the next time: release.max_delete is 2" in done.warnings[0]

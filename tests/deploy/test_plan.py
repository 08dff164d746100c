"""A plan says of every object what happens and why, and the same site makes an empty one."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from microsite.deploy import archive
from microsite.deploy.files import read_site
from microsite.deploy.job import Limits
from microsite.deploy.memory import Faults
from microsite.deploy.plan import demand_few_gone
from microsite.deploy.plan import make_plan
from microsite.errors import Refused

from .conftest import SITE
from .conftest import lay
from .conftest import page

if TYPE_CHECKING:
    from microsite.deploy.plan import Plan

    from .conftest import Account


def told(plan: Plan) -> dict[str, tuple[str, str]]:
    return {one.entry.path: (one.verb, one.why) for one in plan.actions}


def test_the_first_plan_sends_everything_because_it_is_new(account: Account) -> None:
    plan, _ = account.plan()
    assert set(told(plan).values()) == {("send", "new")}
    assert plan.live == ""
    assert plan.bytes == sum(len(text) for text in SITE.values())
    assert plan.requests == {"put": len(SITE) + 3, "copy": 0, "get": 1, "list": 1, "delete": 1}


def test_every_reason_is_told(account: Account) -> None:
    account.release()
    live = archive.read(account.bucket, account.live)
    changed = {
        "robots.txt": ("text/html", None),
        "search/worker.js": (None, "no-store"),
        "assets/s.0123456789.css": (None, "x"),
    }

    def with_other_headers(path: str) -> tuple[str | None, str | None]:
        return changed.get(path, (None, None))

    entries = tuple(
        one._replace(
            headers=one.headers._replace(
                content_type=with_other_headers(one.path)[0] or one.headers.content_type,
                cache_control=with_other_headers(one.path)[1] or one.headers.cache_control,
            )
        )
        for one in live.entries
    )
    packed = next(one for one in entries if one.path == "search/r.0.bin")
    entries = (
        *(one for one in entries if one is not packed),
        packed._replace(headers=packed.headers._replace(content_encoding="")),
    )
    lay(account.folder, {**SITE, "index.html": page("New"), "b/index.html": page("b")})
    (account.folder / "a/index.html").unlink()
    plan = make_plan(read_site(account.folder), replace(live, entries=entries))
    assert told(plan) == {
        "404.html": ("copy", "same"),
        "a/index.html": ("drop", "gone"),
        "assets/s.0123456789.css": ("copy", "headers"),
        "b/index.html": ("send", "new"),
        "index.html": ("send", "content"),
        "robots.txt": ("copy", "type"),
        "search/manifest.bin": ("copy", "same"),
        "search/r.0.bin": ("send", "headers"),
        "search/t.00ff12345.bin": ("keep", "same"),
        "search/worker.js": ("copy", "headers"),
    }
    text = list(plan.lines())
    assert [line.split()[:2] for line in text if "same" in line] == []
    assert any(line.startswith("send  content ") and line.endswith("  index.html") for line in text)
    assert len(list(plan.lines(every=True))) == len(text) + 3
    assert plan.summary() == f"3 to send ({plan.bytes:,} bytes), 5 to copy on the server, 1 kept, 1 gone"


def test_the_same_input_makes_the_same_plan_byte_for_byte_and_an_empty_one_when_it_is_live(account: Account) -> None:
    assert json.dumps(account.plan()[0].as_dict()) == json.dumps(account.plan()[0].as_dict())
    account.release()
    plan, _ = account.plan()
    assert plan.empty
    assert plan.as_dict()["actions"] == []
    assert plan.summary() == f"nothing to send: the site is release {account.live}"
    assert (set(plan.requests.values()), plan.reads, plan.bytes) == ({0}, 0, 0)
    assert list(plan.lines()) == []


def test_a_plan_lists_no_objects(account: Account) -> None:
    account.release()
    lay(account.folder, {**SITE, "index.html": page("New")})
    account.fault(faults := Faults())
    account.plan()
    assert faults.calls == ["get", "get"]


def test_the_cost_is_that_of_its_requests(account: Account) -> None:
    plan, _ = account.plan()
    prices = {"put": 0.01, "get": 0.001, "read": 0.0001}
    assert plan.reads == len(SITE) - 1 + 2
    assert plan.cost(prices) == pytest.approx((len(SITE) + 3 + 1) * 0.01 + 0.001 + plan.reads * 0.0001)
    assert plan.as_dict(prices)["cost_usd"] == round(plan.cost(prices), 6)
    assert plan.as_dict()["cost_usd"] is None


def test_the_requests_of_the_plan_are_those_of_the_apply(account: Account) -> None:
    for files in (
        SITE,
        {**SITE, "index.html": page("New")},
        {**SITE, "index.html": page("Newer"), "b/index.html": page("b")},
    ):
        lay(account.folder, files)
        plan, _ = account.plan()
        account.clock += 60
        planned = account.plan()
        account.plan = lambda **_: planned  # type: ignore[method-assign] # noqa: B023 - called at once
        account.fault(faults := Faults())
        account.asked.clear()
        account.release()
        account.fault(None)
        del account.plan
        # read, peek and write are of the other port; `get` and `list` are also of the deletion of old releases
        assert {verb: faults.calls.count(verb) for verb in plan.requests} == plan.requests
        assert len(account.asked) >= plan.reads


@pytest.mark.parametrize("kind", ["redirects", "besides"])
def test_what_is_no_file_makes_a_release_too(account: Account, kind: str) -> None:
    account.release()
    if kind == "redirects":
        lay(account.folder, {**SITE, "redirects.json": '{"/was/": "/a/"}'})
        plan, _ = account.plan()
        assert plan.redirects == {"/was/": "/a/"}
    else:
        plan, _ = account.plan(besides=("the functions' code",))
        assert "the functions' code" in list(plan.lines())[-1]
    assert not plan.empty
    assert plan.counts() == {"send": 0, "copy": 7, "keep": 2, "drop": 0}


def test_a_release_that_takes_too_much_away_is_refused_before_anything_is_sent(account: Account) -> None:
    pages: dict[str, str | bytes] = {f"p{number}/index.html": page(f"{number}") for number in range(30)}
    lay(account.folder, {**SITE, **pages})
    account.release()
    account.clock += 60
    lay(account.folder, SITE)
    before = dict(account.bucket.objects)
    with pytest.raises(Refused, match="take away 30 files; at most 29 may go") as refused:
        account.release(Limits(parallel=1, max_delete=29))
    assert "--max-delete 30" in refused.value.fix
    with pytest.raises(Refused, match="take away 30 of 33 pages"):
        account.release(Limits(parallel=1, max_delete=500))
    assert account.bucket.objects == before
    account.release(Limits(parallel=1, max_delete=30, agreed=True))
    assert account.seen().keys() == SITE.keys()


def test_renamed_parts_of_the_index_do_not_count_as_taken_away(account: Account) -> None:
    parts: dict[str, str | bytes] = {f"search/t.{number:09x}.bin": b"x" for number in range(40)}
    lay(account.folder, {**SITE, **parts})
    account.release()
    lay(account.folder, SITE)
    plan, _ = account.plan()
    assert len(plan.of("drop")) == 40
    demand_few_gone(plan, 0)

"""A release is whole or not there, whatever happens on the way."""

from __future__ import annotations

from typing import TYPE_CHECKING
from typing import Any

import pytest

from microsite.deploy import archive
from microsite.deploy.job import Limits
from microsite.deploy.job import Steps
from microsite.deploy.memory import Crash
from microsite.deploy.memory import Faults
from microsite.errors import AccessDenied
from microsite.errors import DeployError
from microsite.errors import Interrupted
from microsite.errors import Locked
from microsite.errors import Refused
from microsite.errors import Unverified

from .conftest import SITE
from .conftest import Account
from .conftest import lay
from .conftest import page

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Mapping
    from pathlib import Path

    from microsite.deploy.verify import Door
    from microsite.deploy.web import Answer

#: One page edited, one new, one gone, one part of the index renamed.
EDITED: Mapping[str, str | bytes] = {
    **{path: content for path, content in SITE.items() if path not in {"a/index.html", "search/t.00ff12345.bin"}},
    "index.html": page('New words, and <a href="/b/">b</a>'),
    "b/index.html": page("A new page"),
    "search/t.00ff54321.bin": b"other shard " * 9,
    "search/r.0.bin": b"other record " * 9,
}


def files(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_after_a_release_visitors_get_the_folder_byte_for_byte(account: Account) -> None:
    made = account.release()
    assert account.live == made.release == "20261121t134500z-" + account.plan()[0].digest[:8]
    assert account.seen() == files(account.folder)
    assert not any(key.startswith("manifests/pending") for key in account.bucket.objects)


def test_every_object_is_stored_with_its_headers(account: Account) -> None:
    made = account.release()
    stored = {key.removeprefix(f"releases/{made.release}/"): one.headers for key, one in account.bucket.objects.items()}
    immutable, again = "public, max-age=31536000, immutable", "public, max-age=0, must-revalidate"
    assert stored["index.html"] == ("text/html; charset=utf-8", again, "")
    assert stored["assets/s.0123456789.css"] == ("text/css; charset=utf-8", immutable, "")
    assert stored["search/t.00ff12345.bin"] == ("application/octet-stream", immutable, "br")
    assert stored["search/r.0.bin"] == stored["search/manifest.bin"] == ("application/octet-stream", again, "br")
    assert stored["search/worker.js"] == ("text/javascript; charset=utf-8", again, "")


def test_an_edit_sends_what_is_new_and_copies_the_rest_on_the_server(account: Account) -> None:
    first = account.release()
    lay(account.folder, EDITED)
    plan, _ = account.plan()
    account.fault(faults := Faults())
    account.clock += 60
    second = account.release()
    assert second.sent.objects == 4
    assert second.sent.copied == 4  # 404.html, robots.txt, search/manifest.bin, search/worker.js
    assert account.seen() == files(account.folder)
    assert account.pointer.values["previous"] == first.release
    told = {name: faults.calls.count(name) for name in ("put", "copy", "list", "delete")}
    assert {**plan.requests, "get": told.get("get", 1)} == {**told, "get": 1}
    assert account.plan()[0].empty
    # The release before is whole as well: going back is the one write.
    account.pointer.values["release"] = first.release
    assert account.seen() == {path: text if isinstance(text, bytes) else text.encode() for path, text in SITE.items()}


def test_the_switch_is_one_write(account: Account) -> None:
    account.release()
    lay(account.folder, EDITED)
    account.clock += 60
    writes: list[dict[str, Any]] = []
    real = account.pointer.write

    def write(changes: Mapping[str, str | None], *, etag: str) -> str:
        writes.append(dict(changes))
        return real(changes, etag=etag)

    account.pointer.write = write  # type: ignore[method-assign]
    account.release()
    assert [sorted(one) for one in writes] == [["lock"], ["previous", "release"], ["lock"]]


def test_whatever_call_the_deployer_dies_at_visitors_see_one_whole_release_and_the_next_run_finishes(
    tmp_path: Path,
) -> None:
    old = {path: text if isinstance(text, bytes) else text.encode() for path, text in SITE.items()}
    new = {path: text if isinstance(text, bytes) else text.encode() for path, text in EDITED.items()}
    number, seen = 0, set()
    while True:
        number += 1
        done = []
        for when in ("before", "after"):
            account = Account(lay(tmp_path / f"site{number}{when}", SITE))
            account.bucket._now = account.now
            account.release()
            lay(account.folder, EDITED)
            account.clock += 60
            account.fault(faults := Faults(crash=number, when=when))
            try:
                account.release()
                done.append(True)
            except Crash:
                done.append(False)
            account.fault(None)
            visible = account.seen()
            assert visible in (old, new), (number, when)
            seen.add(visible == new)
            # The lock of the dead one is over; the next run, on another machine, finishes.
            account.clock += 3600
            begun = set(account.bucket.objects)
            if not account.plan()[0].empty:
                again = account.release()
                assert again.resumed == any(key.startswith("manifests/pending") for key in begun)
            assert account.seen() == new, (number, when, faults.calls)
            assert account.plan()[0].empty
            releases = {key.split("/")[1] for key in account.bucket.objects if key.startswith("releases/")}
            assert len(releases) == 2, "no half release is left behind"
        if all(done):
            break
    assert seen == {True, False}
    assert number == 20


def test_what_an_interrupted_run_sent_is_not_sent_again(account: Account) -> None:
    account.fault(Faults(crash=10))  # read, write (lock), get, put (note), then files
    with pytest.raises(Crash):
        account.release()
    there = {key for key in account.bucket.objects if not key.startswith("manifests/")}
    assert len(there) == 5
    account.clock += 3600
    account.fault(faults := Faults())
    made = account.release()
    assert made.resumed
    assert made.release.startswith("20261121t134500z"), "the release that was begun is the one that is made"
    assert (made.sent.found, made.sent.objects) == (5, 4)
    assert faults.calls.count("put") == 4 + 2  # files, then list of files and manifest


def test_a_file_that_an_interrupted_run_left_damaged_is_sent_again(account: Account) -> None:
    account.fault(Faults(crash=10))
    with pytest.raises(Crash):
        account.release()
    account.fault(None)
    key = next(key for key in account.bucket.objects if key.endswith("/404.html"))
    account.bucket.objects[key] = account.bucket.objects[key]._replace(body=b"half")
    account.clock += 3600
    account.release()
    assert account.seen() == files(account.folder)


def test_another_site_after_an_interrupted_one_is_another_release(account: Account) -> None:
    account.fault(Faults(crash=10))
    with pytest.raises(Crash):
        account.release()
    account.fault(None)
    account.clock += 3600
    lay(account.folder, EDITED)
    made = account.release()
    assert not made.resumed
    assert account.seen() == files(account.folder)


@pytest.mark.parametrize("verb", ["get", "put", "copy", "write"])
def test_a_verb_that_fails_leaves_the_old_release_live_and_gives_its_words(account: Account, verb: str) -> None:
    account.release()
    old = account.seen()
    lay(account.folder, EDITED)
    account.clock += 60
    plan = account.plan
    planned = plan()
    account.plan = lambda **_: planned  # type: ignore[method-assign] # the plan's own reads are not what fails here
    account.fault(Faults(fail={verb: AccessDenied("may not", action=f"s3:{verb}")}))
    with pytest.raises(AccessDenied, match="may not"):
        account.release()
    account.fault(None)
    account.plan = plan  # type: ignore[method-assign]
    assert account.seen() == old


def test_a_lock_keeps_the_second_deployer_out_before_anything_is_sent(account: Account) -> None:
    account.pointer.values["lock"] = '{"by": "bob@ci", "until": 1795269000, "run": "other"}'
    with pytest.raises(Locked, match="bob@ci is releasing"):
        account.release()
    assert account.bucket.objects == {}


def test_a_plan_over_a_release_that_is_not_live_any_more_is_refused(account: Account) -> None:
    account.release()
    lay(account.folder, EDITED)
    planned = account.plan()
    account.pointer.values["release"] = "20261121t140000z-00000000"
    account.plan = lambda **_: planned  # type: ignore[method-assign]
    before = dict(account.bucket.objects)
    with pytest.raises(Refused, match="the live release is 20261121t140000z-00000000"):
        account.release()
    assert account.bucket.objects == before
    assert "lock" not in account.pointer.values


def spoil(body: bytes | None = None, status: int | None = None, **headers: str) -> Callable[[Answer], Answer]:
    def spoilt(answer: Answer) -> Answer:
        told = {**answer.headers, **{name.replace("_", "-"): value for name, value in headers.items()}}
        return answer._replace(body=answer.body if body is None else body, status=status or answer.status, headers=told)

    return spoilt


@pytest.mark.parametrize(
    ("path", "wrong", "words"),
    [
        ("/b/", spoil(b"half"), "/b/: 4 bytes of other content"),
        ("/b/", spoil(status=403), "/b/: status 403 instead of 200"),
        ("/b/", spoil(status=301, location="/elsewhere/"), r"status 301 instead of 200 \(to /elsewhere/\)"),
        ("/b/", spoil(content_type="application/octet-stream"), "content-type is 'application/octet-stream'"),
        ("/b/", spoil(cache_control="max-age=600"), "cache-control is 'max-age=600'"),
        ("/search/t.00ff54321.bin", spoil(content_encoding=""), "content-encoding is ''"),
        ("/search/r.0.bin", spoil(b"old"), "/search/r.0.bin: 3 bytes of other content"),
        ("/no-such-page-of-any-release/", spoil(status=200), "status 200 instead of 404"),
        ("/no-such-page-of-any-release/", spoil(b"<Error>"), "7 bytes of other content"),
        ("/api/health", spoil(status=502), "/api/health: status 502"),
        ("/", lambda answer: answer._replace(headers={"content-type": answer.headers["content-type"]}), "security"),
    ],
)
def test_a_hidden_release_that_does_not_answer_as_it_should_is_not_switched_to(
    account: Account, path: str, wrong: Callable[[Answer], Answer], words: str
) -> None:
    first = account.release()
    lay(account.folder, EDITED)
    account.clock += 60
    account.spoilt[path] = wrong
    with pytest.raises(Unverified, match=words):
        account.release()
    assert account.live == first.release
    # Mended, the same release goes on: nothing is sent a second time.
    account.spoilt.clear()
    made = account.release()
    assert (made.sent.objects, made.sent.copied) == (0, 0)


def test_a_check_that_fails_after_the_switch_switches_back_and_says_so(account: Account) -> None:
    first = account.release()
    before = {name: text for name, text in account.pointer.values.items() if name != "lock"}
    lay(account.folder, EDITED)
    account.clock += 60
    undone: list[str] = []

    def canary(door: Any) -> str:
        if not door.headers:  # the front door, not the hidden one
            msg = "the forms lose what is sent"
            raise Unverified(msg, ["canary"])
        return ""

    steps = Steps(canary=canary, shift=lambda: undone.append("shifted"), undo=lambda: undone.append("undone"))
    with pytest.raises(Unverified, match=f"(?s)lose what is sent.*switched back to {first.release}"):
        account.release(steps=steps)
    assert account.pointer.values == before
    assert undone == ["shifted", "undone"]


def test_the_edge_may_take_a_moment_to_learn_of_the_switch_but_not_for_ever(account: Account) -> None:
    first = account.release()
    old = account.bucket.objects[f"releases/{first.release}/index.html"].body
    lay(account.folder, EDITED)
    account.clock += 60
    switched = account.clock + 20

    def late(answer: Answer) -> Answer:
        is_hidden = account.live == first.release
        return answer if is_hidden or account.clock > switched else answer._replace(body=old)

    account.spoilt["/"] = late
    made = account.release()
    assert account.live == made.release
    lay(account.folder, SITE)
    account.clock += 60
    account.spoilt["/"] = lambda answer: answer if account.live == made.release else answer._replace(body=b"stuck")
    with pytest.raises(Unverified, match="switched back"):
        account.release()
    assert account.live == made.release


def test_functions_are_published_before_the_files_shifted_before_the_look_and_told_in_the_manifest(
    account: Account,
) -> None:
    order: list[str] = []

    def publish() -> dict[str, str]:
        order.append(f"publish {len(account.bucket.objects)}")
        return {"http": "7"}

    def canary(door: Door) -> str:
        order.append(f"canary {door.url} {account.live or 'none'}")
        return "a remark"

    steps = Steps(
        publish=publish,
        shift=lambda: order.append(f"shift {len(account.asked)} {account.live or 'none'}"),
        canary=canary,
        code="abc",
    )
    made = account.release(steps=steps)
    assert order == [
        "publish 1",
        "shift 0 none",
        "canary https://d1.example none",
        f"canary https://guide.example {made.release}",
    ]
    assert made.warnings == ("a remark",)
    told = archive.head(account.bucket, made.release)
    assert (told.functions, told.code, told.by, told.commit) == ({"http": "7"}, "abc", "ann@laptop", "c0ffee")


def test_functions_that_cannot_be_shifted_leave_the_old_release_live(account: Account) -> None:
    undone: list[str] = []

    def shift() -> None:
        msg = "the new version does not answer"
        raise DeployError(msg)

    with pytest.raises(DeployError, match="does not answer"):
        account.release(steps=Steps(shift=shift, undo=lambda: undone.append("undone")))
    assert account.live == ""
    assert undone == ["undone"]


def test_redirects_go_with_the_switch_and_are_left_alone_when_the_site_says_nothing(account: Account) -> None:
    account.pointer.values["redirect//by-hand/"] = "/a/"
    account.release()
    assert account.pointer.values["redirect//by-hand/"] == "/a/"
    lay(account.folder, {**SITE, "redirects.json": '{"/was": "/a/", "/old.html": "/"}'})
    account.clock += 60
    account.release()
    found = {name: text for name, text in account.pointer.values.items() if name.startswith("redirect/")}
    assert found == {"redirect//was/": "/a/", "redirect//old.html": "/"}
    assert not any("redirects.json" in key for key in account.bucket.objects)
    assert account.plan()[0].empty


def test_an_old_address_may_redirect_instead_of_showing_its_page_before_and_after_the_switch(account: Account) -> None:
    account.release()
    moved = {**SITE, "was/index.html": page("It has moved"), "redirects.json": '{"/was/": "/a/"}'}
    for files in (moved, {**moved, "was/index.html": page("A page again"), "redirects.json": "{}"}, moved):
        lay(account.folder, files)
        account.clock += 60
        account.release()
        assert account("https://guide.example/was/").status == (200 if files["redirects.json"] == "{}" else 301)
    # To another place than was said is no redirect of ours.
    lay(account.folder, {**moved, "robots.txt": ""})
    account.spoilt["/was/"] = spoil(location="https://guide.example/elsewhere/")
    with pytest.raises(Unverified, match=r"/was/: status 301 instead of 200 \(to .*/elsewhere/\)"):
        account.release()


def test_a_hashed_name_with_other_content_is_refused_and_never_overwritten(account: Account) -> None:
    first = account.release()
    account.clock += 60
    lay(account.folder, {**SITE, "assets/s.0123456789.css": "body{color:red}"})
    with pytest.raises(Refused, match=r"assets/s.0123456789.css is live with another content"):
        account.release()
    # Nor when only an earlier release has it.
    sheet = {"assets/s.aaaaaaaaaa.css": "p{}", **SITE}
    lay(account.folder, sheet)
    account.release()
    account.clock += 60
    lay(account.folder, SITE)
    account.release()
    account.clock += 60
    lay(account.folder, {**sheet, "assets/s.aaaaaaaaaa.css": "p{color:red}"})
    live = account.live
    with pytest.raises(Refused, match="in the bucket with another content"):
        account.release()
    assert account.bucket.objects["assets/s.aaaaaaaaaa.css"].body == b"p{}"
    assert account.live == live != first.release
    # With the same content it is simply there.
    lay(account.folder, sheet)
    account.clock += 60
    account.release()


def test_a_copy_whose_source_is_gone_or_damaged_is_sent_instead(account: Account) -> None:
    first = account.release()
    del account.bucket.objects[f"releases/{first.release}/404.html"]
    key = f"releases/{first.release}/robots.txt"
    account.bucket.objects[key] = account.bucket.objects[key]._replace(body=b"damaged")
    lay(account.folder, EDITED)
    account.clock += 60
    made = account.release()
    assert made.sent.objects == 6
    assert account.seen() == files(account.folder)


def test_force_sends_all_and_mends_a_hashed_file(account: Account) -> None:
    account.release()
    name = "assets/s.0123456789.css"
    account.bucket.objects[name] = account.bucket.objects[name]._replace(body=b"damaged")
    account.clock += 60
    made = account.release(force=True)
    assert made.sent.objects == len(SITE)
    assert account.seen() == files(account.folder)


def test_a_folder_that_changes_under_the_release_is_refused(account: Account) -> None:
    planned = account.plan()
    account.plan = lambda **_: planned  # type: ignore[method-assign]
    real = account.bucket.put

    def put(key: str, *told: Any, **options: Any) -> bool:
        (account.folder / "robots.txt").write_text("changed")
        return real(key, *told, **options)

    account.bucket.put = put  # type: ignore[method-assign]
    with pytest.raises(Refused, match=r"robots.txt changed while it was released"):
        account.release()
    assert account.live == ""


def test_many_at_once_come_to_the_same(account: Account) -> None:
    pages: dict[str, str | bytes] = {f"p{number}/index.html": page(f"page {number}") for number in range(120)}
    lay(account.folder, {**SITE, **pages})
    account.release(Limits(parallel=8))
    assert account.seen() == files(account.folder)
    done = [told for told in account.warned if told[0] == "Sending"]
    assert done[-1] == ("Sending", len(SITE) + 120, len(SITE) + 120)


def test_a_lost_line_in_the_middle_stops_soon_and_goes_on_later(account: Account) -> None:
    pages: dict[str, str | bytes] = {f"p{number}/index.html": page(f"page {number}") for number in range(50)}
    lay(account.folder, {**SITE, **pages})
    lost = Interrupted("the connection was lost")

    def fault(verb: str, when: str) -> None:
        if verb == "put" and when == "before" and len(account.bucket.objects) > 30:
            raise lost

    account.fault(fault)  # type: ignore[arg-type]
    with pytest.raises(Interrupted):
        account.release(Limits(parallel=4))
    account.fault(None)
    made = account.release(Limits(parallel=4))
    assert made.resumed
    assert made.sent.found >= 25
    assert account.seen() == files(account.folder)

"""What unfriendly hands do to a release: odd names, redirects that lead astray, lost answers, doors that lie."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from tests.deploy.conftest import SITE
from tests.deploy.conftest import lay
from tests.deploy.conftest import page

from microsite.deploy import archive
from microsite.deploy.aws import client
from microsite.deploy.aws import words
from microsite.deploy.config import load
from microsite.deploy.files import read_site
from microsite.deploy.pointer import MemoryPointer
from microsite.deploy.rollback import known
from microsite.deploy.stored import demand_listed
from microsite.deploy.stored import demand_stored
from microsite.deploy.switching import hold
from microsite.errors import DeployError
from microsite.errors import Interrupted
from microsite.errors import Refused
from microsite.errors import Unverified

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.deploy.conftest import Account

    from microsite.deploy.web import Answer


@pytest.mark.parametrize(
    ("told", "words"),
    [
        ({"/x/": "/y/", "/y": "/x/"}, "/x/: leads round in a circle (/x/ → /y/ → /x/)"),
        ({"/x/": "/x/"}, "/x/: leads round in a circle"),
        ({"/x/": "/nowhere/"}, "/x/: leads to /nowhere/, which is not in the folder"),
        ({"/": "/a/"}, "/: the home page would be hidden"),
        ({"/x": "/a/", "/x/": "/"}, "/x/: leads to /a/ and to /"),
        ({"/x?y=1": "/a/"}, "/x?y=1: only a path is looked up"),
        ({"//evil.example/": "/a/"}, "//evil.example/: both paths must begin with one slash"),
        ({"/x/": "https://evil.example/"}, "/x/: both paths must begin with one slash"),
        ({"/x/": "/\\evil.example"}, "/x/: both paths must begin with one slash"),
        ({"/" + "k" * 600: "/a/"}, "too long; an old address may have 500 letters"),
        ({"/x/": "/a/?" + "k" * 1100}, "too long"),
        ({"/x/": 1}, "/x/: both paths must begin with one slash"),
    ],
)
def test_a_redirect_that_would_not_work_is_refused_before_anything_is_sent(
    tmp_path: Path, told: dict[str, object], words: str
) -> None:
    with pytest.raises(Refused) as caught:
        read_site(lay(tmp_path / "site", {**SITE, "redirects.json": json.dumps(told)}))
    assert f"redirects.json: {words}" in str(caught.value) or words in str(caught.value)


def test_redirects_are_kept_as_the_edge_looks_them_up(tmp_path: Path) -> None:
    told = {"/é": "/a/", "/b c/index.html": "/a/#x", "/w.html": "/é.txt", "/via": "/w.html", "/form": "/api/book"}
    site = read_site(lay(tmp_path / "site", {**SITE, "é.txt": "é", "redirects.json": "\ufeff" + json.dumps(told)}))
    assert site.redirects == {
        "/%C3%A9/": "/a/", "/b%20c/": "/a/#x", "/w.html": "/%C3%A9.txt", "/via/": "/w.html", "/form/": "/api/book",
    }  # fmt: skip


def test_names_that_the_edge_serves_are_taken_and_those_that_it_does_not_are_refused(tmp_path: Path) -> None:
    served = {".well-known/security.txt": "Contact: x\n", "100% a+b/é#h?w.txt": "x", "v1.2/index.html": page("x")}
    assert {one.path for one in read_site(lay(tmp_path / "site", {**SITE, **served})).entries} >= served.keys()
    long = "/".join("字" * 70 for _ in range(2))
    for path in (".well-known/.hidden.txt", "a/.well-known/x.txt", f"{long}/index.html"):
        with pytest.raises(Refused, match=r"hidden files are not served|letters once it is encoded"):
            read_site(lay(tmp_path / "site", {**SITE, path: page("x")}))


def test_a_large_file_that_changes_or_goes_while_it_is_released_is_noticed(tmp_path: Path) -> None:
    folder = lay(tmp_path / "site", {**SITE, "big.pdf": bytes(9_000_000)})
    site = read_site(folder)
    [entry] = [one for one in site.entries if one.path == "big.pdf"]
    assert site.read(entry) == folder / "big.pdf"
    (folder / "big.pdf").write_bytes(b"1" + bytes(8_999_999))
    with pytest.raises(Refused, match=r"big\.pdf changed while it was released"):
        site.read(entry)
    (folder / "big.pdf").unlink()
    with pytest.raises(Refused, match=r"big\.pdf changed while it was released"):
        site.read(entry)


class _Lost:
    """The answer of the write number `at` is lost, after it was done."""

    def __init__(self, at: int) -> None:
        self.left = at

    def __call__(self, verb: str, when: str) -> None:
        if (verb, when) == ("write", "after"):
            self.left -= 1
            if self.left == 0:
                msg = "the connection was lost"
                raise Interrupted(msg)


def test_a_lock_whose_answer_was_lost_is_ours_and_is_given_back() -> None:
    pointer = MemoryPointer(fault=_Lost(1))
    with hold(pointer, by="ann", run="r", now=lambda: 0.0) as held:
        assert held.state.lock is not None
        held.write({"release": "x"})
    assert pointer.values == {"release": "x"}


def test_a_switch_whose_answer_was_lost_is_taken_back(account: Account) -> None:
    account.release()
    live = account.live
    lay(account.folder, {**SITE, "a/index.html": page("Edited")})
    account.pointer.fault = _Lost(2)  # the lock, the switch
    with pytest.raises(Unverified, match=f"the switch failed: switched back to {live}"):
        account.release()
    assert (account.live, account.pointer.values.get("lock")) == (live, None)
    account.pointer.fault = lambda verb, when: None
    account.release()
    assert account.live != live


def _raising(answer: Answer) -> Answer:
    raise ValueError(answer.status)


@pytest.mark.parametrize(
    ("spoil", "error", "words"),
    [
        (lambda one: one._replace(status=301, headers={"location": "http://[bad"}), Unverified, "status 301"),
        (lambda one: one._replace(headers={**one.headers, "x-robots-tag": "noindex"}), Unverified, "search engines"),
        (
            lambda one: one._replace(headers={name: one.headers[name] for name in one.headers if name[:6] != "strict"}),
            Unverified,
            "/a/: the header strict-transport-security is missing",
        ),
        (_raising, ValueError, "200"),
    ],
)  # fmt: skip
def test_whatever_the_front_door_does_the_release_before_is_live_again(
    account: Account, spoil: Callable[[Answer], Answer], error: type[Exception], words: str
) -> None:
    account.release()
    live = account.live
    lay(account.folder, {**SITE, "a/index.html": page("Edited")})
    real = account._answer

    def odd(path: str, release: str) -> Answer:
        answer = real(path, release)
        return spoil(answer) if path == "/a/" and account.live == release != live else answer

    account._answer = odd  # type: ignore[method-assign]
    with pytest.raises(error, match=words):
        account.release()
    assert (account.live, account.pointer.values.get("lock")) == (live, None)


def test_a_manifest_that_cannot_be_read_is_listed_beside_those_that_can(account: Account) -> None:
    account.release()
    first = account.live
    lay(account.folder, {**SITE, "a/index.html": page("Edited")})
    account.clock += 60
    account.release()
    key, good = archive.key_of(first), account.bucket.get(archive.key_of(first))
    assert good is not None
    told = json.loads(good)
    spoilt: list[object] = [{**told, "release": account.live}, {**told, "bytes": "x"}, {**told, "version": 2}, []]
    for bad in spoilt:
        found = account.bucket.objects[key]
        account.bucket.objects[key] = found._replace(body=json.dumps(bad).encode())
        listed, count = known(account.bucket, {account.live: "live"}, most=0)
        assert count == 2
        assert [one.head.release for one in listed] == [account.live, first]
        assert "manifests/" in listed[1].head.by
        with pytest.raises(Refused):
            archive.read(account.bucket, first)


@pytest.mark.parametrize(("name", "value"), [("AWS_ENDPOINT_URL", "garbage"), ("AWS_MAX_ATTEMPTS", "abc")])
def test_a_setting_that_is_none_is_said(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(name, value)
    monkeypatch.setattr("boto3.DEFAULT_SESSION", None)
    with pytest.raises(DeployError, match=value) as caught:
        client("s3", "us-east-1")
    assert name in caught.value.fix


def test_the_page_of_a_hotels_network_is_no_traceback() -> None:
    found: dict[str, str] = {}
    with pytest.raises(DeployError, match="this is not AWS") as caught, words("asking whose keys these are"):
        found["GetCallerIdentityResult"]
    assert caught.value.fix


def test_a_parameters_file_may_begin_with_a_mark_and_lie_beside_anything(tmp_path: Path) -> None:
    example = Path("infra/parameters/example.toml").read_text("utf-8")
    (tmp_path / "x.toml").write_text("\ufeff" + example, "utf-8")
    (tmp_path / "schema.json").write_text("{}", "utf-8")
    assert load(tmp_path / "x.toml").name == "production"


def test_a_damage_that_a_cache_hides_is_seen_in_the_bucket_and_not_gone_back_to(account: Account) -> None:
    account.release()
    manifest = archive.read(account.bucket, account.live)
    demand_stored(account.bucket, manifest)
    demand_listed(account.bucket, manifest)
    whole = dict(account.bucket.objects)
    page_key, shard = f"releases/{account.live}/a/index.html", "search/t.00ff12345.bin"
    plain = whole[page_key].headers._replace(content_type="text/plain")
    for key, spoilt, told in (
        (page_key, whole[page_key]._replace(body=b"x"), "other content than was sent"),
        (shard, whole[shard]._replace(body=b"x"), "other content than was sent"),
        (page_key, whole[page_key]._replace(headers=plain), "content-type is 'text/plain'"),
        (shard, whole[shard]._replace(headers=plain), "content-encoding is ''"),
    ):
        account.bucket.objects[key] = spoilt
        with pytest.raises(Unverified, match=f"{key}: {told}") as caught:
            demand_stored(account.bucket, manifest)
        assert "--force" in caught.value.fix
        account.bucket.objects[key] = whole[key]
    del account.bucket.objects[page_key]
    for look in (demand_stored, demand_listed):
        with pytest.raises(Unverified, match="is not there"):
            look(account.bucket, manifest)

"""`microsite deploy plan`, `apply`, `verify` against S3 and the KeyValueStore over real HTTP."""

from __future__ import annotations

import json
import re
from contextlib import suppress
from typing import TYPE_CHECKING
from typing import Any

import pytest
from benchmarks.rig.emulators import ENVIRON
from benchmarks.rig.emulators import aws_client
from benchmarks.rig.kvs import arn_of
from benchmarks.rig.kvs import kvs
from botocore.exceptions import ClientError
from tests.deploy.conftest import SECURITY
from tests.deploy.conftest import SITE
from tests.deploy.conftest import lay
from tests.deploy.conftest import page

from microsite.cli import deploy
from microsite.cli import deploy_common
from microsite.cli.main import main
from microsite.deploy import aws
from microsite.deploy.manifest import unpack
from microsite.deploy.web import Answer

if TYPE_CHECKING:
    from collections.abc import Iterator
    from collections.abc import Mapping
    from pathlib import Path

    from benchmarks.rig.kvs import Store
    from benchmarks.rig.kvs import Stores

ACCOUNT = "123456789012"
_CONFIG = """
[environment]
name = "test"
region = "us-east-1"
account = "{account}"
stack = "guide-test"
artifacts = "guide-artifacts"
[site]
url = "https://guide.example"
bucket = "{bucket}"
key_value_store = "{store}"
distribution_url = "https://d1.example"
[release]
max_delete = 20
parallel = 4
[parameters]
"""


class Place:
    """A folder with a parameters file and a site, and the account that they are released to."""

    def __init__(self, folder: Path, url: str, store: Store, bucket: str, arn: str) -> None:
        self.folder, self.store, self.bucket, self.arn = folder, store, bucket, arn
        self.s3 = aws_client("s3", url)
        self.s3.create_bucket(Bucket=bucket)
        self.config = folder / "test.toml"
        self.write()
        self.site = lay(folder / "site", SITE)
        self.asked: list[str] = []

    def write(self, **changed: str) -> None:
        """Write the parameters file."""
        told = {"account": ACCOUNT, "bucket": self.bucket, "store": self.arn} | changed
        self.config.write_text(_CONFIG.format(**told), "utf-8")

    def state(self) -> tuple[list[str], dict[str, str]]:
        """All that a failed release must leave as it was."""
        keys = [one["Key"] for one in self.s3.list_objects_v2(Bucket=self.bucket).get("Contents", ())]
        return keys, dict(self.store.values)

    def close(self) -> None:
        """There is nothing to close."""

    def __call__(self, url: str, headers: Mapping[str, str] | None = None, **_: Any) -> Answer:
        """What the distribution answers."""
        path = re.sub(r"^https://(guide|d1)\.example/", "", url)
        if path == "api/health":
            return Answer(200, {}, b"{}")
        release = (headers or {}).get("x-release") or self.store.values["release"]
        name = path + ("index.html" if path.endswith("/") or not path else "")
        for key, status in ((name, 200), (f"releases/{release}/{name}", 200), (f"releases/{release}/404.html", 404)):
            with suppress(ClientError):
                told = self.s3.get_object(Bucket=self.bucket, Key=key)
                body = told["Body"].read()
                if packed := told.get("ContentEncoding"):
                    body = unpack(body)
                named = {"content-type": told["ContentType"], "cache-control": told["CacheControl"], **SECURITY}
                return Answer(status, named | ({"content-encoding": packed} if packed else {}), body)
        return Answer(503, {}, b"")


@pytest.fixture(scope="module")
def stores() -> Iterator[tuple[str, Stores]]:
    with kvs() as running:
        yield running


@pytest.fixture
def place(tmp_path: Path, cloud: str, stores: tuple[str, Stores], monkeypatch: pytest.MonkeyPatch) -> Iterator[Place]:
    for name, value in ENVIRON.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("AWS_ENDPOINT_URL", cloud)
    monkeypatch.setenv("AWS_ENDPOINT_URL_CLOUDFRONT_KEYVALUESTORE", stores[0])
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    monkeypatch.setattr("boto3.DEFAULT_SESSION", None)
    monkeypatch.chdir(tmp_path)
    number = len(list(tmp_path.parent.iterdir()))
    arn = arn_of(f"11111111-2222-4333-8444-{number:012}", ACCOUNT)
    made = Place(tmp_path, cloud, stores[1].make(arn), f"guide-{tmp_path.name.replace('_', '-')[:40]}-{number}", arn)

    def counted(*told: Any, **options: Any) -> Any:
        client = aws.client(*told, **options)
        client.meta.events.register(
            "before-send", lambda request, **_: made.asked.append(f"{request.method} {request.url}")
        )
        return client

    monkeypatch.setattr(deploy_common, "client", counted)
    monkeypatch.setattr(deploy_common, "Web", lambda _: made)
    yield made
    made.s3.close()


def run(place: Place, capsys: pytest.CaptureFixture[str], verb: str, *more: str) -> tuple[int, str, str]:
    """Run a verb as a shell does; its code and what it printed. There is never a traceback."""
    with pytest.raises(SystemExit) as ended:
        main(["deploy", verb, "--config", str(place.config), *more])
    out, err = capsys.readouterr()
    assert "Traceback" not in out + err
    return int(str(ended.value.code)), out, err


def test_plan_then_apply_then_nothing_then_an_edit(place: Place, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(place, capsys, "plan")
    assert code == 0
    assert re.search(r"^send  new  +\d+  a/index.html$", out, re.MULTILINE)
    assert f"{len(SITE)} to send (" in out
    assert "12 put, 0 copy, 1 get, 1 list, 1 delete" in out
    assert place.state() == ([], {}), "a plan changes nothing"

    code, out, err = run(place, capsys, "apply", "--yes")
    live = place.store.values["release"]
    assert (code, err) == (0, "")
    assert out.startswith(f"Release {live} is live: {len(SITE)} sent (")
    assert f"microsite deploy rollback --config {place.config}" in out

    before = place.state()
    place.asked.clear()
    code, out, _ = run(place, capsys, "apply", "--yes")
    assert (code, out.splitlines()[-1]) == (0, f"nothing to send: the site is release {live}")
    assert len(place.asked) <= 5, place.asked
    assert place.state() == before

    (place.site / "a/index.html").write_text(page("Edited"), "utf-8")
    told = json.loads(run(place, capsys, "plan", "--json")[1])
    assert told["actions"] == [
        {"verb": "send", "why": "content", "path": "a/index.html", "size": told["bytes"], "bytes": told["bytes"]}
    ]
    assert (told["version"], told["live"], told["environment"], told["empty"]) == (1, live, "test", False)
    made = json.loads(run(place, capsys, "apply", "--yes", "--json")[1])
    assert (made["release"], made["previous"]) == (place.store.values["release"], live)
    assert (made["sent"]["objects"], made["sent"]["copied"]) == (1, 6)

    code, out, _ = run(place, capsys, "verify")
    assert (code, out) == (0, f"Release {made['release']} answers as it should at https://guide.example: 9 files.\n")
    told = json.loads(run(place, capsys, "verify", "--release", live, "--json")[1])
    assert (told["release"], told["url"], told["files"]) == (live, "https://d1.example", 9)
    # The switch and what is asked for afterwards is the other half of the verbs.
    assert run(place, capsys, "rollback")[0] == 0
    assert place.store.values["release"] == live


def test_a_release_that_does_not_answer_is_named_and_what_is_live_is_said(
    place: Place, capsys: pytest.CaptureFixture[str]
) -> None:
    run(place, capsys, "apply", "--yes")
    live = place.store.values["release"]
    key = f"releases/{live}/a/index.html"
    place.s3.put_object(Bucket=place.bucket, Key=key, Body=b"by hand", CacheControl="no-store")
    code, _, err = run(place, capsys, "verify")
    assert code == 1
    assert "/a/: 7 bytes of other content than was released" in err
    (place.site / "index.html").write_text(page('Edited <a href="/a/">a</a>'), "utf-8")
    place.store.values["verify"] = ""  # the word is made anew
    real = type(place).__call__

    def broken(self: Place, url: str, headers: Mapping[str, str] | None = None, **more: Any) -> Answer:
        answer = real(self, url, headers, **more)
        return answer._replace(status=500) if url.endswith("robots.txt") else answer

    type(place).__call__ = broken  # type: ignore[method-assign]
    try:
        code, _, err = run(place, capsys, "apply", "--yes")
    finally:
        type(place).__call__ = real  # type: ignore[method-assign]
    assert code == 1
    assert "/robots.txt: status 500 instead of 200" in err
    assert f"Live as before: release {live}." in err
    assert place.store.values["release"] == live
    assert "lock" not in place.store.values


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (lambda place: lay(place.site, {"index.html": page("Home")}), "404.html is missing"),
        (lambda place: (place.site / "a/index.html").write_text("<html>"), "a/index.html: the page ends in the middle"),
        (lambda place: (place.site / "notes.docx").write_text("x"), "notes.docx: a file of unknown type"),
        (lambda place: place.site.rename(place.folder / "elsewhere"), "site/ is not there"),
        (lambda place: place.write(bucket="nobody-has-this-one"), "s3://nobody-has-this-one is not there"),
        (lambda place: place.write(account="999999999999"), "environment.account is 999999999999"),
        (lambda place: place.write(store=arn_of("11111111-2222-4333-8444-999999999999", ACCOUNT)), "is not there"),
        (lambda place: place.config.unlink(), "there is no such file"),
        (lambda place: place.config.write_text("[environment]\nnaem = 1\n"), "environment.naem is not known"),
    ],
)
def test_what_is_wrong_is_said_with_what_to_do_and_nothing_is_changed(
    place: Place, capsys: pytest.CaptureFixture[str], spoil: Any, words: str
) -> None:
    spoil(place)
    before = place.state()
    for verb in (["plan"], ["apply", "--yes"]):
        code, _, err = run(place, capsys, *verb)
        assert code == 1
        assert words in err
        assert "\n  fix: " in err
    assert place.state() == before


@pytest.mark.parametrize(
    ("environ", "words"),
    [
        ({"AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": "", "AWS_CONFIG_FILE": "/dev/null"}, "no keys for AWS"),
        ({"AWS_PROFILE": "nobody-of-this-name"}, "nobody-of-this-name"),
        ({"AWS_ENDPOINT_URL": "http://127.0.0.1:9"}, "the connection was lost"),
    ],
)
def test_what_is_wrong_around_it_is_said_too(
    place: Place,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    environ: dict[str, str],
    words: str,
) -> None:
    for name, value in {**environ, "AWS_EC2_METADATA_DISABLED": "true"}.items():
        monkeypatch.setenv(name, value) if value else monkeypatch.delenv(name)
    code, _, err = run(place, capsys, "apply", "--yes")
    assert code == 1
    assert words in err
    assert "\n  fix: " in err


def test_nobody_to_ask_is_wrong_usage_and_too_many_gone_is_refused(
    place: Place, capsys: pytest.CaptureFixture[str]
) -> None:
    code, _, err = run(place, capsys, "apply")
    assert (code, place.state()) == (2, ([], {}))
    assert "add --yes" in err
    lay(place.site, {**SITE, **{f"p{number}/index.html": page(f"{number}") for number in range(21)}})
    run(place, capsys, "apply", "--yes")
    lay(place.site, SITE)
    before = place.state()
    for verb in (["plan"], ["apply", "--yes"]):
        code, _, err = run(place, capsys, *verb)
        assert code == 1
        assert "would take away 21 files; at most 20 may go at once" in err
        assert "--max-delete 21" in err
    assert place.state() == before
    assert run(place, capsys, "apply", "--yes", "--max-delete", "21")[0] == 0


def test_force_mends_a_release_whose_manifest_is_damaged(place: Place, capsys: pytest.CaptureFixture[str]) -> None:
    run(place, capsys, "apply", "--yes")
    live = place.store.values["release"]
    place.s3.put_object(Bucket=place.bucket, Key=f"manifests/{live}.json", Body=b"{")
    code, _, err = run(place, capsys, "apply", "--yes")
    assert code == 1
    assert "is damaged" in err
    assert "--force" in err
    assert run(place, capsys, "apply", "--yes", "--force")[0] == 0
    assert place.store.values["previous"] == live
    assert run(place, capsys, "verify")[0] == 0


def test_the_pieces_are_where_they_are_looked_for() -> None:
    assert set(deploy.command.commands) >= {"plan", "apply", "verify", "rollback", "releases", "preview", "unlock"}

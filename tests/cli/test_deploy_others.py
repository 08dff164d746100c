"""`microsite deploy rollback`, `releases`, `unlock`, `preview`, `watch`: what they print, with which code they end."""

from __future__ import annotations

import json
from contextlib import contextmanager
from types import SimpleNamespace
from typing import TYPE_CHECKING
from typing import Any

import pytest
from benchmarks.rig.emulators import ENVIRON
from click.testing import CliRunner
from tests.deploy.test_rollback import Edge

from microsite.cli import deploy_preview
from microsite.cli import deploy_switch
from microsite.cli import deploy_watch
from microsite.cli.main import main
from microsite.errors import Locked
from microsite.errors import Moved
from microsite.errors import Refused

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import click
    from click.testing import Result

CONFIG = "infra/parameters/example.toml"
LOCK = json.dumps({"by": "bob@desk", "until": 4e9, "since": 1_795_269_600.0, "run": "x"})


@pytest.fixture
def edge(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Edge:
    made = Edge(tmp_path / "site")

    @contextmanager
    def opened(path: Path) -> Iterator[Any]:
        config = SimpleNamespace(url="http://edge", parallel=4, preview_domain="preview.example.org", stack="site")
        yield SimpleNamespace(
            target=SimpleNamespace(config=config, outputs={}), bucket=made.bucket, pointer=made.pointer,
            world=made.world, functions=lambda: made.functions,
        )  # fmt: skip

    for module in (deploy_switch, deploy_preview, deploy_watch):
        monkeypatch.setattr(module, "opened", opened)
    return made


def run(verb: click.Command, *arguments: str) -> Result:
    return CliRunner().invoke(verb, ["--config", CONFIG, *arguments])


def test_rolling_back_says_what_is_live_and_how_to_go_on(edge: Edge) -> None:
    first, second = edge.release("one", "1"), edge.release("two", "2")
    done = run(deploy_switch.rollback)
    assert done.exit_code == 0
    assert done.output.startswith(f"{first} is live again, {second} is not (")
    assert "the function http is at version 1" in done.output
    told = json.loads(run(deploy_switch.rollback, "--to", second, "--json").output)
    assert (told["release"], told["left"], told["functions"]["http"]) == (second, first, "2")
    assert isinstance(run(deploy_switch.rollback, "--to", "gone").exception, Refused)


def test_releases_tells_who_when_commit_size_and_which_is_live(edge: Edge) -> None:
    empty = run(deploy_switch.releases)
    assert (empty.exit_code, empty.output) == (0, "No release is in the bucket yet.\n")
    first, second = edge.release("one", "1"), edge.release("two", "2")
    edge.pointer.values["lock"] = LOCK
    lines = run(deploy_switch.releases).output.splitlines()
    assert lines[0].split()[:2] == [second, "live"]
    assert lines[1].split()[:2] == [first, "previous"]
    assert all("c0ffee" in line and "ann@laptop" in line and "7 files" in line for line in lines[:2])
    assert lines[2] == "bob@desk is releasing since 2026-11-21 14:00 UTC"
    told = json.loads(run(deploy_switch.releases, "--json", "--limit", "1").stdout)
    assert (told["live"], told["previous"], told["count"]) == (second, first, 2)
    # The one before the live one is always shown: it is where rolling back leads.
    assert [one["role"] for one in told["releases"]] == ["live", "previous"]
    assert told["releases"][0]["commit"] == "c0ffee"
    assert told["lock"]["by"] == "bob@desk"


def test_a_lock_is_taken_away_only_on_a_word(edge: Edge, monkeypatch: pytest.MonkeyPatch) -> None:
    assert run(deploy_switch.unlock).output == "Nobody holds a lock.\n"
    edge.pointer.values["lock"] = LOCK
    assert run(deploy_switch.unlock).exit_code == 1  # nobody answers the question
    assert "lock" in edge.pointer.values
    done = run(deploy_switch.unlock, "--yes")
    assert "bob@desk is releasing since" in done.output
    assert "lock" not in edge.pointer.values
    edge.pointer.values["lock"] = LOCK
    monkeypatch.setattr(edge.pointer, "write", lambda changes, etag: (_ for _ in ()).throw(Moved("changed")))
    assert isinstance(run(deploy_switch.unlock, "--yes").exception, Moved)


def test_a_preview_comes_and_goes(edge: Edge, monkeypatch: pytest.MonkeyPatch) -> None:
    live = edge.release("one", "1")
    arguments = ("--name", "pr-12", "--site-dir", str(edge.folder))
    told = json.loads(run(deploy_preview.preview, *arguments, "--json").output)
    assert told["url"] == "https://pr-12.preview.example.org/"
    assert edge.pointer.values["preview/pr-12"] == told["release"] != live
    assert "preview pr-12" in run(deploy_switch.releases).output
    assert run(deploy_preview.preview, *arguments, "--remove").output == "https://pr-12.preview.example.org/ is gone\n"
    assert run(deploy_preview.preview, *arguments, "--remove").output == "there is no preview pr-12\n"
    assert isinstance(run(deploy_preview.preview, "--name", "PR_12").exception, Refused)
    # Somebody else is releasing: said at once, or waited for.
    edge.pointer.values["lock"] = LOCK
    assert isinstance(run(deploy_preview.preview, *arguments).exception, Locked)
    slept: list[float] = []

    def sleep(seconds: float) -> None:
        slept.append(seconds)
        edge.pointer.values.pop("lock")

    monkeypatch.setattr("microsite.cli.deploy_preview.time.sleep", sleep)
    assert run(deploy_preview.preview, *arguments, "--wait", "60").exit_code == 0
    assert len(slept) == 1


def test_watching_ends_with_1_when_there_is_something_to_look_at(edge: Edge) -> None:
    edge.release("one", "1")
    fine = run(deploy_watch.watch)
    assert (fine.exit_code, fine.stdout, fine.stderr) == (0, "", "All is well.\n")
    edge.broken.add(edge.pointer.values["release"])
    bad = run(deploy_watch.watch)
    assert bad.exit_code == 1
    assert "release: /: status 500 instead of 200" in bad.stdout
    told = json.loads(run(deploy_watch.watch, "--json").stdout)
    assert {one["kind"] for one in told} == {"release"}
    assert all(one["fix"] for one in told)


def test_keys_of_another_account_are_refused_with_both_accounts(
    moto_url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, value in ENVIRON.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("AWS_ENDPOINT_URL", moto_url)
    for verb in ("releases", "rollback", "watch", "unlock"):
        with pytest.raises(SystemExit) as ended:
            main(["deploy", verb, "--config", CONFIG])
        assert ended.value.code == 1
        told = capsys.readouterr().err
        assert "environment.account is 111122223333, but the keys in use are of account 123456789012" in told
        assert "Traceback" not in told


@pytest.mark.parametrize("verb", ["rollback", "releases", "unlock", "preview", "watch"])
def test_each_verb_has_help_with_an_example(verb: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["deploy", verb, "--help"])
    assert ended.value.code == 0
    told = capsys.readouterr().out
    assert f"Example: microsite deploy {verb}" in told
    assert "--json" in told

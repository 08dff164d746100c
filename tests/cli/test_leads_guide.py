"""Marketing's guide names commands and options that are there, and leaves none out."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import click
import pytest

from microsite.cli.leads import command

GUIDE = (Path(__file__).parents[2] / "guides/marketing.md").read_text(encoding="utf-8")
SHOWN = [line for block in re.findall(r"```sh\n(.*?)```", GUIDE, re.DOTALL) for line in block.splitlines()]


def verbs(group: click.Command, path: tuple[str, ...] = ()) -> dict[tuple[str, ...], click.Command]:
    if not isinstance(group, click.Group):
        return {path: group}
    return {key: one for name, verb in group.commands.items() for key, one in verbs(verb, (*path, name)).items()}


@pytest.mark.parametrize("line", SHOWN)
def test_a_shown_command_is_understood(line: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    words = shlex.split(line.partition(" >")[0])
    assert words[:2] == ["microsite", "leads"]
    path = next(path for path in verbs(command) if tuple(words[2 : 2 + len(path)]) == path)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "confirmation.eml").touch()
    verbs(command)[path].make_context("leads", words[2 + len(path) :])


def test_every_verb_is_in_the_guide() -> None:
    for path in verbs(command):
        assert any(line.startswith(" ".join(("microsite", "leads", *path))) for line in SHOWN), path


def test_every_option_of_the_running_text_is_there() -> None:
    known = {opt for verb in verbs(command).values() for one in verb.params for opt in (*one.opts, *one.secondary_opts)}
    assert set(re.findall(r"`[^`]*?(--[a-z-]+)", GUIDE)) - known - {"--help"} == set()


def test_every_verb_has_help_with_an_example_and_json() -> None:
    for path, verb in verbs(command).items():
        assert "Example: microsite leads " + " ".join(path) in (verb.help or "").replace("\b", ""), path
        assert any("--json" in (*one.opts, *one.secondary_opts) for one in verb.params), path

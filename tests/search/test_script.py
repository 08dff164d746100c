"""The engine's modules are joined into one script by rules that these tests hold."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import brotli
import pytest

import microsite.search
from microsite.errors import SearchError
from microsite.search import script

JS = Path(microsite.search.__file__).parent / "js"


def test_all_top_level_names_are_different() -> None:
    sources = [path.read_text("utf-8") for path in JS.glob("*.js")]
    named = [
        name
        for source in sources
        for name in re.findall(r"^(?:export )?(?:async )?(?:const|let|class|function) (\w+)", source, re.MULTILINE)
    ]
    assert len(named) > 30
    assert [name for name, count in Counter(named).items() if count > 1] == []


def test_the_worker_holds_every_module_and_no_module_syntax() -> None:
    made = script.worker().decode()
    assert not re.search(r"(?<![\w.])(?:import|export)(?![\w.])", made)
    assert "onmessage" in made
    for path in JS.glob("*.js"):
        name = re.search(r"^export (?:const|class) (\w+)", path.read_text("utf-8"), re.MULTILINE)
        assert name is None or name[1] in made, path.name


def test_the_worker_is_small() -> None:
    assert len(brotli.compress(script.worker(), quality=11)) < 8000


def test_the_worker_needs_no_policy_to_be_loosened() -> None:
    assert not re.search(r"\beval\b|new Function|importScripts|https?:", script.worker().decode())


def test_a_module_that_cannot_be_joined_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "js").mkdir()
    (tmp_path / "js/a.js").write_text('import * as b from "./b.js";\n')
    monkeypatch.setattr(script, "files", lambda name: tmp_path)
    with pytest.raises(SearchError, match=r"a\.js: cannot join"):
        script.joined("a.js")

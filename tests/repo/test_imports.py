"""The direction of imports, as ARCHITECTURE.md draws it and pyproject.toml says it."""

from __future__ import annotations

import ast
import importlib
import pkgutil
import subprocess
import sys
from pathlib import Path

import pytest

import forms
import microsite

ROOT = Path(__file__).parents[2]
ROOMS = sorted(
    f"{package.__name__}.{room.name}"
    for package in (microsite, forms)
    for room in pkgutil.iter_modules(package.__path__)
)


def test_no_import_goes_against_the_arrows() -> None:
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
    assert " 0 broken." in done.stdout


def test_a_wrong_import_is_noticed(tmp_path: Path) -> None:
    """The contract itself works: a copy of the tree with one import against the arrows fails it."""
    for folder in ("src", "lambda"):
        for source in (ROOT / folder).rglob("*.py"):
            target = tmp_path / source.relative_to(ROOT)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(source.read_bytes())
    (tmp_path / "pyproject.toml").write_bytes((ROOT / "pyproject.toml").read_bytes())
    wrong = tmp_path / "src/microsite/content/wrong.py"
    wrong.write_text("from microsite import serve\n")
    program = "import sys; sys.path[:0] = ['src', 'lambda']; from importlinter.cli import lint_imports; "
    program += "sys.exit(lint_imports(no_cache=True))"
    command = [sys.executable, "-c", program]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 1, done.stdout + done.stderr
    assert "microsite.content.wrong -> microsite.serve" in done.stdout


@pytest.mark.parametrize("source", sorted((ROOT / "lambda/forms").rglob("*.py")), ids=lambda path: path.name)
def test_the_function_needs_nothing_but_the_standard_library(source: Path) -> None:
    # The interpreter's own SHA-256, from Python 3.12 on; `digest.py` does without it before.
    allowed = {*sys.stdlib_module_names, "_sha2", "forms"}
    if source.name == "challenge.py":
        # ALTCHA (MIT, standard library itself), loaded for a held message only; without it that waits for a reader.
        allowed |= {"altcha"}
    for node in ast.walk(ast.parse(source.read_text(encoding="utf-8"))):
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        if isinstance(node, ast.ImportFrom) and not node.level:
            names.append(node.module or "")
        foreign = {name.partition(".")[0] for name in names} - allowed
        assert not foreign, f"{source.name}:{getattr(node, 'lineno', 0)}"


@pytest.mark.parametrize("name", ["microsite.content", "microsite.serve", "microsite.cli.main", "forms.aws"])
def test_a_room_does_not_load_the_builder(name: str) -> None:
    program = f"import sys, {name}; print([m for m in ('mkdocs', 'material', 'boto3') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


@pytest.mark.parametrize("name", ROOMS)
def test_the_public_names_of_a_module_are_there_and_sorted(name: str) -> None:
    module = importlib.import_module(name)
    public = list(getattr(module, "__all__", []))
    assert public == sorted(public, key=lambda word: (not word.isupper(), not word[0].isupper(), word))
    assert [word for word in public if not hasattr(module, word)] == []


def test_every_room_says_what_is_public() -> None:
    for name in ROOMS:
        module = importlib.import_module(name)
        if hasattr(module, "__path__") and name != "microsite.cli":
            assert module.__all__, name

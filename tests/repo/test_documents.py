"""README, ARCHITECTURE, CHANGELOG and the lock say what is true."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from microsite import __version__
from microsite.cli.main import VERBS

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
LOCK = (ROOT / "requirements.lock").read_text(encoding="utf-8")
#: Targets that people type; `ready` is a step of theirs.
TARGETS = set(re.findall(r"^([a-z-]+):.*## ", MAKEFILE, re.MULTILINE))
#: What other programs rely on; it stays.
PROMISED = {"serve", "test", "test-fast", "check", "build", "bench", "help", "lock", "clean", "published", "schemas"}


def section(heading: str, text: str = README) -> str:
    found = re.search(rf"^## {heading}\n(.*?)(?=^## |\Z)", text, re.MULTILINE | re.DOTALL)
    assert found, f"README has no section {heading!r}"
    return found[1]


def test_the_makefile_has_the_promised_targets() -> None:
    assert TARGETS == PROMISED
    phony = re.search(r"^\.PHONY: (.+)$", MAKEFILE, re.MULTILINE)
    assert phony
    assert {*phony[1].split()} == PROMISED | {"ready"}


def test_make_help_names_every_target() -> None:
    shown = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert set(re.findall(r"^  make ([a-z-]+) ", shown, re.MULTILINE)) == TARGETS


def test_readmes_table_has_every_verb_and_target_and_no_other() -> None:
    table = section("Commands")
    assert set(re.findall(r"^\| `microsite ([a-z]+)", table, re.MULTILINE)) == set(VERBS)
    assert set(re.findall(r"^\| `make ([a-z-]+)", table, re.MULTILINE)) == TARGETS


def test_readmes_two_commands_are_these() -> None:
    blocks = re.findall(r"```sh\n(.*?)```", section("Two commands"), re.DOTALL)
    assert "".join(blocks).split("\n") == ["make serve", "make test", ""]


@pytest.mark.parametrize("name", ["README.md", "ARCHITECTURE.md", "CHANGELOG.md", "CONTRIBUTING.md"])
def test_what_a_document_links_to_is_there(name: str) -> None:
    document = ROOT / name
    if not document.exists():
        assert name == "CONTRIBUTING.md", f"{name} is missing"
        return
    targets = re.findall(r"\]\((?!https?:|mailto:|#)([^)#\s]+)", document.read_text(encoding="utf-8"))
    assert [target for target in targets if not (ROOT / target).exists()] == []


@pytest.mark.parametrize("verb", VERBS)
def test_a_verbs_help_says_what_it_does_with_an_example(verb: str) -> None:
    command = [sys.executable, "-m", "microsite.cli.main", verb, "--help"]
    command[1:3] = ["-c", "from microsite.cli.main import main; main()"]
    shown = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT)
    assert shown.returncode == 0, shown.stderr
    assert f"microsite {verb}" in shown.stdout.partition("Example")[2], shown.stdout
    assert "Traceback" not in shown.stderr


def test_the_changelog_speaks_of_this_version() -> None:
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    released = re.findall(r"^## \[(\d+\.\d+\.\d+)\]", changelog, re.MULTILINE)
    assert released[:1] == [PROJECT["project"]["version"]] == [__version__]


def test_every_path_in_the_drawn_tree_exists() -> None:
    """A block fenced as ``text`` draws the tree: one path a line, indented by its parents, then words about it."""
    architecture = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    trees = re.findall(r"^```text\n(.*?)^```", architecture, re.MULTILINE | re.DOTALL)
    assert trees, "ARCHITECTURE.md draws no tree (a block fenced as ```text)"
    missing, seen = [], 0
    for tree in trees:
        parents: list[tuple[int, str]] = []
        for line in tree.splitlines():
            drawn = re.match(r"( *)((?:[\w.@-]+/)*[\w.@-]+(?:/|\.\w+|(?=\s|$)))((?:  |$).*)?$", line)
            if not drawn:
                continue
            depth = len(drawn[1])
            parents = [(d, name) for d, name in parents if d < depth]
            path = "".join(name for _, name in parents) + drawn[2]
            seen += 1
            if not (ROOT / path).exists():
                missing.append(path)
            if drawn[2].endswith("/"):
                parents.append((depth, drawn[2]))
    assert missing == []
    assert seen >= 10, "the tree is drawn in a form that this test cannot read"


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def test_the_lock_has_everything_that_the_project_asks_for() -> None:
    asked = [
        *PROJECT["project"]["dependencies"],
        *(need for extra in PROJECT["project"]["optional-dependencies"].values() for need in extra),
        *PROJECT["build-system"]["requires"],
        "editables",
    ]
    locked = {_normal(name): version for name, version in re.findall(r"^([\w.-]+)==(\S+)", LOCK, re.MULTILINE)}
    for need in asked:
        name = re.match(r"[\w.-]+", need)
        assert name
        assert _normal(name[0]) in locked, f"{need}: run make lock"


def test_the_lock_pins_hashes_and_names_no_place() -> None:
    entries = re.split(r"^(?=[a-z])", LOCK, flags=re.MULTILINE | re.IGNORECASE)[1:]
    assert len(entries) > 40
    assert [entry.split()[0] for entry in entries if "--hash=sha256:" not in entry] == []
    assert not re.search(r"https?://|file:|--index-url|--find-links|(?<![\w-])/\w+/", LOCK)


def test_the_lock_fits_the_oldest_python_that_is_allowed() -> None:
    assert PROJECT["project"]["requires-python"] == ">=3.11"
    assert f"Programming Language :: Python :: {'3.11'}" in PROJECT["project"]["classifiers"]

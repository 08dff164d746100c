"""House rules that hold for every file of the repository."""

from __future__ import annotations

import ast
import re
import stat
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LONGEST = 400
SOURCES = sorted(path for folder in ("src", "lambda", "scripts") for path in (ROOT / folder).rglob("*.py"))

# Put together here, so that this file does not hold what it forbids.
MACHINE_PATHS = [f"/{place}/" for place in ("work", "root", "home/[a-z]+", "Users/[A-Za-z]+", "opt/wheels")]
REGISTRY_HOSTS = [host.replace(" ", ".") for host in ("pypi org", "pythonhosted org", "npmjs org", "npmjs com")]


def tracked() -> list[Path]:
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if listed.returncode:
        pytest.skip("not a git checkout: which files belong to the project is unknown")
    return [ROOT / name for name in listed.stdout.split("\0") if name and (ROOT / name).is_file()]


@pytest.mark.parametrize("source", SOURCES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_a_module_is_short_or_says_why_not(source: Path) -> None:
    text = source.read_text(encoding="utf-8")
    lines = text.count("\n")
    assert lines <= LONGEST or "lines" in (ast.get_docstring(ast.parse(text)) or ""), f"{lines} lines"


@pytest.mark.parametrize("source", SOURCES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_a_module_opens_with_what_it_is(source: Path) -> None:
    docstring = ast.get_docstring(ast.parse(source.read_text(encoding="utf-8")))
    assert docstring
    assert len(docstring) > 30


def test_no_file_names_a_machine_or_a_registry() -> None:
    paths = re.compile("|".join(rf"(?<![\w.<]){path}" for path in MACHINE_PATHS))
    hosts = re.compile("|".join(map(re.escape, REGISTRY_HOSTS)))
    found = []
    for path in tracked():
        name = path.relative_to(ROOT).as_posix()
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
        for number, line in enumerate(text.splitlines(), 1):
            if paths.search(line) or hosts.search(line):
                found.append(f"{name}:{number}: {line.strip()[:100]}")
    assert found == []


def test_no_source_is_ignored_by_git() -> None:
    """`site/` without a leading slash once kept theme/assets/site/ out of every clone."""
    folders = ["docs", "data", "theme", "book", "src", "lambda", "scripts", "tests", "benchmarks", "infra"]
    command = ["git", "ls-files", "-z", "--others", "--ignored", "--exclude-standard", "--", *folders]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False).stdout.split("\0")
    made = re.compile(r"(^|/)(__pycache__|node_modules|[^/]+\.egg-info|\.[a-z_]+_cache|\.hypothesis)/")
    assert [name for name in listed if name and not made.search(name)] == []


def test_no_file_is_too_large_for_a_repository() -> None:
    large = {p.relative_to(ROOT).as_posix(): p.stat().st_size for p in tracked() if p.stat().st_size > 1_500_000}
    assert large == {}


def test_what_is_run_by_name_may_be_run() -> None:
    for name in (".ci/run", "scripts/bootstrap"):
        assert (ROOT / name).stat().st_mode & stat.S_IXUSR, name


def test_ci_runs_make_test_and_nothing_else() -> None:
    lines = [line for line in (ROOT / ".ci/run").read_text().splitlines() if line and not line.startswith("#")]
    assert lines[0] == "set -euo pipefail"
    assert [line for line in lines if "make" in line] == ["exec make test"]
    workflow = (ROOT / ".github/workflows/ci.yml").read_text()
    assert re.findall(r"^ *- run: (.+)$", workflow, re.MULTILINE) == [".ci/run"]


def test_actions_are_pinned_to_commits_and_may_only_read() -> None:
    workflow = (ROOT / ".github/workflows/ci.yml").read_text()
    used = re.findall(r"uses: (\S+)", workflow)
    assert used
    assert all(re.fullmatch(r"[\w.-]+/[\w.-]+@[0-9a-f]{40}", action) for action in used)
    assert re.findall(r"^permissions:\n((?:  .+\n)+)", workflow, re.MULTILINE) == ["  contents: read\n"]

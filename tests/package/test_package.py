"""The function's zip: small, the same bytes each time, with all that the handlers need and nothing else."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import forms
from forms.definition import SHIPPED
from forms.definition import from_table
from forms.definition import load
from microsite.errors import PackageError
from microsite.package import RUNTIME
from microsite.package import build_package
from microsite.package.contents import LOCAL_ONLY
from microsite.package.runtime import find_interpreter

if TYPE_CHECKING:
    from microsite.package import Package

ROOM = Path(forms.__file__).parent
NOTHING = {"PATH": "/nonexistent", "HOME": "/nonexistent"}


def names(package: Package) -> list[str]:
    with zipfile.ZipFile(package.path) as zipped:
        return zipped.namelist()


def test_it_is_small_and_says_what_is_in_it(packed: Package) -> None:
    content = packed.path.read_bytes()
    assert len(content) == packed.bytes <= 1_000_000
    assert hashlib.sha256(content).hexdigest() == packed.sha256
    assert sorted(packed.files) == names(packed)
    with zipfile.ZipFile(packed.path) as zipped:
        release = json.loads(zipped.read("release.json"))
        assert (release["id"], release["runtime"]) == (packed.id, RUNTIME)
        for name, digest in release["files"].items():
            assert hashlib.sha256(zipped.read(name)).hexdigest() == digest


def test_another_folder_another_day_another_umask_give_the_same_bytes(
    packed: Package, tmp_path: Path, shell: Path
) -> None:
    copy = tmp_path / "elsewhere" / "forms"
    shutil.copytree(ROOM, copy, ignore=shutil.ignore_patterns("__pycache__"))
    for path in copy.rglob("*"):
        os.utime(path, (1, 1))
        if path.is_file():
            path.chmod(0o600)
    before = os.umask(0o077)
    try:
        again = build_package(tmp_path / "again.zip", shell=shell, environ=os.environ, package=copy)
    finally:
        os.umask(before)
    assert again.path.read_bytes() == packed.path.read_bytes()


def test_another_word_is_another_id(packed: Package, tmp_path: Path, shell: Path) -> None:
    copy = tmp_path / "forms"
    shutil.copytree(ROOM, copy, ignore=shutil.ignore_patterns("__pycache__"))
    with (copy / "words.py").open("a") as file:
        file.write("# a word\n")
    assert build_package(tmp_path / "a.zip", shell=shell, environ=NOTHING, package=copy).id != packed.id


def test_no_path_of_this_machine_is_in_it(packed: Package) -> None:
    content = packed.path.read_bytes()
    for place in {str(ROOM), str(ROOM.parents[1]), str(Path.home()), str(Path.cwd())} - {"/", "/root"}:
        assert place.encode() not in content, place


def test_everybody_may_read_what_lambda_runs(packed: Package) -> None:
    with zipfile.ZipFile(packed.path) as zipped:
        assert {entry.external_attr >> 16 for entry in zipped.infolist()} == {0o100644}
        assert {entry.date_time for entry in zipped.infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_what_only_a_laptop_uses_stays_out(packed: Package) -> None:
    modules = (name.partition(".py") for name in names(packed))
    inside = {name.replace("/", ".") for name, python, _ in modules if python}
    assert "forms.aws" in inside
    assert inside.isdisjoint(LOCAL_ONLY)
    assert "forms.memory" not in inside, "nothing on the path reaches it"
    assert "forms.ports" not in inside, "only type checkers import it"
    assert not [name for name in names(packed) if name.endswith((".toml", ".typed"))]
    for name in LOCAL_ONLY:
        assert ROOM.with_name("forms").joinpath(name.partition(".")[2] + ".py").is_file(), f"{name} is gone"


def test_a_project_packs_its_own_forms(tmp_path: Path) -> None:
    (tmp_path / "own").mkdir()
    text = (Path(SHIPPED) / "contact.toml").read_text().replace('"contact"', '"mine"').replace("/contact/", "/mine/")
    (tmp_path / "own/mine.toml").write_text(text)
    shell = tmp_path / "shell.html"
    shell.write_text("<main><!--main--></main>")
    out = tmp_path / "forms.zip"
    build_package(out, shell=shell, environ=NOTHING, definitions=tmp_path / "own")
    with zipfile.ZipFile(out) as zipped:
        tables = json.loads(zipped.read("forms/definitions.json"))
    assert {table["id"]: from_table(table) for table in tables} == load(tmp_path / "own")


def test_the_definitions_in_it_are_the_shipped_ones(packed: Package) -> None:
    with zipfile.ZipFile(packed.path) as zipped:
        tables = json.loads(zipped.read("forms/definitions.json"))
    assert {table["id"]: from_table(table) for table in tables} == load(SHIPPED)


#: Isolated: no environment, no site-packages, nothing of this project but the zip's files.
ALONE = """
import json, os, sys
sys.path.insert(0, sys.argv[1])
os.environ.update(FORMS_SITE_URL="https://site.example", FORMS_SECRETS="ab" * 32, FORMS_STORE="memory:none")
import forms.definition
from forms import aws
health = aws.http({"rawPath": "/api/health", "requestContext": {"http": {"method": "GET"}}}, None)
event = {"rawPath": "/api/forms/contact", "requestContext": {"http": {"method": "POST"}}, "body": "{}",
         "headers": {"content-type": "application/json"}}
broken = aws.http(event, None)
page = aws.http({**event, "rawPath": "/api/no", "headers": {}}, None)
print(json.dumps([health["statusCode"], broken["statusCode"], page["body"], sorted(forms.definition.load()),
                  sorted(sys.modules)]))
"""


def an_interpreter_for(package: Package) -> str | Path:
    """Lambda's, when the bytecode is there; else any."""
    return (find_interpreter(os.environ) if package.bytecode else None) or sys.executable


def run_alone(python: str | Path, package: Package, folder: Path) -> tuple[list[object], str]:
    with zipfile.ZipFile(package.path) as zipped:
        zipped.extractall(folder)
    done = subprocess.run(
        [python, "-I", "-S", "-B", "-c", ALONE, str(folder)], capture_output=True, text=True, check=True
    )
    answer: list[object] = json.loads(done.stdout)
    return answer, done.stderr


def test_it_runs_in_an_interpreter_that_has_nothing_else(packed: Package, tmp_path: Path) -> None:
    (health, broken, page, forms_, modules), log = run_alone(an_interpreter_for(packed), packed, tmp_path)
    assert (health, broken) == (200, 500)
    assert "FORMS_STORE must be" in log, "a broken setting is named in the log"
    assert "No module named" not in log
    assert forms_ == sorted(load())
    assert isinstance(modules, list)
    assert "tomllib" not in modules
    assert not [name for name in modules if name.startswith("forms.") and name in LOCAL_ONLY]
    assert isinstance(page, str)


def test_its_bytecode_is_what_lambdas_python_loads(packed: Package, tmp_path: Path) -> None:
    python = find_interpreter(os.environ)
    if python is None:
        assert "no bytecode" in packed.warnings[0]
        return
    assert packed.bytecode
    with zipfile.ZipFile(packed.path) as zipped:
        zipped.extractall(tmp_path)
    assert not list(tmp_path.rglob("*.py")), "bytecode instead of sources"
    inside = (tmp_path / "forms" / "aws.pyc").read_bytes()
    assert b"/var/task/forms/aws.py" in inside, "what a line in the log is called after"
    assert inside[4:8] == b"\x01\x00\x00\x00", "a hash and not a time, and nobody checks it (PEP 552)"
    code = "import sys; sys.path.insert(0, sys.argv[1]); from forms import aws; print(aws.__all__[0])"
    done = subprocess.run(
        [python, "-I", "-S", "-B", "-c", code, str(tmp_path)], capture_output=True, text=True, check=False
    )
    assert (done.stdout, done.stderr) == ("feedback\n", "")


def test_without_lambdas_python_the_sources_go_alone_and_that_is_said(
    tmp_path: Path, shell: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("microsite.package.runtime.VERSION", "3.99")
    made = build_package(tmp_path / "forms.zip", shell=shell, environ=os.environ)
    assert not made.bytecode
    assert "no bytecode" in made.warnings[0]
    assert not [name for name in names(made) if name.endswith(".pyc")]
    (health, *_), _log = run_alone(sys.executable, made, tmp_path / "unpacked")
    assert health == 200


def test_a_program_that_only_looks_like_python_is_passed_over(tmp_path: Path) -> None:
    fake = tmp_path / f"python{RUNTIME.removeprefix('python')}"
    fake.write_text("#!/bin/sh\necho 'pyenv: version not installed' >&2\nexit 1\n")
    fake.chmod(0o755)
    found = find_interpreter({"PATH": str(tmp_path), "HOME": str(tmp_path)})
    assert found is None or found == Path(sys.executable)


def test_without_a_built_site_the_fix_is_named(tmp_path: Path) -> None:
    with pytest.raises(PackageError, match=r"not built yet: .*shell\.html") as raised:
        build_package(tmp_path / "forms.zip", shell=tmp_path / "shell.html", environ=NOTHING)
    assert raised.value.fix == "run `microsite build` first"
    assert not (tmp_path / "forms.zip").exists()


def test_a_full_disk_or_a_wrong_place_leaves_the_old_zip(tmp_path: Path, shell: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(OSError, match="file"):
        build_package(tmp_path / "file" / "forms.zip", shell=shell, environ=NOTHING)


def test_a_zip_that_grew_too_large_is_refused(tmp_path: Path) -> None:
    large = tmp_path / "shell.html"
    large.write_bytes(b" " * 1_000_000)
    with pytest.raises(PackageError, match=r"has 1,\d\d\d,\d\d\d bytes; 1,000,000 are allowed"):
        build_package(tmp_path / "forms.zip", shell=large, environ=NOTHING)
    assert not (tmp_path / "forms.zip").exists()

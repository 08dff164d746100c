"""Imports followed through the source."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from microsite.errors import PackageError
from microsite.package.contents import contents
from microsite.package.graph import imports_of
from microsite.package.graph import reached

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def room(tmp_path: Path) -> Path:
    folder = tmp_path / "room"
    folder.mkdir()
    (folder / "__init__.py").write_text("")
    return folder


def follow(room: Path, *roots: str, without: tuple[str, ...] = ()) -> list[str]:
    def find(name: str) -> Path | None:
        top, _, rest = name.partition(".")
        path = room / f"{rest or '__init__'}.py"
        return path if top == "room" and path.is_file() else None

    return list(reached(roots, find, without=without))


def test_imports_inside_functions_count_and_those_of_type_checkers_do_not(room: Path) -> None:
    (room / "a.py").write_text(
        "import os\nfrom . import b\n"
        "TYPE_CHECKING = False\nif TYPE_CHECKING:\n    from .never import x\nelse:\n    from .other import x\n"
        "def verb():\n    from .late import thing\n"
    )
    for name in ("b", "late", "other", "never", "unused"):
        (room / f"{name}.py").write_text("thing = x = 1\n")
    assert follow(room, "room.a") == ["room", "room.a", "room.b", "room.late", "room.other"]
    assert follow(room, "room.a", without=("room.late",)) == ["room", "room.a", "room.b", "room.other"]


def test_modules_that_import_each_other_end(room: Path) -> None:
    (room / "a.py").write_text("from . import b\n")
    (room / "b.py").write_text("from .a import x\n")
    assert follow(room, "room.a") == ["room", "room.a", "room.b"]


def test_what_cannot_be_found_is_named_with_its_line(room: Path) -> None:
    (room / "a.py").write_text("import json\n\ndef verb():\n    import requests_of_nobody\n")
    with pytest.raises(PackageError, match=r"a\.py:4: the function imports `requests_of_nobody`, which is not inst"):
        follow(room, "room.a")


def test_machine_code_is_refused(room: Path) -> None:
    (room / "a.py").write_text("import fast\n")
    with pytest.raises(PackageError, match=r"is no Python source: fast\.so"):
        reached(["room.a"], lambda name: room / "fast.so" if name == "fast" else room / "a.py")


def test_a_name_from_a_module_is_not_a_module() -> None:
    assert list(imports_of("from .x import y\nfrom . import z\nimport a.b", "p", lambda _: None)) == [
        ("p.x", 1, False),
        ("p", 2, False),
        ("a.b", 3, False),
    ]


def test_a_library_that_the_function_uses_comes_along(room: Path, tmp_path: Path) -> None:
    (room / "aws.py").write_text("def verb():\n    import altcha\n")
    definitions = room / "definitions"
    definitions.mkdir()
    shell = tmp_path / "shell.html"
    shell.write_text("")
    room.rename(tmp_path / "forms")
    files = contents(tmp_path / "forms", shell)
    assert {"altcha/__init__.py", "altcha/v2.py", "forms/aws.py"} <= set(files)
    assert b"MIT" in files["altcha/LICENSE"]
    assert not [name for name in files if name.startswith("argon2")], "its fallbacks are its own business"

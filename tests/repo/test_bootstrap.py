"""What `make` says when something is missing, and that it does nothing when nothing is."""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Mapping
    from types import ModuleType

ROOT = Path(__file__).parents[2]


def load(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, ROOT / "scripts" / f"{name}.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def executable(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    path.chmod(0o755)
    return path


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project with a lock of its own and nothing installed."""
    root = tmp_path / "project"
    shutil.copytree(ROOT / "scripts", root / "scripts", ignore=shutil.ignore_patterns("__pycache__"))
    (root / "requirements.lock").write_text("nothing-like-this==1.0 --hash=sha256:" + "0" * 64 + "\n")
    (root / "pyproject.toml").write_text("[project]\nname = 'x'\n")
    return root


def bootstrap(root: Path, environ: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [root / "scripts/bootstrap"], env=dict(environ), capture_output=True, text=True, check=False, timeout=120
    )


def tools(folder: Path, *names: str) -> str:
    """A PATH with these system programs only."""
    folder.mkdir()
    for name in names:
        (folder / name).symlink_to(shutil.which(name) or "missing")
    return str(folder)


SYSTEM = ("sh", "cat", "cksum", "dirname", "env")


def test_an_old_python_is_named_with_what_to_install(project: Path, tmp_path: Path) -> None:
    path = tools(tmp_path / "bin", *SYSTEM)
    executable(tmp_path / "bin/python3", '#!/bin/sh\n[ "$1" = --version ] && echo "Python 3.8.10" && exit 0\nexit 1\n')
    done = bootstrap(project, {"PATH": path})
    assert done.returncode == 1
    assert "needs Python 3.11 or newer; this machine has Python 3.8.10." in done.stderr
    assert "apt install python3.11" in done.stderr


def test_no_python_at_all_is_said_too(project: Path, tmp_path: Path) -> None:
    done = bootstrap(project, {"PATH": tools(tmp_path / "bin", *SYSTEM)})
    assert done.returncode == 1
    assert "this machine has no python3 at all." in done.stderr


def test_without_a_network_the_missing_packages_are_named_in_few_lines(project: Path) -> None:
    environ = {
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "PYTHON": sys.executable,
        "PIP_NO_INDEX": "1",
        "PIP_CONFIG_FILE": os.devnull,
        "HOME": str(project),
    }
    done = bootstrap(project, environ)
    assert done.returncode == 1
    assert "nothing-like-this" in done.stderr
    assert "Run this once with a network" in done.stderr
    assert len(done.stderr.splitlines()) < 25
    assert not (project / ".venv/.installed").exists(), "the next call tries again"


def test_a_python_without_venv_is_told_which_package_to_install(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    module = load("bootstrap")
    python = executable(tmp_path / "python", "#!/bin/sh\ncase $2 in *ensurepip*) exit 1;; esac\n")
    monkeypatch.setattr(module.sys, "executable", str(python))
    monkeypatch.setattr(module, "PYTHON", tmp_path / "none")
    said = module._make_venv()
    assert 'its module "ensurepip" is missing' in said
    assert f"apt install python3.{sys.version_info.minor}-venv" in said


def test_when_all_is_installed_it_is_quick_quiet_and_needs_no_pip(project: Path, tmp_path: Path) -> None:
    path = tools(tmp_path / "bin", *SYSTEM)
    (project / ".venv/bin").mkdir(parents=True)
    executable(project / ".venv/bin/python", '#!/bin/sh\n[ "$1" = -c ]\n')
    summed = subprocess.run(
        "cat requirements.lock pyproject.toml | cksum",
        shell=True,
        cwd=project,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.strip()
    (project / ".venv/.installed").write_text(f"{summed} {project.resolve()}")
    done = bootstrap(project, {"PATH": path})
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    (project / "requirements.lock").write_text("changed\n")
    assert bootstrap(project, {"PATH": path}).returncode == 1, "another lock is another installation"


@pytest.fixture
def chromium(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> ModuleType:
    module = load("chromium")
    monkeypatch.delenv("CHROMIUM", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(module, "MAC", ())
    monkeypatch.setattr(module, "_playwright_path", lambda: "")
    return module


def test_an_installed_browser_is_found(chromium: ModuleType, tmp_path: Path) -> None:
    path = executable(tmp_path / "google-chrome", "#!/bin/sh\necho 'Google Chrome 140.0'\n")
    assert chromium.find() == str(path)


def test_a_stub_that_only_asks_for_a_package_is_no_browser(chromium: ModuleType, tmp_path: Path) -> None:
    executable(tmp_path / "chromium-browser", "#!/bin/sh\necho 'requires the chromium snap' >&2\nexit 1\n")
    executable(tmp_path / "chromium", "#!/bin/sh\necho 'please install me'\n")
    assert chromium.find() == ""


def test_the_browser_that_is_named_goes_first(
    chromium: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    executable(tmp_path / "chromium", "#!/bin/sh\necho 'Chromium 140'\n")
    named = executable(tmp_path / "mine", "#!/bin/sh\necho 'Chromium 141'\n")
    monkeypatch.setenv("CHROMIUM", str(named))
    assert chromium.find() == str(named)


def test_no_browser_and_no_way_to_get_one_says_exactly_what_to_do(
    chromium: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    tried: list[list[str]] = []

    def quiet(command: list[str]) -> bool:
        tried.append(command)
        return False

    monkeypatch.setattr(chromium, "_quiet", quiet)
    assert chromium.main() == 1
    said = capsys.readouterr()
    assert said.out == ""
    assert "apt install chromium" in said.err
    assert "make test-fast" in said.err
    assert tried[0][-2:] == ["install", "chromium"]


def test_as_root_apt_is_the_last_way(
    chromium: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    executable(tmp_path / "apt-get", "#!/bin/sh\n")
    monkeypatch.setattr(chromium.os, "geteuid", lambda: 0)

    def quiet(command: list[str]) -> bool:
        if "apt-get" in command and "install" in command:
            executable(tmp_path / "chromium", "#!/bin/sh\necho 'Chromium 140'\n")
            return True
        return False

    monkeypatch.setattr(chromium, "_quiet", quiet)
    assert chromium.main() == 0
    assert capsys.readouterr().out.strip() == str(tmp_path / "chromium")

from __future__ import annotations

import stat
import subprocess
import sys
from pathlib import Path

import pytest

from microsite.errors import ConfigError
from microsite.errors import ServeError
from microsite.serve.local import forms_environ
from microsite.serve.local import open_data


def test_the_folder_and_its_secret_are_for_this_user_only(tmp_path: Path) -> None:
    data = open_data(tmp_path / "data")
    assert stat.S_IMODE((tmp_path / "data").stat().st_mode) == 0o700
    assert stat.S_IMODE((tmp_path / "data" / "secret").stat().st_mode) == 0o600
    assert len(bytes.fromhex(data.secrets)) == 32


def test_the_secret_outlives_a_restart(tmp_path: Path) -> None:
    assert open_data(tmp_path).secrets == open_data(tmp_path).secrets


def test_two_folders_have_two_secrets(tmp_path: Path) -> None:
    assert open_data(tmp_path / "a").secrets != open_data(tmp_path / "b").secrets


def test_servers_that_start_at_once_agree_on_one_secret(tmp_path: Path) -> None:
    program = "import sys; from pathlib import Path; from microsite.serve.local import open_data; "
    program += "print(open_data(Path(sys.argv[1])).secrets)"
    started = [
        subprocess.Popen([sys.executable, "-c", program, str(tmp_path)], stdout=subprocess.PIPE, text=True)
        for _ in range(6)
    ]
    assert len({process.communicate(timeout=30)[0] for process in started}) == 1
    assert sorted(path.name for path in tmp_path.iterdir()) == ["outbox", "secret"]


def test_an_older_secret_may_stand_behind_the_new_one(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text(f"{'a' * 64},{'b' * 64}\n")
    assert open_data(tmp_path).secrets == f"{'a' * 64},{'b' * 64}"


@pytest.mark.parametrize("content", [b"", b"short", b"\xff\xfe", b"Z" * 64])
def test_a_broken_secret_is_named_with_its_file(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "secret").write_bytes(content)
    with pytest.raises(ConfigError, match="secret") as caught:
        open_data(tmp_path)
    assert caught.value.path == tmp_path / "secret"


def test_a_folder_that_is_a_file_is_said_plainly(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("x")
    with pytest.raises(ServeError, match="cannot be used") as caught:
        open_data(tmp_path / "data")
    assert "DATA=" in caught.value.fix


def test_the_function_gets_every_setting_that_it_knows(tmp_path: Path) -> None:
    data = open_data(tmp_path / "data")
    extra = {"contact": {"email": "team@x.test"}, "organisation": {"name": "N", "postal_address": "A"}}
    environ = forms_environ(
        data, root=tmp_path, url="http://127.0.0.1:8000/", extra=extra, release="abc", screening=False
    )
    assert environ["FORMS_STORE"] == f"sqlite:{tmp_path}/data/leads.sqlite3"
    assert environ["FORMS_MAIL"] == f"outbox:{tmp_path}/data/outbox"
    assert environ["FORMS_SITE_URL"] == "http://127.0.0.1:8000"
    assert (environ["FORMS_TEAM"], environ["FORMS_ORG_NAME"], environ["FORMS_ORG_ADDRESS"]) == ("team@x.test", "N", "A")
    assert (environ["FORMS_SCREENING"], environ["FORMS_RELEASE"]) == ("off", "abc")
    aws = pytest.importorskip("forms.aws")
    assert set(environ) == set(aws._NAMES)
    assert all(Path(environ[name].partition(":")[2]).is_absolute() for name in ("FORMS_STORE", "FORMS_MAIL"))

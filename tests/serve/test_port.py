from __future__ import annotations

import os
import shutil
import socket
from typing import TYPE_CHECKING

import pytest

from microsite.errors import ServeError
from microsite.serve import port as port_module
from microsite.serve.port import claim
from microsite.serve.port import owner_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def taken() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as sock:
        yield sock


def test_any_free_port_is_given_on_this_machine_only() -> None:
    with claim(0) as sock:
        host, port = sock.getsockname()
        assert host == "127.0.0.1"
        assert port > 1023


def test_a_port_in_use_names_the_process_and_the_way_out(taken: socket.socket) -> None:
    port = taken.getsockname()[1]
    with pytest.raises(ServeError) as caught:
        claim(port)
    assert f"port {port} is in use by " in str(caught.value)
    assert f"(pid {os.getpid()})" in str(caught.value)
    assert f"make serve PORT={port + 1}" in caught.value.fix


def test_a_port_that_nobody_has_has_no_owner() -> None:
    with claim(0) as sock:
        port = sock.getsockname()[1]
    assert owner_of(port) == ""


@pytest.mark.skipif(not shutil.which("lsof"), reason="lsof is how systems without /proc are asked")
def test_without_proc_lsof_names_the_process(taken: socket.socket) -> None:
    assert f"(pid {os.getpid()})" in port_module._owner_by_lsof(taken.getsockname()[1])


def test_a_port_just_left_can_be_taken_again() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        with socket.create_connection(("127.0.0.1", port)), server.accept()[0]:
            pass
    with claim(port) as sock:
        assert sock.getsockname()[1] == port


def test_unreadable_tables_do_no_harm(tmp_path: Path) -> None:
    assert port_module._owner_by_proc(1, [tmp_path / "none"]) == ""

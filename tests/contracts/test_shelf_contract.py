"""What every shelf holds to."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from forms.folder import Folder
from forms.memory import MemoryShelf

if TYPE_CHECKING:
    from pathlib import Path

    from forms.ports import Shelf


class ShelfContract:
    @pytest.fixture
    def shelf(self, tmp_path: Path) -> Shelf:
        """A shelf with `book.pdf` = b"%PDF-1.7"."""
        raise NotImplementedError

    def test_a_file_is_read_whole(self, shelf: Shelf) -> None:
        assert shelf.read("book.pdf") == b"%PDF-1.7"

    @pytest.mark.parametrize("name", ["", "nothing.pdf", "../secret", "/etc/passwd", ".hidden", "sub/book.pdf", ".."])
    def test_what_does_not_stand_there_is_none(self, shelf: Shelf, name: str) -> None:
        assert shelf.read(name) is None


class TestMemoryShelf(ShelfContract):
    @pytest.fixture
    def shelf(self, tmp_path: Path) -> Shelf:
        return MemoryShelf({"book.pdf": b"%PDF-1.7"})


class TestFolder(ShelfContract):
    @pytest.fixture
    def shelf(self, tmp_path: Path) -> Shelf:
        (tmp_path / "shelf" / "sub").mkdir(parents=True)
        for place in ("shelf/book.pdf", "shelf/sub/book.pdf", "shelf/.hidden", "secret"):
            (tmp_path / place).write_bytes(b"%PDF-1.7")
        return Folder(tmp_path / "shelf")

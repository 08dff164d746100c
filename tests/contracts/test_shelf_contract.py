"""What every shelf holds to."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from forms.cloud import Client
from forms.errors import StoreError
from forms.folder import Folder
from forms.memory import MemoryShelf
from forms.s3 import Bucket

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Iterator
    from pathlib import Path

    from forms.ports import Shelf
    from forms.world import World


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


class TestBucket(ShelfContract):
    @pytest.fixture
    def client(self, world: Callable[[str], World], moto_url: str) -> Iterator[Client]:
        client = Client("s3", world(moto_url))
        client.call("PUT", "/books", {}, b"")
        for name in ("steady%20ground/book.pdf", "steady%20ground/sub/book.pdf", "steady%20ground/.hidden", "secret"):
            client.call("PUT", f"/books/{name}", {"content-type": "application/pdf"}, b"%PDF-1.7")
        yield client
        client.close()

    @pytest.fixture
    def shelf(self, client: Client) -> Shelf:
        return Bucket(client, "books", "steady ground/")

    def test_without_a_prefix_files_stand_at_the_top(self, client: Client) -> None:
        assert Bucket(client, "books").read("secret") == b"%PDF-1.7"

    def test_a_bucket_that_is_not_there_is_an_error_and_no_missing_book(self, client: Client) -> None:
        with pytest.raises(StoreError, match="NoSuchBucket"):
            Bucket(client, "nobody").read("book.pdf")

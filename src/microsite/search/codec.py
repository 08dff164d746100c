"""The bytes of the index: numbers, sorted texts, posting lists, file names. `js/codec.js` reads what this writes.

* number: unsigned LEB128, seven bits a byte, low first (https://dwarfstd.org/doc/DWARF5.pdf, 7.6);
* sorted texts: for each, how many bytes it shares with the one before, how many follow, and these (front coding,
  Witten, Moffat, Bell, "Managing Gigabytes", 4.1);
* posting list: `step, count, document differences…, levels…`, a byte for each level; a posting is worth `step · level`;
* file name: `KIND.KKKKCCCCC.bin`. `KKKK` is 16 bits of the CRC-32 of the file's key (a shard's or a directory's first
  term, a chunk's number), `CCCCC` 20 bits of the CRC-32 of its content: its check. A directory needs to hold only the
  latter, since the reader knows the key. Two contents of one key share a name once in a million edits; the reader
  compares the content with the name, so a damaged answer is seen;
* checks: 20 bits each, high first, the last byte filled with zeros. 0 says that there is no file.
"""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from collections.abc import Sequence

__all__ = [
    "check_of",
    "checks",
    "file_name",
    "front_coded",
    "number",
    "numbers",
    "posting_list",
    "read_front_coded",
    "read_list",
]


def number(value: int) -> bytes:
    """One number."""
    out = bytearray()
    while value > 127:
        out.append(value & 127 | 128)
        value >>= 7
    out.append(value)
    return bytes(out)


def numbers(values: Iterable[int]) -> bytes:
    """Numbers, one after the other."""
    out = bytearray()
    for value in values:
        rest = value
        while rest > 127:
            out.append(rest & 127 | 128)
            rest >>= 7
        out.append(rest)
    return bytes(out)


def read_number(data: bytes, at: int) -> tuple[int, int]:
    """`(value, where the next starts)`."""
    value = shift = 0
    while True:
        byte = data[at]
        at += 1
        value |= (byte & 127) << shift
        if byte < 128:
            return value, at
        shift += 7


def front_coded(texts: Iterable[bytes]) -> bytes:
    """Sorted texts; the number of texts is not part of it."""
    out = bytearray()
    last = b""
    for text in texts:
        shared = 0
        while shared < min(len(text), len(last)) and text[shared] == last[shared]:
            shared += 1
        out += number(shared) + number(len(text) - shared) + text[shared:]
        last = text
    return bytes(out)


def read_front_coded(data: bytes, at: int, count: int) -> tuple[list[bytes], int]:
    """`count` texts from `at`, and where they end."""
    texts: list[bytes] = []
    last = b""
    for _ in range(count):
        shared, at = read_number(data, at)
        length, at = read_number(data, at)
        last = last[:shared] + data[at : at + length]
        at += length
        texts.append(last)
    return texts, at


def posting_list(step: int, postings: Sequence[tuple[int, int]]) -> bytes:
    """`postings` as `(document, level)` by rising document."""
    out = [step, len(postings)]
    last = 0
    for document, _ in postings:
        out.append(document - last)
        last = document
    return numbers(out) + bytes(level for _, level in postings)


def read_list(data: bytes) -> tuple[int, list[tuple[int, int]]]:
    """What `posting_list` was given."""
    step, at = read_number(data, 0)
    count, at = read_number(data, at)
    documents, document = [], 0
    for _ in range(count):
        gap, at = read_number(data, at)
        document += gap
        documents.append(document)
    return step, list(zip(documents, data[at:], strict=True))


def check_of(content: bytes) -> int:
    """The 20 bits that stand for a content; never 0."""
    return zlib.crc32(content) & 0xFFFFF or 1


def checks(values: Sequence[int]) -> bytes:
    """Checks, five hexadecimal digits each."""
    digits = "".join(f"{value:05x}" for value in values)
    return bytes.fromhex(digits + "0" * (len(digits) % 2))


def file_name(kind: str, key: str, content: bytes) -> str:
    """`t.5c2a0d41f.bin`."""
    return f"{kind}.{zlib.crc32(key.encode()) & 0xFFFF:04x}{check_of(content):05x}.bin"

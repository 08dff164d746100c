"""Which number a document has: pages by address, in regions with room to spare, so that an edit moves few of them.

Posting lists hold numbers. If they ran on without a gap, one new section would renumber every document after it and
change every shard. So pages lie in the order of their addresses (neighbours share words, and small gaps pack well),
in regions whose borders depend on the addresses near them and nothing else, and each region's room is rounded up. A
page of three or more sections starts at a multiple of four, where a chunk of records starts too, and its room is
rounded up as well.
"""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING
from typing import Final

if TYPE_CHECKING:
    from collections.abc import Iterable
    from collections.abc import Iterator

__all__ = ["first_numbers"]

#: Documents in a region before its end is looked for, and where it ends at the latest.
_REGION: Final = 96
_LONGEST: Final = 512
#: Spare numbers a region has at least; its room is a multiple of `_UNIT`.
_SPARE: Final = 8
_UNIT: Final = 32


def first_numbers(pages: Iterable[tuple[str, int]]) -> Iterator[tuple[str, int, int]]:
    """`(address, first number, end of the numbers in use)` for `(address, sections)` in order of address."""
    start = used = 0
    for url, count in pages:
        room = count if count < 3 else -(-count // 4) * 4
        if used >= _REGION and (used + room > _LONGEST or zlib.crc32(url.encode()) % 4 == 0):
            start += -(-(used + _SPARE) // _UNIT) * _UNIT
            used = 0
        if count >= 3:
            used = -(-used // 4) * 4
        yield url, start + used, start + used + count
        used += room

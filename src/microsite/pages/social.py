"""The picture that other sites show beside a link: a page's title on the site's ground. Words in, a PNG out.

1200 x 630 pixels in four colors, lettered with a font that comes along, so no machine's fonts matter. The title is set
as large as fits and wrapped, never cut. The PNG is written here, row by row: all pictures share their head, so only
the title's rows are compressed for each (1.5 ms a picture instead of 9 with Pillow's own writer).
"""

from __future__ import annotations

import hashlib
import re
import struct
import zlib
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING
from typing import NamedTuple

if TYPE_CHECKING:
    from PIL import Image
    from PIL import ImageFont

__all__ = ["HEIGHT", "WIDTH", "Brand", "card", "draw", "fit", "read_brand"]

#: What networks ask for: https://developers.facebook.com/docs/sharing/webmasters/images
WIDTH, HEIGHT = 1200, 630
_FONT = Path(__file__).with_name("title.ttf")
#: Goes into the name: the same words drawn in another way are another file.
_VERSION = 1
_MARGIN = 84
_TITLE_TOP, _TITLE_END = 150, 530
_SIZES = (92, 84, 76, 68, 61, 55, 49, 44, 39, 35, 31, 28, 25, 22, 19, 16, 13, 10)
_LEADING = 1.22
#: Bits of a pixel: ground, two mixtures, ink.
_BITS = 2
_FILTER = 8 // _BITS
_TOKEN = re.compile(r"--(?P<name>ground|accent):\s*(?P<color>#[0-9a-fA-F]{3,6})\s*;")
#: What the font has no letter for, in letters that it has.
_SPELLED = {0x2010: "-", 0x2011: "-", 0x2190: "<-", 0x2192: "->", 0x2264: "<=", 0x2265: ">=", 0x2212: "-", 0xAD: ""}
_LIGHT = {"ground": "#fbfaf6", "accent": "#08565a"}


class Brand(NamedTuple):
    """What all pictures of a site share: its name, its address (no slash at the end), two colors as `#rrggbb`."""

    name: str
    url: str
    ground: str
    ink: str


def read_brand(tokens: Path, *, name: str, site_url: str) -> Brand:
    """The brand with the colors of the sheet at `tokens` (its first `--ground` and `--accent`, the light ones)."""
    text = tokens.read_text("utf-8") if tokens.is_file() else ""
    colors = dict(_LIGHT)
    for match in reversed(list(_TOKEN.finditer(text))):
        colors[match["name"]] = match["color"]
    return Brand(name, site_url.rstrip("/"), _long(colors["ground"]), _long(colors["accent"]))


def card(title: str, section: str, brand: Brand) -> dict[str, str]:
    """The picture of a page as plain values: its address, its words for those who cannot see it, what to draw.

    The name is a hash of all that the picture is made of, so that a page can name it before it is drawn.
    """
    parts = "\n".join([str(_VERSION), title, section, *brand])
    digest = hashlib.sha256(parts.encode() + _font_digest()).hexdigest()
    return {
        "image": f"/assets/og.{digest[:10]}.png",
        "alt": f"{brand.name}: {title}" if title != brand.name else title,
        "title": title,
        "section": section,
    }


@lru_cache(maxsize=1024)
def draw(title: str, section: str, brand: Brand) -> bytes:
    """The PNG of a page, 8 to 22 KB; a watching server draws each once."""
    head, foot = _head(brand), _foot(section, brand)
    body = _rows(_title(title))
    raw = head.raw + body + foot.raw
    stream = (
        b"\x78\x9c" + head.packed + _packed(body) + foot.packed + b"\x03\x00" + struct.pack(">I", zlib.adler32(raw))
    )
    ground, ink = _rgb(brand.ground), _rgb(brand.ink)
    colors = [round(a + (b - a) * step / 3) for step in range(4) for a, b in zip(ground, ink, strict=True)]
    size = struct.pack(">IIBBBBB", WIDTH, HEIGHT, _BITS, 3, 0, 0, 0)
    chunks = ((b"IHDR", size), (b"PLTE", bytes(colors)), (b"IDAT", stream), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data)) for name, data in chunks
    )


def fit(title: str) -> tuple[int, list[str]]:
    """(size in pixels, lines) of the largest setting that fits; a word longer than a line is broken, none is lost."""
    words = title.translate(_SPELLED).split() or [""]
    lines: list[str] = []
    size = _SIZES[0]
    width = WIDTH - 2 * _MARGIN
    for size in _SIZES:
        # Down to the size of the smallest letters that can be read on a phone a long word makes the whole smaller; only
        # below it is it broken.
        lines = _wrapped(words, width, size, broken=size <= _SIZES[-6])
        tall = len(lines) * size * _LEADING
        if tall <= _TITLE_END - _TITLE_TOP and max(_width(line, size) for line in lines) <= width:
            break
    return size, lines


class _Strip(NamedTuple):
    """Rows of a picture as a PNG has them, and compressed; ends at a byte, so that more can follow."""

    raw: bytes
    packed: bytes


def _title(title: str) -> Image.Image:
    canvas = _canvas(_TITLE_END - _TITLE_TOP)
    size, lines = fit(title)
    step = size * _LEADING
    top = (_TITLE_END - _TITLE_TOP - step * len(lines)) / 2 + size * 0.95
    for number, line in enumerate(lines):
        _write(canvas, line, _MARGIN, round(top + number * step), size)
    return canvas


@lru_cache(maxsize=4)
def _head(brand: Brand) -> _Strip:
    canvas = _canvas(_TITLE_TOP)
    canvas.paste(_mark(56), (_FILTER + _MARGIN, 62))
    _write(canvas, brand.name, _MARGIN + 72, 104, 40)
    return _strip(canvas)


@lru_cache(maxsize=64)
def _foot(section: str, brand: Brand) -> _Strip:
    canvas = _canvas(HEIGHT - _TITLE_END)
    words = "  ·  ".join(filter(None, [section, re.sub(r"^[a-z]+://|/.*$", "", brand.url)]))
    _write(canvas, words, _MARGIN, 46, 30)
    return _strip(canvas)


def _canvas(height: int) -> Image.Image:
    """A piece of the picture, 0 for ground to 3 for ink, with the band at its left edge.

    It is four pixels wider than the picture: packed, these are one byte 0, which a PNG wants before each row to say
    that the row is not filtered.
    """
    from PIL import Image as Images  # noqa: PLC0415 - 60 ms that only a build needs

    canvas = Images.new("P", (_FILTER + WIDTH, height), 0)
    canvas.paste(3, (_FILTER, 0, _FILTER + 24, height))
    return canvas


def _write(canvas: Image.Image, line: str, left: int, base: int, size: int) -> None:
    """One line of words, its letters standing on row `base`."""
    place = float(_FILTER + left)
    for word in line.split(" "):
        if word:
            drawn, across, down, long = _word(word, size)
            canvas.paste(drawn, (round(place) + across, base + down))
            place += long
        place += _width(" ", size)


@lru_cache(maxsize=2048)
def _word(word: str, size: int) -> tuple[Image.Image, int, int, float]:
    """A word, where it stands from its place on the line, its width. Titles of one site share most of their words."""
    from PIL import Image as Images  # noqa: PLC0415 - as above
    from PIL import ImageDraw  # noqa: PLC0415 - as above

    long = _width(word, size)
    pad = size // 2
    drawn = Images.new("L", (round(long) + 2 * pad, size * 2), 0)
    ImageDraw.Draw(drawn).text((pad, size + pad), word, fill=255, font=_font(size), anchor="ls")
    box = drawn.getbbox() or (0, 0, 1, 1)
    return _levels(drawn.crop(box)), box[0] - pad, box[1] - size - pad, long


def _levels(drawn: Image.Image) -> Image.Image:
    """Coverage from 0 to 255 as one of the four colors."""
    from PIL import Image as Images  # noqa: PLC0415 - as above

    return Images.frombytes("P", drawn.size, drawn.point([(value + 42) // 85 for value in range(256)]).tobytes())


@lru_cache(maxsize=32)
def _font(size: int) -> ImageFont.FreeTypeFont:
    from PIL import ImageFont as Fonts  # noqa: PLC0415 - as above

    # The simple layout: the other one depends on a library that not every machine has.
    return Fonts.truetype(str(_FONT), size, layout_engine=Fonts.Layout.BASIC)


@lru_cache(maxsize=4096)
def _letter(letter: str, size: int) -> float:
    return _font(size).getlength(letter)


def _width(text: str, size: int) -> float:
    """Pixels from left to right: the sum of its letters, since the font has no kerning."""
    return sum([_letter(letter, size) for letter in text])


def _wrapped(words: list[str], width: float, size: int, *, broken: bool) -> list[str]:
    lines: list[str] = []
    line = ""
    queue = list(reversed(words))
    while queue:
        word = queue.pop()
        longer = f"{line} {word}" if line else word
        if _width(longer, size) <= width or not (line or broken):
            line = longer
        elif line:
            lines.append(line)
            line = ""
            queue.append(word)
        else:
            keep = next(count for count in range(len(word), 0, -1) if count == 1 or _width(word[:count], size) <= width)
            lines.append(word[:keep])
            queue += [word[keep:]] if word[keep:] else []
    return [*lines, line] if line or not lines else lines


@lru_cache(maxsize=1)
def _mark(size: int) -> Image.Image:
    """The mark of theme/templates/components/mark.html: a reader over an open book, drawn four times too large."""
    from PIL import Image as Images  # noqa: PLC0415 - as above
    from PIL import ImageDraw  # noqa: PLC0415 - as above

    scale = size * 4 / 24
    large = Images.new("L", (size * 4, size * 4), 0)
    pen = ImageDraw.Draw(large)
    curves = [
        ((1, 14), (7, 12), (12, 16)),
        ((12, 16), (17, 12), (23, 14)),
        ((23, 14), (23, 17.5), (23, 21)),
        ((23, 21), (17, 19), (12, 23)),
        ((12, 23), (7, 19), (1, 21)),
    ]
    pen.polygon([(x * scale, y * scale) for curve in curves for x, y in _curve(*curve)], fill=255)
    pen.ellipse([7.5 * scale, 2.5 * scale, 16.5 * scale, 11.5 * scale], fill=255)
    return _levels(large.resize((size, size), Images.Resampling.BOX))


_Point = tuple[float, float]


def _curve(start: _Point, bend: _Point, end: _Point) -> list[_Point]:
    """Points of a quadratic curve."""
    steps = [step / 12 for step in range(13)]
    x, y = (
        [(1 - t) ** 2 * a + 2 * t * (1 - t) * b + t * t * c for t in steps]
        for a, b, c in zip(start, bend, end, strict=True)
    )
    return list(zip(x, y, strict=True))


def _rows(canvas: Image.Image) -> bytes:
    """A canvas as a PNG's rows, two bits a pixel."""
    return canvas.tobytes("raw", f"P;{_BITS}")


def _packed(rows: bytes) -> bytes:
    """Rows as a piece of a deflate stream (RFC 1951) that ends at a byte and leaves nothing to refer to.

    Only runs are looked for: a fifth larger than the best, in a fifth of the time.
    """
    press = zlib.compressobj(6, zlib.DEFLATED, -15, 9, zlib.Z_RLE)
    return press.compress(rows) + press.flush(zlib.Z_FULL_FLUSH)


def _strip(canvas: Image.Image) -> _Strip:
    rows = _rows(canvas)
    return _Strip(rows, _packed(rows))


@lru_cache(maxsize=1)
def _font_digest() -> bytes:
    return hashlib.sha256(_FONT.read_bytes()).digest()


def _long(color: str) -> str:
    digits = color.lower().removeprefix("#")
    return "#" + "".join(digit * 2 for digit in digits) if len(digits) == 3 else f"#{digits}"


def _rgb(color: str) -> tuple[int, int, int]:
    return int(color[1:3], 16), int(color[3:5], 16), int(color[5:7], 16)

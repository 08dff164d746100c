"""Pictures for other sites: whole titles, right size, few bytes, the same each time, named before they are drawn."""

from __future__ import annotations

import io
import struct
import time
import zlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st
from PIL import Image

from microsite.pages.social import HEIGHT
from microsite.pages.social import WIDTH
from microsite.pages.social import Brand
from microsite.pages.social import card
from microsite.pages.social import draw
from microsite.pages.social import fit
from microsite.pages.social import read_brand

TOKENS = Path(__file__).parents[2] / "theme/assets/site/1-tokens.css"
BRAND = read_brand(TOKENS, name="Ketamine Guide", site_url="https://guide.example/")
TITLES = (
    "Ketamine for PTSD",
    "Compounded ketamine: creams, tablets and the warnings of the FDA",
    "Gr\u00f6\u00dfe \u2013 \u201cna\u00efve\u201d caf\u00e9\u2019s \u00bd \u03b2-blockers \u2265 5 \u00b5g",
    "Pneumonoultramicroscopicsilicovolcanoconiosis",
    "",
    "x" * 400,
    "word " * 60,
)


def opened(title: str, section: str = "Safety") -> Image.Image:
    return Image.open(io.BytesIO(draw(title, section, BRAND))).convert("RGB")


def inked(picture: Image.Image, box: tuple[int, int, int, int]) -> bool:
    ground = tuple(int(BRAND.ground[place : place + 2], 16) for place in (1, 3, 5))
    return any(color != ground for _, color in picture.crop(box).getcolors(maxcolors=99) or [])


@pytest.mark.parametrize("title", TITLES)
def test_a_picture_is_a_sound_png_of_the_size_that_networks_ask_for(title: str) -> None:
    data = draw(title, "Safety", BRAND)
    assert len(data) <= 40_000
    picture = Image.open(io.BytesIO(data))
    picture.load()
    assert (picture.format, picture.size) == ("PNG", (WIDTH, HEIGHT)) == ("PNG", (1200, 630))
    place = 8
    while place < len(data):
        length = struct.unpack(">I", data[place : place + 4])[0]
        piece = data[place + 4 : place + 8 + length]
        assert struct.unpack(">I", data[place + 8 + length : place + 12 + length])[0] == zlib.crc32(piece)
        if piece.startswith(b"IDAT"):
            # The whole stream, its own check included.
            assert len(zlib.decompress(piece[4:])) == HEIGHT * (1 + WIDTH // 4)
        place += 12 + length


@pytest.mark.parametrize("title", TITLES)
def test_no_letter_is_cut_at_an_edge(title: str) -> None:
    picture = opened(title)
    assert not inked(picture, (WIDTH - 40, 0, WIDTH, HEIGHT))
    assert not inked(picture, (25, 0, 60, HEIGHT))
    assert not inked(picture, (25, 130, WIDTH, 150))


@settings(max_examples=60, deadline=None)
@given(st.text(st.characters(codec="latin-1", exclude_categories=["C"]), max_size=300))
def test_every_word_of_a_title_is_set_and_the_largest_size_that_fits_is_taken(title: str) -> None:
    size, lines = fit(title)
    assert "".join("".join(lines).split()) == "".join(title.replace("\xad", "").split())
    assert len(lines) * size * 1.2 <= 400


def test_short_titles_are_large_and_long_ones_wrap() -> None:
    assert fit("Ketamine for PTSD") == (92, ["Ketamine for PTSD"])
    size, lines = fit(TITLES[1])
    assert size >= 76
    assert len(lines) == 3


def test_letters_of_other_languages_are_drawn_and_not_boxes() -> None:
    box = opened("\ue000").tobytes()
    for letter in "éüñçøłšβµ½…€\u2013\u201c\u2019":
        assert opened(letter).tobytes() != box, letter


def test_the_name_depends_on_all_that_is_drawn_and_on_nothing_else() -> None:
    first = card("A title", "Safety", BRAND)
    assert first == card("A title", "Safety", BRAND)
    others = [
        card("Another", "Safety", BRAND),
        card("A title", "Conditions", BRAND),
        card("A title", "Safety", BRAND._replace(name="Other")),
        card("A title", "Safety", BRAND._replace(ink="#000000")),
    ]
    assert len({first["image"], *(one["image"] for one in others)}) == 5
    assert first["alt"] == "Ketamine Guide: A title"


def test_the_same_words_give_the_same_bytes() -> None:
    first = draw("Again", "Safety", BRAND)
    draw.cache_clear()
    assert draw("Again", "Safety", BRAND) == first


def test_colors_come_from_the_sheet(tmp_path: Path) -> None:
    sheet = tmp_path / "tokens.css"
    sheet.write_text(":root{--ground: #FFF; --accent:#123456;}[x]{--ground:#000;--accent:#fff}", "utf-8")
    brand = read_brand(sheet, name="N", site_url="https://h.example:8000/x/")
    assert brand == Brand("N", "https://h.example:8000/x", "#ffffff", "#123456")
    assert opened("x").getpixel((1190, 5)) == tuple(bytes.fromhex(BRAND.ground[1:]))


def test_a_picture_takes_little_time() -> None:
    draw("warm up the letters of this very title 0", "Safety", BRAND)
    started = time.process_time()
    for number in range(20):
        draw(f"warm up the letters of this very title {number}", "Safety", BRAND)
    assert (time.process_time() - started) / 20 < 0.008

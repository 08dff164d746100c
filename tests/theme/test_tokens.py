"""Tokens: one home for each color, dark as complete as light, contrast by the formula of WCAG 2.2."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ASSETS = ROOT / "theme" / "assets"
TOKENS = (ASSETS / "site" / "1-tokens.css").read_text(encoding="utf-8")


def block(selector: str) -> dict[str, str]:
    found = re.search(re.escape(selector) + r"\s*\{(.*?)\}", TOKENS, re.DOTALL)
    assert found, selector
    return dict(re.findall(r"(--[\w-]+|color-scheme):\s*([^;]+);", found[1]))


LIGHT = block(":root")
CHOSEN = block('[data-theme="dark"]')
FOLLOWED = block(':root:not([data-theme="light"])')
COLORS = {name: value for name, value in LIGHT.items() if value.startswith("#")}


def luminance(color: str) -> float:
    """Relative luminance of #rgb or #rrggbb: https://www.w3.org/TR/WCAG22/#dfn-relative-luminance."""
    digits = color.removeprefix("#")
    pairs = [digit * 2 for digit in digits] if len(digits) == 3 else [digits[i : i + 2] for i in (0, 2, 4)]
    parts = [int(pair, 16) / 255 for pair in pairs]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def test_dark_is_the_same_whether_chosen_or_followed() -> None:
    """CSS has no way to say it once that every phone in use understands, so a test holds the two equal."""
    assert CHOSEN == FOLLOWED


def test_dark_names_every_color_that_light_does() -> None:
    assert COLORS.keys() <= CHOSEN.keys()
    assert CHOSEN.keys() <= LIGHT.keys()


@pytest.mark.parametrize("scheme", [LIGHT, CHOSEN], ids=["light", "dark"])
@pytest.mark.parametrize("ground", ["--ground", "--raised", "--tint"])
@pytest.mark.parametrize(("ink", "least"), [("--ink", 7), ("--muted", 6), ("--accent", 6)])
def test_text_can_be_read_on_every_ground(scheme: dict[str, str], ground: str, ink: str, least: float) -> None:
    assert contrast(scheme[ink], scheme[ground]) >= least


@pytest.mark.parametrize("scheme", [LIGHT, CHOSEN], ids=["light", "dark"])
def test_warnings_buttons_and_edges_can_be_seen(scheme: dict[str, str]) -> None:
    assert contrast(scheme["--warn"], scheme["--warn-tint"]) >= 6
    assert contrast(scheme["--ink"], scheme["--warn-tint"]) >= 7
    assert contrast(scheme["--on-accent"], scheme["--accent"]) >= 7
    assert contrast(scheme["--edge"], scheme["--raised"]) >= 3
    assert contrast(scheme["--edge"], scheme["--ground"]) >= 3


def test_every_variable_that_is_used_is_a_token() -> None:
    sheets = "".join(path.read_text(encoding="utf-8") for path in ASSETS.rglob("*.css"))
    own = set(re.findall(r"(--[\w-]+):", sheets))
    assert set(re.findall(r"var\((--[\w-]+)", sheets)) <= own
    assert LIGHT.keys() - {"color-scheme"} <= set(re.findall(r"var\((--[\w-]+)", sheets))


def test_the_formula_gives_the_known_extremes() -> None:
    assert contrast("#000", "#fff") == pytest.approx(21)
    assert contrast("#777", "#ffffff") == pytest.approx(4.48, abs=0.01)

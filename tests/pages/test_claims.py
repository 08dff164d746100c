from __future__ import annotations

import json
from typing import TYPE_CHECKING

import markdown
import pytest

from microsite.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

CLAIM = {"id": "pain-01", "topic": "chronic pain", "claim": "C.", "evidence_level": "very-low", "population": "a < b"}


@pytest.fixture
def html(tmp_path: Path) -> Callable[[str], str]:
    file = tmp_path / "claims.json"
    file.write_text(json.dumps([CLAIM, {**CLAIM, "id": "pain-02", "retired": "2026-01-01"}]), encoding="utf-8")
    maker = markdown.Markdown(
        extensions=["microsite.pages.claims", "tables"],
        extension_configs={"microsite.pages.claims": {"claims": str(file)}},
    )
    return lambda text: str(maker.reset().convert(text))


def test_a_mark_becomes_the_registrys_certainty_and_a_note_without_script(html: Callable[[str], str]) -> None:
    made = html("Pain fell. [claim: pain-01] More.")
    button = '<button class="grade g1" popovertarget="k-pain-01" type="button">Very low certainty</button>'
    assert made.startswith(f"<p>Pain fell. {button} More.</p>")
    assert '<div popover class="panel why footnote" id="k-pain-01">' in made
    assert "For: a &lt; b." in made
    assert 'href="/evidence/chronic-pain/#pain-01"' in made


def test_a_claim_that_is_stated_twice_has_one_note_and_the_next_page_none(html: Callable[[str], str]) -> None:
    assert html("A [claim: pain-01] b [claim: pain-01, very low].").count("popover class") == 1
    assert "popover" not in html("Nothing.")


@pytest.mark.parametrize("mark", ["[claim: pain-03]", "[claim: pain-02]", "[claim: ]"])
def test_what_is_unknown_or_given_up_stays_visible_as_it_was_written(html: Callable[[str], str], mark: str) -> None:
    assert html(f"A {mark}") == f"<p>A {mark}</p>"


def test_a_mark_in_code_is_code(html: Callable[[str], str]) -> None:
    assert html("`[claim: pain-01]`") == "<p><code>[claim: pain-01]</code></p>"


def test_a_registry_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="claims cannot be read"):
        markdown.markdown(
            "[claim: a-01]",
            extensions=["microsite.pages.claims"],
            extension_configs={"microsite.pages.claims": {"claims": str(tmp_path / "none.json")}},
        )

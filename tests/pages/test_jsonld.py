"""Data blocks: every type, property and value is one that schema.org knows there; nothing is claimed that is not so."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser

from microsite.pages.jsonld import Said
from microsite.pages.jsonld import data_block
from microsite.pages.jsonld import described

VOCABULARY = json.loads(Path(__file__).with_name("data").joinpath("schema-org.json").read_text("utf-8"))
SITE = "https://x.test"
PERSON = {"id": "ann", "name": "Ann", "kind": "person", "credentials": "MD"}
VIEW: dict[str, Any] = {
    "kind": "article",
    "url": "/safety/a/",
    "crumbs": [{"title": "Home", "url": "/"}, {"title": "Safety", "url": "/safety/"}],
    "published": {"iso": "2026-11-01"},
    "updated": {"iso": "2026-11-20"},
    "authors": [{"id": "editors", "name": "Editors", "kind": "organisation"}],
    "reviewer": None,
    "reviewed": None,
    "card": {"image": "/assets/og.0123456789.png"},
    "conditions": ["CRPS"],
    "compounds": ["Esketamine nasal spray"],
}


def ancestors(kinds: list[str]) -> set[str]:
    found: set[str] = set()
    queue = list(kinds)
    while queue:
        kind = queue.pop()
        if kind not in found:
            found.add(kind)
            queue += VOCABULARY["types"][kind]
    return found


def fits(value: Any, takes: list[str]) -> bool:
    """Whether a property that takes these types may hold the value. https://schema.org/docs/datamodel.html"""
    if isinstance(value, dict):
        return bool(ancestors(listed(value["@type"])) & set(takes))
    if isinstance(value, bool):
        return "Boolean" in takes
    if isinstance(value, int):
        return bool({"Integer", "Number"} & set(takes))
    assert isinstance(value, str)
    if "Text" in takes:
        return True
    if {"Date", "DateTime"} & set(takes) and re.fullmatch(r"\d{4}-\d\d-\d\d", value):
        return True
    address = re.fullmatch(r"https?://[^\s<>\"]+", value)
    # A thing may stand as its address alone.
    return bool(address) and not {"Date", "DateTime", "Integer", "Number"} >= set(takes)


def listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def mistakes(node: Any, path: str = "$") -> list[str]:
    """What schema.org's vocabulary has against a node and all below it."""
    kinds = listed(node.get("@type"))
    unknown = [kind for kind in kinds if kind not in VOCABULARY["types"]]
    if unknown:
        return [f"{path}: unknown type {unknown}"]
    known = ancestors(kinds)
    found = []
    for key, value in node.items():
        if key.startswith("@"):
            continue
        rule = VOCABULARY["properties"].get(key)
        if rule is None or not known & set(rule["on"]):
            found.append(f"{path}: {kinds} has no property {key}")
            continue
        for one in listed(value):
            if isinstance(one, dict):
                found += mistakes(one, f"{path}.{key}")
            if not fits(one, rule["takes"]):
                found.append(f"{path}: {key} does not take {one!r}")
    return found


def data(**changes: Any) -> dict[str, Any]:
    asked = changes.get("questions", [("Why?", "Because.")])
    said = Said("Title", "About it.", asked, ["https://doi.org/10.1/x"])
    return described({**VIEW, **changes}, said, site_name="Guide", site_url=SITE)


KINDS: dict[str, dict[str, Any]] = {
    "article": {},
    "reviewed": {"reviewer": PERSON, "reviewed": {"iso": "2026-11-10"}},
    "no questions": {"questions": ()},
    "home": {"kind": "home", "authors": []},
    "hub": {"kind": "hub", "authors": []},
    "author": {"kind": "author", "authors": [], "person": PERSON},
    "page": {"kind": "legal", "authors": []},
}


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_page_speaks_the_vocabulary(kind: str) -> None:
    assert mistakes(data(**KINDS[kind])) == []


@pytest.mark.parametrize(
    "wrong",
    [
        {"@type": "MedicalPage"},
        {"@type": "Article", "reviewedBy": {"@type": "Person", "name": "A"}},
        {"@type": "WebPage", "lastReviewed": "yesterday"},
        {"@type": "WebPage", "breadcrumb": {"@type": "ItemList"}},
        {"@type": "Article", "author": {"@type": "Question", "name": "A"}},
        {"@type": "Article", "healine": "A"},
    ],
)
def test_the_vocabulary_would_find_a_mistake(wrong: dict[str, Any]) -> None:
    assert mistakes(wrong)


def test_an_article_says_what_the_page_shows() -> None:
    found = data()
    assert found["@type"] == ["MedicalWebPage", "Article", "FAQPage"]
    assert (found["url"], found["headline"]) == (f"{SITE}/safety/a/", "Title")
    assert (found["datePublished"], found["dateModified"]) == ("2026-11-01", "2026-11-20")
    assert [item["position"] for item in found["breadcrumb"]["itemListElement"]] == [1, 2]
    assert found["mainEntity"][0]["acceptedAnswer"]["text"] == "Because."
    assert {one["@type"] for one in found["about"]} == {"MedicalCondition", "Drug"}
    assert found["citation"] == ["https://doi.org/10.1/x"]


def test_no_reviewer_no_review() -> None:
    assert not {"reviewedBy", "lastReviewed"} & data(reviewed={"iso": "2026-11-10"}).keys()
    signed = data(**KINDS["reviewed"])
    assert (signed["lastReviewed"], signed["reviewedBy"]["honorificSuffix"]) == ("2026-11-10", "MD")
    assert "lastReviewed" not in data(reviewer=PERSON)
    assert "FAQPage" not in data(questions=())["@type"]


@given(st.text() | st.sampled_from(["</script>", "<!--<script>", "a\u2028b", "]]>", "<!--"]))
def test_no_text_can_end_the_block_and_all_text_comes_back(text: str) -> None:
    text = text.encode("utf-8", "ignore").decode()
    block = data_block({"name": text})
    inside = block.removeprefix('<script type="application/ld+json">').removesuffix("</script>")
    assert not re.search(r"[<>\u2028\u2029]", inside)
    assert json.loads(inside) == {"name": text}
    page = LexborHTMLParser(f"<body>{block.replace(chr(0), '')}<p>after</p>")
    assert [node.text() for node in page.css("p")] == ["after"]

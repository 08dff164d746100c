"""The rules against a folder of broken pages and one of harmless pages: how many faults are found, at their places."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from microsite.content import RULES
from microsite.content import check

from .broken import BROKEN
from .harmless import HARMLESS

if TYPE_CHECKING:
    from collections.abc import Callable

    from microsite.content import Site
    from microsite.findings import Finding

    Make = Callable[..., Site]

HEAD = """\
---
title: {title}
description: What trials found in {title}.
kind: article
published: 2026-11-01
updated: 2026-11-20
review_due: 2027-05-20
authors: [editors]
---

"""
MARK = "¦"


def whole(text: str | bytes, number: int) -> bytes:
    """The page as a file: a body gets a front matter of its own."""
    raw = text if isinstance(text, bytes) else text.encode()
    if raw.lstrip(b"\xef\xbb\xbf\xc2\xa6\r\n").startswith(b"---"):
        return raw.replace(b"Pain and ketamine", f"Pain and ketamine {number}".encode()).replace(
            b"What trials found.", f"What trials found {number}.".encode()
        )
    return HEAD.format(title=f"Page {number}").encode() + raw + b"\n"


@pytest.fixture(scope="module")
def judged(tmp_path_factory: pytest.TempPathFactory) -> Callable[[list[str | bytes]], dict[int, list[Finding]]]:
    """Check one folder that holds a page for each text; findings by the number of the text."""
    from datetime import date

    from microsite.content import read_site

    from .conftest import REFERENCES

    def judge(texts: list[str | bytes]) -> dict[int, list[Finding]]:
        import json

        root = tmp_path_factory.mktemp("corpus")
        files: dict[str, bytes] = {
            "mkdocs.yml": b"site_name: T\n",
            "data/references.json": json.dumps(REFERENCES).encode(),
            "data/claims.json": b"[]",
            "data/compounds.json": b'[{"id": "esketamine-nasal", "name": "Esketamine nasal spray"}]',
            "data/conditions.json": b'[{"id": "crps", "name": "CRPS"}]',
            "data/glossary.json": b'[{"term": "Drip", "synonyms": ["infusion"],'
            b' "definition": "Fluid that goes slowly into a vein."}]',
            "data/people.toml": b'[[people]]\nid = "editors"\nname = "Editors"\nkind = "organisation"\n',
            "data/insurers.toml": b"insurers = []\n",
            "docs/page.md": HEAD.format(title="The other page").encode() + b"Text.[@good2020]\n\n## Here\n\nText.\n",
            "docs/pic.png": b"",
        }
        files |= {f"docs/t{number:03}.md": whole(text, number) for number, text in enumerate(texts)}
        for path, data in files.items():
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            (root / path).write_bytes(data)
        found: dict[int, list[Finding]] = {number: [] for number in range(len(texts))}
        for finding in check(read_site(root, today=date(2026, 11, 21))):
            if finding.path.startswith("docs/t") and finding.rule != "orphan-page":
                found[int(finding.path[6:9])].append(finding)
        return found

    return judge


def place(text: bytes) -> tuple[int, int] | None:
    """(line, column) of the mark."""
    mark = MARK.encode()
    if mark not in text:
        return None
    before = text[: text.index(mark)].replace(b"\r\n", b"\n")
    line = before.count(b"\n") + 1
    column = len(before.rpartition(b"\n")[2].decode("utf-8", "replace").removeprefix("\ufeff")) + 1
    return line, column


def test_every_fault_is_found_at_its_place(judged: Callable[[list[str | bytes]], dict[int, list[Finding]]]) -> None:
    texts: list[str | bytes] = [
        text.replace(MARK.encode(), b"") if isinstance(text, bytes) else text.replace(MARK, "") for _, text in BROKEN
    ]
    found = judged(texts)
    missed = []
    for number, (rule, text) in enumerate(BROKEN):
        where = place(whole(text, number))
        mine = [finding for finding in found[number] if finding.rule == rule]
        if not any(where in {None, (finding.line, finding.column)} for finding in mine):
            told = [f"{f.line}:{f.column} {f.rule}: {f.message[:50]}" for f in found[number]]
            missed.append((number, rule, where, text if isinstance(text, bytes) else text[-90:], told))
        assert all(finding.message and finding.fix for finding in found[number])
    assert not missed, "\n".join(map(str, missed))
    assert len(BROKEN) >= 120
    assert {rule for rule, _ in BROKEN} <= RULES.keys()


def test_nothing_is_found_in_what_is_sound(judged: Callable[[list[str | bytes]], dict[int, list[Finding]]]) -> None:
    found = judged(HARMLESS)
    wrong = [(number, str(finding), HARMLESS[number]) for number, each in found.items() for finding in each]
    assert not wrong, "\n".join(map(str, wrong))
    assert len(HARMLESS) >= 60

"""A release under an open page: an old index never meets new records, nor the other way round."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING
from typing import Any
from typing import cast

import pytest
from tests.search.conftest import collection
from tests.search.conftest import reading
from tests.search.test_engine import ask
from tests.search.test_engine import urls

from microsite.search import Document
from microsite.search import build_index
from microsite.search.records import Layout

if TYPE_CHECKING:
    from pathlib import Path

    from microsite.search.host import Answer
    from microsite.search.host import Host


@pytest.mark.parametrize("change", ["swapped", "renamed", "kinds"])
def test_a_record_is_the_same_section_or_it_is_not_shown(
    engine: Host, index: Path, tmp_path: Path, change: str
) -> None:
    """With as many sections at the same numbers as before, a number may still be another section now."""
    documents = collection()
    if change == "swapped":
        documents[1], documents[2] = documents[2], documents[1]
    elif change == "renamed":
        documents[1] = dataclasses.replace(documents[1], anchor="sudeck", heading="Sudeck", text="Another matter.")
    else:
        documents[0:3] = [dataclasses.replace(document, kind="afresh") for document in documents[0:3]]
    build_index(documents, tmp_path / "new")
    now = {"released": False}

    def read(name: str, fresh: bool) -> bytes | None:  # noqa: FBT001
        old, new = reading(index)(name, fresh), reading(tmp_path / "new")(name, fresh)
        return (new or old) if now["released"] and (name[:2] == "r." or fresh) else (old or new)

    engine.over(read)
    engine.warm()
    now["released"] = True
    steps = engine.search("crps four days").steps
    assert "manifest.bin" in [name for step in steps for name in step]
    engine.over(read)
    found = ask(engine, "complex regional")
    assert urls(found)[:1] == ([] if change == "renamed" else ["/pain/#crps"])
    assert change != "kinds" or found["pages"][0]["kind"] == "afresh"


def test_pages_that_move_by_the_same_distance_are_seen() -> None:
    def digests(starts: dict[str, int]) -> list[int]:
        layout = Layout(200)
        for page, start in starts.items():
            layout.add(page, start, 4)
        return layout.digests

    assert digests({"/a/": 100, "/b/": 120}) != digests({"/a/": 104, "/b/": 124})
    assert digests({"/a1/": 100, "/b2/": 120}) != digests({"/a2/": 100, "/b1/": 120})


def test_a_search_that_is_under_way_while_another_meets_a_new_release(
    engine: Host, index: Path, tmp_path: Path
) -> None:
    """It ends with the numbers that it began with, or begins anew; it never looks old numbers up in a new index."""
    # The release puts two pages in front: what was number 0 is another page now.
    more = [Document(f"/a{n}/", "", "First", "", "zebra words", "First", "First") for n in range(2)]
    build_index([*more, *collection()], tmp_path / "new")
    gone = [name for step in _fresh(engine, index, "cyp3a4").steps for name in step if name[:2] == "t."]
    now = {"released": False}

    def read(name: str, fresh: bool) -> bytes | None:  # noqa: FBT001
        old, new = reading(index)(name, fresh), reading(tmp_path / "new")(name, fresh)
        if not now["released"]:
            return old
        if name in gone:
            return None
        return new if fresh or name[:2] == "r." else (old or new)

    engine.over(read)
    engine.warm()
    now["released"] = True
    # A word to mend takes a step more: the numbers of the word beside it are old, its own would be new.
    answer = engine.run('Promise.all([engine.search("cyp3a4"), engine.search("diagnosis insurrers")])')
    assert answer.value is not None, answer.error
    quick, slow = cast("list[dict[str, Any]]", answer.value)
    assert sorted(urls(slow)) == ["/clinic/", "/clinic/#cost"]
    assert urls(quick) == ["/pain/#dose"]


def _fresh(engine: Host, index: Path, text: str) -> Answer:
    engine.over(reading(index))
    return engine.search(text)

"""A small collection, its index, and the shipped engine over it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from microsite.search import Document
from microsite.search import build_index
from microsite.search.host import Host

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Iterator
    from pathlib import Path

TEXTS = {
    "/pain/": [
        ("", "Ketamine for chronic pain", "What trials found for pain that lasts. Ketamine is not approved for it."),
        ("crps", "CRPS", "In complex regional pain syndrome a drip of four days eased chronic pain for weeks."),
        ("dose", "Doses", "A usual dose is 0.5 mg/kg over 40 minutes. CYP3A4 breaks ketamine down."),
    ],
    "/liver/": [
        ("", "Ketamine and the liver", "Can ketamine harm the liver? Reports say so."),
        (
            "cancer",
            "Liver cancer",
            "No study links ketamine to cancer of the liver. Cancer pain is another matter.",
        ),
    ],
    "/clinic/": [
        ("", "How to choose a clinic", "A good clinic checks the diagnosis first. Pain that is chronic needs a plan."),
        (
            "cost",
            "What it costs",
            "Insurers differ. Esketamine may be covered; a ketamine drip seldom is.",
        ),
    ],
    "/words/": [
        (
            "",
            "Crohn\u2019s disease and <b>markup</b> & more",
            "Crohn's disease, Parkinson\u2019s, naïve café, S-ketamine, 1,000 people.",
        ),
    ],
}


def collection() -> list[Document]:
    return [
        Document(
            page=page,
            anchor=anchor,
            title=sections[0][1],
            heading=heading if anchor else "",
            text=text,
            name=heading,
            focus=sections[0][1],
            aliases=("reflex sympathetic dystrophy",) if anchor == "crps" else (),
            kind="article" if page != "/clinic/" else "hub",
            conditions=("crps",) if page == "/pain/" else (),
            compounds=("esketamine",) if page in {"/pain/", "/clinic/"} else (),
        )
        for page, sections in TEXTS.items()
        for anchor, heading, text in sections
    ]


def reading(folder: Path) -> Callable[[str, bool], bytes | None]:
    def read(name: str, fresh: bool) -> bytes | None:  # noqa: FBT001 - the host's signature
        path = folder / name
        return path.read_bytes() if path.is_file() else None

    return read


@pytest.fixture(scope="session")
def index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("index") / "search"
    build_index(collection(), folder, labels={"crps": "Complex regional pain syndrome"})
    return folder


@pytest.fixture(scope="session")
def engine(index: Path) -> Iterator[Host]:
    with Host(reading(index)) as host:
        yield host

from __future__ import annotations

from datetime import date

import pytest

from microsite.content import body_with_summary
from microsite.content.articles import page_url
from microsite.content.articles import read_article

FULL = b"""\
---
title: 'Pain: what is known'
description: D
kind: article
published: 2026-11-01
updated: 2026-11-02
review_due: 2027-05-01
authors: [editors]
conditions: [crps]
aliases: [burning pain, 988]
crisis: true
show: [insurers]
summary:
  - text: Pain fell
      for two weeks.[@a]
    certainty: very-low
  - text: Ask first.
---
Body.[@b]
"""


def test_front_matter_is_typed() -> None:
    article, findings = read_article("conditions/x.md", "docs/conditions/x.md", FULL)
    assert findings == ()
    assert article.title == "Pain: what is known"
    assert (article.published, article.review_due) == (date(2026, 11, 1), date(2027, 5, 1))
    assert article.aliases == ("burning pain", "988")
    assert (article.crisis, article.show, article.kind) == (True, ("insurers",), "article")
    assert article.summary[0].certainty == "very low"
    assert (article.url, article.slug, article.folder) == ("/conditions/x/", "conditions-x", "conditions")


def test_the_summary_is_put_in_front_so_that_numbers_start_there() -> None:
    article, _ = read_article("x.md", "docs/x.md", FULL)
    assert body_with_summary(article) == (
        '!!! summary "At a glance"\n\n'
        "    - [certainty: very low] Pain fell for two weeks.[@a]\n"
        "    - Ask first.\n\n"
        "Body.[@b]\n"
    )


def test_a_page_without_a_summary_is_its_body() -> None:
    article, _ = read_article("x.md", "docs/x.md", b"---\ntitle: T\n---\nBody\n")
    assert body_with_summary(article) == "Body\n"


@pytest.mark.parametrize(
    ("path", "url"),
    [
        ("index.md", "/"),
        ("a-z.md", "/a-z/"),
        ("safety/index.md", "/safety/"),
        ("safety/bladder.md", "/safety/bladder/"),
    ],
)
def test_addresses_are_those_of_directory_urls(path: str, url: str) -> None:
    assert page_url(path) == url


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"No front matter",
        b"---\n---\nBody",
        b"---\n- a\n- b\n---\nBody",
        b"---\nsummary: text\nauthors: 5\ncrisis: maybe\nupdated: soon\n---\n",
        b"---\nupdated: 2026-13-45\n---\n",
        b"\xff\xfe\x00",
        b"---\r\ntitle: Windows\r\n---\r\nBody\r\n",
        b"---\ntitle: [unclosed\n---\nBody",
        b"---\nsummary:\n  - 5\n  - {text: 5}\n  - {txt: a}\n---\n",
        b"---\n? [a, b]\n: c\n---\n",
        b"---\nx: &a [*a]\n---\n",
        b"---\nx: !!python/object:os.system {}\n---\n",
    ],
)
def test_nothing_an_editor_writes_makes_the_reader_raise(data: bytes) -> None:
    article, _ = read_article("x.md", "docs/x.md", data)
    assert article.path == "x.md"


def test_a_byte_order_mark_and_windows_line_ends_are_no_trouble() -> None:
    article, findings = read_article("x.md", "docs/x.md", b"\xef\xbb\xbf---\r\ntitle: T\r\n---\r\nBody\r\n")
    assert (article.title, article.body, findings) == ("T", "Body\n", ())


def test_places_count_characters_not_bytes() -> None:
    article, _ = read_article("x.md", "docs/x.md", "---\ntitle: Ünïcödé — “x”\nstandfirst: Hier\n---\n".encode())
    place = article.front.at("standfirst")
    assert article.text[place.start : place.end] == "Hier"
    assert (place.line, place.column) == (3, 1)

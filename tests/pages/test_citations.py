from __future__ import annotations

import json
import os
import re
from typing import TYPE_CHECKING

import brotli
import markdown
import pytest
from selectolax.lexbor import LexborHTMLParser

from microsite.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Render = Callable[[str], markdown.Markdown]

EXTENSIONS = ["abbr", "admonition", "attr_list", "footnotes", "md_in_html", "tables", "toc", "pymdownx.details"]
ITEMS = [
    {"id": name, "title": f"Title {name}", "DOI": f"10.1/{name}", "author": [{"family": name.title(), "given": "A."}]}
    for name in ("alpha", "beta", "gamma", "delta")
]


@pytest.fixture
def references(tmp_path: Path) -> Path:
    path = tmp_path / "references.json"
    path.write_text(json.dumps(ITEMS), encoding="utf-8")
    return path


def converter(references: Path, *more: str) -> markdown.Markdown:
    return markdown.Markdown(
        extensions=[*EXTENSIONS, "microsite.pages.citations", *more],
        extension_configs={"microsite.pages.citations": {"references": str(references)}},
    )


def html(references: Path, text: str) -> str:
    return converter(references).convert(text)


def numbers(rendered: str) -> list[str]:
    return [mark.text() for mark in LexborHTMLParser(rendered).css("sup.c")]


def listed(rendered: str) -> list[str]:
    return [item.text() for item in LexborHTMLParser(rendered).css("section.sources li > a:first-of-type")]


def test_a_mark_links_to_its_entry_and_the_entry_links_back(references: Path) -> None:
    assert html(references, "Pain fell.[@beta] More.[@beta]") == (
        '<p>Pain fell.<sup class="c"><a aria-label="Source 1" href="#s1" id="c1">1</a></sup>'
        ' More.<sup class="c"><a aria-label="Source 1" href="#s1">1</a></sup></p>\n'
        '<section aria-labelledby="sources" class="sources"><h2 id="sources">Sources</h2><ol>\n'
        '<li id="s1">Beta A. <a href="https://doi.org/10.1/beta">Title beta.</a> '
        '<a href="#c1" aria-label="Back to text">↑</a></li>\n</ol></section>'
    )


def test_numbers_follow_the_order_of_the_document_through_every_kind_of_block(references: Path) -> None:
    text = (
        '!!! summary "At a glance"\n\n    - One.[@delta]\n\n## Head[@gamma]\n\n- *deep **item**[@beta]*\n\n'
        "| A | B |\n|---|---|\n| x[@alpha] | y[@delta] |\n\n"
        '??? question "Does it?"\n\n    Yes.[@gamma]\n'
    )
    rendered = html(references, text)
    assert numbers(rendered) == ["1", "2", "3", "4", "1", "2"]
    assert listed(rendered) == ["Title delta.", "Title gamma.", "Title beta.", "Title alpha."]


def test_several_sources_in_one_mark_and_marks_that_touch_are_one_list(references: Path) -> None:
    assert numbers(html(references, "A.[@beta; @alpha] B. [@alpha][@gamma]")) == ["1,2", "2,3"]


def test_a_place_in_the_source_is_shown_and_said(references: Path) -> None:
    rendered = html(references, "A.[@beta, p. 4]")
    assert '<a aria-label="Source 1 (p. 4)" href="#s1" id="c1">1 (p. 4)</a>' in rendered


def test_the_space_before_a_mark_goes_so_that_it_never_starts_a_line(references: Path) -> None:
    assert html(references, "Pain fell. [@beta]").startswith('<p>Pain fell.<sup class="c">')


@pytest.mark.parametrize(
    "text", ["`[@beta]`", "```\n[@beta]\n```", "    [@beta]", r"\[@beta]", "[a](mailto:a@b.example)"]
)
def test_code_and_escapes_are_left_alone_and_bring_no_list(text: str, references: Path) -> None:
    rendered = html(references, text)
    assert "<sup" not in rendered
    assert "sources" not in rendered


def test_an_unknown_source_stays_visible(references: Path) -> None:
    rendered = html(references, "A.[@nope; @beta]")
    assert '<mark class="missing">[unknown source: nope]</mark>,<a' in rendered
    assert listed(rendered) == ["Title beta."]


def test_an_unknown_source_is_escaped(references: Path) -> None:
    assert "<script>" not in html(references, "A.[@<script>x</script>]").replace("&lt;script>", "")


def test_the_heading_of_the_list_is_in_the_table_of_contents_and_marks_are_not(references: Path) -> None:
    md = converter(references)
    rendered = md.convert("## Relief[@beta] for *some*[@alpha] people\n\n### Less[@alpha]\n\nText.")
    tokens = md.toc_tokens  # type: ignore[attr-defined]
    assert [(token["id"], token["name"]) for token in tokens] == [
        ("relief-for-some-people", "Relief for some people"),
        ("sources", "Sources"),
    ]
    headings = [heading.text() for heading in LexborHTMLParser(rendered).css("h2, h3")]
    assert headings == ["Relief1 for some2 people", "Less2", "Sources"]
    assert tokens[0]["children"][0]["id"] == "less"


def test_a_heading_for_sources_that_is_there_already_is_used(references: Path) -> None:
    rendered = html(references, "A.[@beta]\n\n## Sources\n\n## After\n\nB.")
    assert rendered.count("Sources</h2>") == 1
    assert rendered.index("Title beta") < rendered.index("After")


def test_ids_are_unique_however_often_a_source_is_cited(references: Path) -> None:
    rendered = html(references, "A.[@beta] B.[@beta; @alpha] C.[@alpha; @beta]\n\n## S\n\n[^1]: Note.[@beta]\n\nX[^1]")
    ids = re.findall(r'id="([^"]+)"', rendered)
    assert len(ids) == len(set(ids))
    for target in re.findall(r'href="#([^"]+)"', rendered):
        assert target in ids


def test_an_abbreviation_does_not_reach_into_the_entries(references: Path) -> None:
    rendered = html(references, "A DOI.[@beta]\n\n## Title\n\n*[Title]: a name\n")
    assert ">Title beta.</a>" in rendered


def test_two_pages_from_one_converter_start_at_one_each(references: Path) -> None:
    md = converter(references)
    first = md.convert("A.[@beta] B.[@alpha]")
    md.reset()
    assert numbers(md.convert("A.[@alpha]")) == ["1"]
    md.reset()
    assert md.convert("A.[@beta] B.[@alpha]") == first


def test_an_edited_file_of_references_is_read_again(references: Path) -> None:
    assert listed(html(references, "A.[@beta]")) == ["Title beta."]
    references.write_text(json.dumps([{**ITEMS[1], "title": "Another title"}]), encoding="utf-8")
    os.utime(references, ns=(1, 1))
    assert listed(html(references, "A.[@beta]")) == ["Another title."]


def test_a_missing_file_of_references_is_said_in_words(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="references cannot be read") as caught:
        html(tmp_path / "none.json", "A.[@beta]")
    assert "microsite.pages.citations" in caught.value.fix


def test_the_path_is_taken_from_the_working_directory(references: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(references.parent)
    md = markdown.Markdown(
        extensions=["microsite.pages.citations"],
        extension_configs={"microsite.pages.citations": {"references": "references.json"}},
    )
    assert "Title beta" in md.convert("A.[@beta]")


def test_a_mark_costs_few_bytes_on_the_wire(references: Path) -> None:
    items = [{**ITEMS[0], "id": f"ref{n}", "title": f"T{n}"} for n in range(20)]
    references.write_text(json.dumps(items), encoding="utf-8")
    prose = [f"Sentence {n} tells the reader something else about {n * 7919 % 997} people." for n in range(40)]
    bare = html(references, "\n\n".join(prose))
    marked = html(references, "\n\n".join(f"{text}[@ref{n * 7 % 20}]" for n, text in enumerate(prose)))
    marked = marked[: marked.index("<section")]
    size = [len(brotli.compress(text.encode(), quality=11)) for text in (bare, marked)]
    assert (size[1] - size[0]) / 40 < 10, "the budget of the page is 12,000 B for everything"

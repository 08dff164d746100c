"""Pages cut into sections: what a reader would look for, and nothing of the frame around it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from microsite.search import Facts
from microsite.search import read_site_pages
from microsite.search.sections import page_documents
from microsite.search.sections import page_url

if TYPE_CHECKING:
    from pathlib import Path

    from microsite.findings import Finding

PAGE = """<!DOCTYPE html><html><head><title>Pain | Site</title><style>p{}</style></head><body>
<header>Menu</header><nav>Home</nav>
<main><nav>Crumbs</nav><h1>Pain</h1><p>Opening&nbsp;words &amp; more.</p>
<details class="toc"><summary>On this page</summary><a href="#a">A</a></details>
<h2 id="a">First <em>heading</em><a class="headerlink" href="#a">¶</a></h2><p>One<sup class="c">1</sup> two.</p>
<p>Three.</p>
<h3 id="b">Second</h3><table><tr><td>0.5</td><td>mg</td></tr></table><form><label>Mail</label></form>
<h2>No anchor</h2><p>Stays with the second.</p>
<section aria-labelledby="sources"><h2 id="sources">Sources</h2><p>Smith 2020</p></section>
</main><footer>Imprint</footer><script>var x</script></body></html>"""


def test_a_page_is_cut_at_headings_with_an_id() -> None:
    found = [(d.anchor, d.title, d.heading, d.text) for d in page_documents(PAGE, "/pain/")]
    assert found == [
        ("", "Pain", "", "Opening words & more."),
        ("a", "Pain", "First heading", "One two. Three."),
        ("b", "Pain", "Second", "0.5 · mg · No anchor Stays with the second."),
    ]


def test_what_ranks_is_the_heading_and_the_pages_name() -> None:
    first, second, _ = page_documents(PAGE, "/pain/", Facts(("ache",), "article", ("crps",), ("esketamine",)))
    assert (first.name, first.focus, first.url) == ("Pain", "Pain", "/pain/")
    assert (second.name, second.focus, second.url) == ("First heading", "Pain", "/pain/#a")
    assert (second.aliases, second.kind, second.conditions, second.compounds) == (
        ("ache",),
        "article",
        ("crps",),
        ("esketamine",),
    )


def test_cells_do_not_run_together_and_no_point_stands_beside_another() -> None:
    rows = "<tr><th>What</th><th>In whom</th></tr><tr><td>Ends. </td><td></td><td>More</td></tr>"
    html = f"<main><h1>T</h1><p>Look:</p><table><caption>Trials</caption>{rows}</table><p>After.</p></main>"
    assert page_documents(html, "/")[0].text == "Look: Trials · What · In whom · Ends. More · After."


def test_facts_and_disclaimer_are_the_frame_and_certainty_is_text() -> None:
    facts = '<ul class="facts"><li>Published November 21, 2026</li></ul><p class="small disclaimer">This informs.</p>'
    sure = '<p>Sure: for one, <span class="grade g2">Low certainty</span>; for two, <span class="grade">High</span></p>'
    point = '<p><span class="grade">High certainty</span> It stops breathing.</p>'
    assert page_documents(f"<main><h1>T</h1>{facts}{sure}{point}</main>", "/")[0].text == (
        "Sure: for one, Low certainty; for two, High · High certainty · It stops breathing."
    )


def test_a_section_called_as_the_frame_is_a_section() -> None:
    found = page_documents('<main><h1>T</h1><h2 id="after">After</h2><p>Rest.</p></main>', "/")
    assert [(document.anchor, document.text) for document in found][1:] == [("after", "Rest.")]


def test_other_generators_have_article_or_body() -> None:
    assert [d.text for d in page_documents("<article><h1>A</h1>b</article><p>c</p>", "/")] == ["b"]
    assert [d.text for d in page_documents("<title>A</title><body><p>b</p><p>c</body>", "/")] == ["b c"]
    assert page_documents("<title>A</title><body><p>b</body>", "/")[0].title == "A"


@pytest.mark.parametrize(
    "head",
    [
        '<meta name="robots" content="noindex">',
        '<META NAME=Robots CONTENT="follow, NOINDEX">',
        '<meta http-equiv="refresh" content="0; /x/">',
    ],
)
def test_a_page_that_hides_or_forwards_is_left_out(head: str) -> None:
    assert page_documents(PAGE.replace("<title>", head + "<title>"), "/pain/") == ()


@given(
    st.text()
    | st.lists(
        st.sampled_from(
            [
                "<main>",
                "</main>",
                "<h2 id=x>",
                "</h2>",
                "<p>",
                "</p",
                "<!--",
                "-->",
                "<script>",
                "&amp",
                "<sup>",
                "a",
                "<",
                "\0",
            ]
        )
    ).map("".join)
)
def test_no_page_is_too_broken_to_read(html: str) -> None:
    for document in page_documents(html, "/"):
        assert "\n" not in document.text + document.heading + document.title
        assert "\t" not in document.text


def test_addresses_end_in_a_slash() -> None:
    assert [page_url(name) for name in ("index.html", "a/b/index.html", "a/b.html")] == ["/", "/a/b/", "/a/b.html"]


def test_a_broken_page_is_a_finding_and_the_rest_goes_on(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a/index.html").write_text(PAGE, "utf-8")
    (tmp_path / "b.html").write_bytes(b"<main>caf\xe9</main>")
    (tmp_path / "c.html").write_text('<main><h2 id="x">A</h2>1<h2 id="x">B</h2>2</main>', "utf-8")
    (tmp_path / "404.html").write_text("<main>Lost</main>", "utf-8")
    findings: list[Finding] = []
    found = [document.url for document in read_site_pages(tmp_path, findings.append)]
    assert found == ["/a/", "/a/#a", "/a/#b", "/c.html#x"]
    assert [(f.path, f.rule, f.severity) for f in findings] == [
        ("b.html", "search-page", "error"),
        ("c.html", "search-anchor", "warning"),
    ]

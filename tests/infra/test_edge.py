"""The router at the edge in a real JavaScript engine, over tables of addresses: honest, old and hostile ones."""

from __future__ import annotations

import json
import random
import subprocess
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import yaml
from benchmarks.rig.edge import EdgeFunction
from benchmarks.rig.node import find_node

from microsite.serve.headers import cache_control

EDGE = Path(__file__).parents[2] / "infra" / "edge"
ROUTER = (EDGE / "router.js").read_text("utf-8")
LIVE = "20261121t134500z-1a2b3c4d"
HIDDEN = "20261121t150000z-99999999"
PREVIEW = "20261121t140000z-aaaaaaaa"
HOST = "guide.example"
WORD = "a-word-of-the-release-tool"
STORE = {
    "release": LIVE,
    "host": HOST,
    "verify": WORD,
    "preview/pr-12": PREVIEW,
    "redirect//old/": "/new/",
    "redirect//brochure.pdf": "/book/",
    "redirect//out/": "//evil.example/",
    "redirect//out2/": "/\\evil.example/",
    "redirect//out3/": "https://evil.example/",
    "redirect//line/": "/x/\r\nset-cookie: a=b",
    "redirect//same/": "/same/",
}
NONE = f"/releases/{LIVE}/-/none"


class Edge:
    """The router with a store that counts its reads."""

    def __init__(self) -> None:
        self.values: dict[str, str] = dict(STORE)
        self.run = EdgeFunction(ROUTER, lambda: self.values)

    def __call__(
        self, uri: str, *, host: str = HOST, query: dict[str, Any] | None = None, **headers: str
    ) -> dict[str, Any]:
        shown = {"host": host, **{name.replace("_", "-"): value for name, value in headers.items()}}
        request = {
            "method": "GET",
            "uri": uri,
            "querystring": query or {},
            "headers": {name: {"value": value} for name, value in shown.items()},
            "cookies": {},
        }
        return self.run({"version": "1.0", "context": {"eventType": "viewer-request"}, "request": request})

    def key(self, uri: str, **more: Any) -> str:
        """The key that a request is sent on with."""
        answer = self(uri, **more)
        assert "statusCode" not in answer, answer
        return str(answer["uri"])

    def location(self, uri: str, **more: Any) -> str:
        """Where a request is sent instead."""
        answer = self(uri, **more)
        assert answer.get("statusCode") == 301, answer
        return str(answer["headers"]["location"]["value"])


@pytest.fixture
def edge() -> Edge:
    return Edge()


@pytest.mark.parametrize(
    ("uri", "key"),
    [
        ("/", "/index.html"),
        ("", "/index.html"),
        ("/conditions/", "/conditions/index.html"),
        ("/conditions/ptsd/", "/conditions/ptsd/index.html"),
        ("/feed.xml", "/feed.xml"),
        ("/robots.txt", "/robots.txt"),
        ("/a/page.html", "/a/page.html"),
        ("/search/", "/search/index.html"),
        ("/search/manifest.bin", "/search/manifest.bin"),
        ("/search/worker.js", "/search/worker.js"),
        ("/search/r.7.bin", "/search/r.7.bin"),
        # Eight digits look like a check of the content; records are numbered.
        ("/search/r.12345678.bin", "/search/r.12345678.bin"),
        ("/assets/plain.css", "/assets/plain.css"),
        ("/caf%C3%A9/", "/caf%C3%A9/index.html"),
        ("/.well-known/security.txt", "/.well-known/security.txt"),
        # Another release, and what is not for visitors, are only strange names below the live one.
        (f"/releases/{HIDDEN}/feed.xml", f"/releases/{HIDDEN}/feed.xml"),
        (f"/manifests/{LIVE}.json", f"/manifests/{LIVE}.json"),
        ("/book/guide.pdf", "/book/guide.pdf"),
    ],
)
def test_a_page_is_taken_from_the_live_release(edge: Edge, uri: str, key: str) -> None:
    assert edge.key(uri) == f"/releases/{LIVE}{key}"


@pytest.mark.parametrize(
    "uri",
    [
        "/assets/site.803c45bae4.js",
        "/assets/fonts/a.0123456789.woff2",
        "/search/t.c1d09654d.bin",
        "/search/p.7e008e833.bin",
    ],
)
def test_what_is_named_by_its_content_lies_outside_the_releases(edge: Edge, uri: str) -> None:
    assert edge.key(uri) == uri
    # The same rule as the one by which the local server and the release tool call a file immutable.
    assert "immutable" in cache_control(uri)


def test_both_rules_for_names_that_hold_their_content_agree(edge: Edge) -> None:
    chance = random.Random(7)
    parts = ["assets", "search", "a", "t", "r", "site", "0123456789", "abcdef01", "1234567", "css", "bin", "BIN", "g"]
    for _ in range(400):
        names = [".".join(chance.choices(parts, k=chance.randint(1, 4))) for _ in range(chance.randint(1, 3))]
        uri = "/" + "/".join(["assets" if chance.random() < 0.5 else "search", *names])
        if "." not in names[-1]:
            continue  # a folder: redirected
        answer = edge(uri)
        assert (answer.get("uri") == uri) == ("immutable" in cache_control(uri)), uri


@pytest.mark.parametrize(
    ("uri", "path"),
    [
        ("/conditions", "/conditions/"),
        ("/conditions/ptsd", "/conditions/ptsd/"),
        ("/index.html", "/"),
        ("/conditions/index.html", "/conditions/"),
        ("/A", "/A/"),
    ],
)
def test_every_page_has_one_address(edge: Edge, uri: str, path: str) -> None:
    assert edge.location(uri) == f"https://{HOST}{path}"


@pytest.mark.parametrize(
    ("uri", "target"),
    [
        ("/old/", "/new/"),
        ("/old", "/new/"),
        ("/old/index.html", "/new/"),
        ("/brochure.pdf", "/book/"),
    ],
)
def test_an_old_address_leads_to_the_new_one_in_one_step(edge: Edge, uri: str, target: str) -> None:
    assert edge.location(uri) == f"https://{HOST}{target}"
    assert edge.location(uri, host="www.guide.example") == f"https://{HOST}{target}"


@pytest.mark.parametrize("uri", ["/out/", "/out2/", "/out3/", "/line/", "/same/"])
def test_a_redirect_in_the_store_that_would_lead_away_or_in_a_circle_is_none(edge: Edge, uri: str) -> None:
    assert edge.key(uri) == f"/releases/{LIVE}{uri}index.html"


@pytest.mark.parametrize(
    ("host", "moved"),
    [
        ("guide.example", False),
        ("GUIDE.example", False),
        ("guide.example.", False),
        ("guide.example:443", False),
        ("www.guide.example", True),
        ("d111111abcdef8.cloudfront.net", True),
        ("guide.example.evil.example", True),
        ("evil.example", True),
        ("evil.example#guide.example", True),
        ("guide.example@evil.example", True),
        ("evil example", True),
        ("", True),
    ],
)
def test_there_is_one_host(edge: Edge, host: str, *, moved: bool) -> None:
    for uri in ("/a/", "/a.html", "/", "/assets/site.803c45bae4.js"):
        answer = edge(uri, host=host)
        assert (answer.get("statusCode") == 301) is moved
        if moved:
            assert answer["headers"]["location"]["value"] == f"https://{HOST}{uri}"
    assert edge.location("/a", host=host) == f"https://{HOST}/a/"


@pytest.mark.parametrize(
    "uri",
    [
        "//evil.example",
        "//evil.example/",
        "//evil.example/a",
        "///evil.example",
        "/\\evil.example",
        "/\\/evil.example",
        "/a//b",
        "/a//",
        "/./a",
        "/../a",
        "/a/..",
        "/a/../../b/",
        "/a/.hidden",
        "/.git/config",
        "/.env",
        "/%2e%2e/manifests/x.json",
        "/%2E%2e/x",
        "/a/%2e%2e%2f",
        "/%2fevil.example",
        "/%5cevil.example",
        "/a%00",
        "/a%0d%0aset-cookie:x=y",
        "/a%7f",
        "/a%zz",
        "/a%",
        "/a b/",
        "/a\n",
        "/a\tb",
        "/ä/",
        "/<script>/",
        '/"/',
        "/a?b",
        "/a#b",
        "/a|b",
        "/a`b",
        "/" + "a" * 1024,
        "/a/" * 400,
        "no-slash",
        "https://evil.example/",
    ],
)
def test_a_hostile_address_is_a_missing_page_and_never_a_redirect(edge: Edge, uri: str) -> None:
    assert edge.key(uri) == NONE
    assert edge.key(uri, host="www.guide.example") == NONE


def test_no_address_redirects_to_another_site(edge: Edge) -> None:
    chance = random.Random(11)
    pieces = [
        "/",
        "//",
        "\\",
        "a",
        "old",
        "evil.example",
        "%2f",
        "%5c",
        ".",
        "..",
        ":",
        "@",
        "#",
        "?",
        "\t",
        "\r\n",
        "index.html",
    ]
    hosts = [HOST, "evil.example", "www.guide.example", "pr-12.preview.guide.example"]
    ours = {HOST, "pr-12.preview.guide.example"}
    for _ in range(1500):
        uri = "/" + "".join(chance.choices(pieces, k=chance.randint(0, 6)))
        value = "".join(chance.choices(pieces, k=3))
        answer = edge(uri, host=chance.choice(hosts), query={"next": {"value": value}, value: {"value": ""}})
        if answer.get("statusCode"):
            location = answer["headers"]["location"]["value"]
            assert urlsplit(location).hostname in ours, (uri, location)
            assert location.isascii()
            assert location.isprintable()
            assert "\\" not in location.partition("?")[0]
            assert not urlsplit(location).path.startswith("//")
        else:
            assert answer["uri"].startswith(("/releases/", "/assets/", "/search/"))
            assert not {"", ".", ".."} & set(answer["uri"].split("/")[1:])


def test_a_redirect_keeps_the_query(edge: Edge) -> None:
    query = {
        "q": {"value": "side%20effects"},
        "empty": {"value": ""},
        "many": {"value": "1", "multiValue": [{"value": "1"}, {"value": "2"}]},
    }
    assert edge.location("/search", query=query) == f"https://{HOST}/search/?q=side%20effects&empty&many=1&many=2"
    assert edge.location("/search", query={"q": {"value": "a\r\nb"}}) == f"https://{HOST}/search/"
    assert edge.location("/search", query={"q": {"value": "a" * 2000}}) == f"https://{HOST}/search/"


def test_a_preview_shows_its_release_on_its_own_host(edge: Edge) -> None:
    host = "pr-12.preview.guide.example"
    assert edge.key("/a/", host=host) == f"/releases/{PREVIEW}/a/index.html"
    assert edge.location("/a", host=host) == f"https://{host}/a/"
    assert edge.location("/a/", host="pr-13.preview.guide.example") == f"https://{HOST}/a/"


def test_a_hidden_release_is_shown_to_whoever_holds_the_word(edge: Edge) -> None:
    host = "d111111abcdef8.cloudfront.net"
    right: Any = {"x_release": HIDDEN, "x_release_key": WORD}
    answer = edge("/a/", host=host, **right)
    assert answer["uri"] == f"/releases/{HIDDEN}/a/index.html"
    assert set(answer["headers"]) == {"host"}  # the word goes no further
    assert edge.location("/a", host=host, **right) == f"https://{host}/a/"
    wrongs: tuple[Any, ...] = (
        {"x_release": HIDDEN},
        {"x_release": HIDDEN, "x_release_key": ""},
        {"x_release": HIDDEN, "x_release_key": "guess"},
        {"x_release_key": WORD},
        {"x_release": "../manifests", "x_release_key": WORD},
        {"x_release": f"{HIDDEN}/..", "x_release_key": WORD},
    )
    for wrong in wrongs:
        answer = edge("/a/", **wrong)
        assert answer["uri"] == f"/releases/{LIVE}/a/index.html"
        assert set(answer["headers"]) == {"host"}


def test_without_a_word_in_the_store_nobody_sees_a_hidden_release(edge: Edge) -> None:
    del edge.values["verify"]
    for word in ("", "undefined", "null"):
        assert edge.key("/a/", x_release=HIDDEN, x_release_key=word) == f"/releases/{LIVE}/a/index.html"


@pytest.mark.parametrize("release", ["", "latest", "../x", f"{LIVE}/../x", "20261121t134500z-1A2B3C4D"])
def test_before_the_first_release_a_visitor_reads_plain_words(edge: Edge, release: str) -> None:
    edge.values = {"release": release} if release else {}
    answer = edge("/a/")
    assert answer["statusCode"] == 503
    assert "being set up" in answer["body"]
    assert answer["headers"]["cache-control"]["value"] == "no-store"


def test_a_switch_is_one_value(edge: Edge) -> None:
    before = edge.key("/a/")
    edge.values["release"] = HIDDEN
    assert [before, edge.key("/a/")] == [f"/releases/{one}/a/index.html" for one in (LIVE, HIDDEN)]


def test_both_functions_fit_and_keep_to_the_runtime() -> None:
    for name in ("router.js", "preview.js"):
        text = (EDGE / name).read_text("utf-8")
        assert len(text.encode()) <= 10_240
        code = "\n".join(line.partition("// ")[0] for line in text.splitlines())
        # The runtime knows `await` as a statement's value, not inside an expression.
        for line in code.splitlines():
            if "await" in line:
                assert line.strip().startswith(("const ", "value = await", "canonical = await")), line
        for absent in ("require(", "fetch(", "setTimeout", "process", "eval(", "?.", "??", "Promise.all"):
            assert absent not in code


def test_the_template_holds_the_same_functions() -> None:
    class Loader(yaml.SafeLoader):
        pass

    Loader.add_multi_constructor("!", lambda loader, tag, node: None)
    text = (EDGE.parent / "template.yml").read_text("utf-8")
    resources = yaml.load(text, Loader=Loader)["Resources"]
    assert resources["Router"]["Properties"]["FunctionCode"].strip() == ROUTER.strip()
    assert resources["PreviewMark"]["Properties"]["FunctionCode"].strip() == (EDGE / "preview.js").read_text().strip()
    code = resources["MissingFunction"]["Properties"]["Code"]["ZipFile"]
    assert code.strip() == (EDGE / "missing.py").read_text("utf-8").strip()
    assert len(code) <= 4096  # what fits into a template


@pytest.mark.node
def test_a_request_takes_a_fraction_of_the_time_allowed() -> None:
    """CloudFront's engine interprets; so does V8 with --jitless. It stops a function at about a millisecond."""
    worst = [
        "/a/",
        "/old",
        "/" + "a/" * 500,
        "/assets/" + "a." * 500,
        "/assets/" + "0" * 1000,
        "/%2e%2e" * 100,
        "/" + "%C3%A9" * 160,
    ]
    script = """
      const values = JSON.parse(process.argv[1]), urls = JSON.parse(process.argv[2]);
      const get = async (key) => { if (!(key in values)) throw new Error('no'); return values[key]; };
      const cf = {kvs: () => ({get})};
      CODE
      const ask = (uri) => handler({request: {method: 'GET', uri, querystring: {}, cookies: {},
        headers: {host: {value: 'guide.example'}, 'x-release': {value: 'x'}, 'x-release-key': {value: 'y'}}}});
      (async () => {
        const figures = [];
        for (const uri of urls) {
          for (let i = 0; i < 50; i++) await ask(uri);
          const before = process.cpuUsage();
          for (let i = 0; i < 200; i++) await ask(uri);
          const used = process.cpuUsage(before);
          figures.push((used.user + used.system) / 200);
        }
        console.log(JSON.stringify(figures));
      })();
    """.replace("CODE", ROUTER.replace("import cf from 'cloudfront';", ""))
    node = find_node()
    assert node is not None
    done = subprocess.run(
        [node[0], "--jitless", "-e", script, json.dumps(STORE), json.dumps(worst)],
        capture_output=True, text=True, check=True, timeout=60,
    )  # fmt: skip
    figures = dict(zip(worst, json.loads(done.stdout), strict=True))
    assert max(figures.values()) < 500, {uri[:20]: round(value) for uri, value in figures.items()}

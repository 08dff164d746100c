"""The edge's code is judged by what it does: an edit of the file and of the template's copy alike is named."""

from __future__ import annotations

from pathlib import Path

import pytest

from microsite.infra import edge_run
from microsite.infra.edge_run import run_edge

EDGE = Path(__file__).resolve().parents[2] / "infra" / "edge"
SOURCES = {path.name: path.read_text("utf-8") for path in sorted(EDGE.iterdir()) if path.is_file()}


def told(file: str, old: str, new: str) -> str:
    """What is said of the file after one edit of it."""
    assert old in SOURCES[file], old
    found = run_edge({file: SOURCES[file].replace(old, new, 1)}, "infra/edge")
    assert all(one.path == f"infra/edge/{file}" and one.severity == "error" for one in found)
    return "\n".join(one.message for one in found)


def test_what_is_there_does_what_it_must() -> None:
    assert run_edge(SOURCES, "infra/edge") == []


@pytest.mark.parametrize(
    ("file", "old", "new", "words"),
    [
        ("router.js", "if (verify === word)", "if (verify)", "x-release-key: 'another': it gives the key"),
        ("router.js", "(?![\\/\\\\])", "", "301 https://guide.example//evil.example/"),
        ("router.js", "[0-9a-f]{8}$/", "[0-9a-f]{8}/", "must be 503"),
        ("router.js", "  delete request.headers['x-release-key'];\n", "", "it sends x-release-key on"),
        ("router.js", "canonical || host", "host || canonical", "must be 301 https://guide.example/"),
        ("router.js", " || TRICK.test(uri)", "", "go to 6 keys"),
        ("router.js", "max-age=300", "max-age=31536000", "keep the redirect"),
        ("router.js", "read('release')", "header(request, 'cookie') || await read('release')", "looks at cookie"),
        ("router.js", "const store", "const store =", "it does not run"),
        ("preview.js", "host !== canonical", "host === canonical", "from the site itself"),
        ("missing.py", '"statusCode": 404', '"statusCode": 200', "its status is 200"),
        ("missing.py", "[0-9]{8}t[0-9]{6}z-[0-9a-f]{8}", ".*", "it asks the bucket for"),
        ("missing.py", "    headers = {", "    print(event)\n    headers = {", "into the log"),
        ("missing.py", "except ClientError", "except KeyError", "it throws"),
    ],
)
def test_code_that_decides_otherwise_is_named(file: str, old: str, new: str, words: str) -> None:
    assert words in told(file, old, new)


def test_code_that_is_only_written_otherwise_passes() -> None:
    for old, new in (("const LONGEST", "// words\nconst LONGEST"), ("function notYet", "function  notYet")):
        assert told("router.js", old, new) == ""
    assert run_edge({"router.js": SOURCES["router.js"].replace("SECURE", "HSTS")}, "infra/edge") == []


def test_what_cloudfront_would_not_take_is_named() -> None:
    assert "CloudFront takes 10240" in told("router.js", "const store", "//" + "a" * 9000 + "\nconst store")


def test_without_node_it_is_said_that_nothing_was_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(edge_run, "_node", lambda: None)
    [found] = run_edge({"router.js": SOURCES["router.js"] + "// once more\n"}, "infra/edge")
    assert found.severity == "warning"
    assert "no Node" in found.message

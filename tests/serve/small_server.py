"""The real server over a small site, as a program: `small_server.py ROOT [--no-watch] [--port N] [--forms]`.

Its builder copies `ROOT/docs` into `ROOT/site` and finds one kind of error, so that the tests need no MkDocs. Its
function answers with the event it got, unless `--forms` asks for the real one.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import sys
import time
from pathlib import Path
from typing import Any

from microsite.errors import BuildError
from microsite.errors import ContentError
from microsite.findings import Finding
from microsite.serve import Options
from microsite.serve import Rooms
from microsite.serve import serve


def build(root: Path) -> None:
    docs = root / "docs"
    for page in sorted(docs.rglob("*.html")):
        for number, line in enumerate(page.read_text().splitlines(), 1):
            if "[@unknown]" in line:
                place = page.relative_to(root).as_posix()
                finding = Finding(place, number, line.index("[@") + 1, "citation-unknown", "no such source", "add it")
                msg = "the content has 1 error"
                raise ContentError(msg, [finding])
    fresh = root / ".site-new"
    shutil.copytree(docs, fresh)
    shutil.rmtree(root / "site", ignore_errors=True)
    fresh.rename(root / "site")


def index(root: Path) -> None:
    """All words of all pages, in two files that say the same; each making leaves a line in `indexed.txt`."""
    site = root / "site"
    with (root / "indexed.txt").open("a") as log:
        log.write("indexed\n")
    words = b" ".join(page.read_bytes() for page in sorted(site.rglob("*.html")))
    time.sleep(0.3)  # long enough for others to ask meanwhile
    if b"unindexable" in words:
        msg = "the page cannot be indexed"
        raise BuildError(msg, fix="take the word out")
    (site / "search").mkdir(exist_ok=True)
    for name in ("r.0.bin", "manifest.bin"):
        (site / "search" / name).write_bytes(words)


def build_whole(root: Path) -> None:
    build(root)
    index(root)


def rebuild(root: Path) -> bool:
    build(root)
    return True


def check(root: Path) -> None:
    for definition in sorted((root / "lambda/forms/definitions").glob("*.toml")):
        if "max = wrong" in definition.read_text():
            place = definition.relative_to(root).as_posix()
            msg = "the forms' definitions have 1 error"
            raise ContentError(msg, [Finding(place, 1, 1, "form-wrong-type", "`max` must be a number", "mend it")])


def extra(root: Path) -> dict[str, Any]:
    settings = root / "mkdocs.yml"
    text = settings.read_text() if settings.exists() else ""
    if "explode" in text:
        raise KeyError(text)
    named = [line.removeprefix("team: ") for line in text.splitlines() if line.startswith("team: ")]
    email = named[0] if named else "team@example.test"
    return {"contact": {"email": email}, "organisation": {"name": "Test", "postal_address": "1 Test"}}


def echo(event: dict[str, Any], _context: object) -> dict[str, Any]:
    path = event["rawPath"]
    if path == "/api/slow":
        time.sleep(0.7)  # long enough for the signal of the test to arrive meanwhile
    if path == "/api/fail":
        msg = "the function's own failure, with <b>secret</b> words"
        raise RuntimeError(msg)
    if path == "/api/empty" and event["requestContext"]["http"]["method"] == "HEAD":
        return {"statusCode": 200, "body": ""}  # as `forms.aws.http` does
    if path == "/api/team":
        return {"statusCode": 200, "body": os.environ["FORMS_TEAM"]}
    return {"statusCode": 200, "headers": {"content-type": "application/json"}, "body": json.dumps(event)}


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("root", type=Path)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--no-watch", action="store_true")
    parser.add_argument("--no-screening", action="store_true")
    parser.add_argument("--forms", action="store_true")
    arguments = parser.parse_args()
    root: Path = arguments.root
    http: Any = echo
    sweep: Any = echo_sweep
    reset: Any = dict
    if arguments.forms:
        from forms import aws

        http, sweep, reset = aws.http, aws.sweep, aws.reset
    rooms = Rooms(
        check=lambda: check(root),
        build=lambda: build_whole(root),
        rebuild=lambda: rebuild(root),
        index=lambda: index(root),
        book=lambda: None,
        http=http,
        sweep=sweep,
        reset=reset,
        extra=lambda: extra(root),
    )
    options = Options(
        root,
        root / "site",
        root / "data",
        port=arguments.port,
        watch=not arguments.no_watch,
        screening=not arguments.no_screening,
    )

    def say(event: str, text: str, **_fields: object) -> None:
        print(text, file=sys.stdout if event == "ready" else sys.stderr, flush=True)

    serve(options, rooms, environ=os.environ, say=say)


def echo_sweep(_event: dict[str, Any], _context: object) -> dict[str, Any]:
    return {}


if __name__ == "__main__":
    main()

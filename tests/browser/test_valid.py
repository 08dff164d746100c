"""html-validate and the Nu checker over every page of the site and over the function's own pages: nothing to say."""

from __future__ import annotations

import json
import subprocess
import tempfile
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from benchmarks.rig import find_java

if TYPE_CHECKING:
    from benchmarks.rig import BuiltSite
    from benchmarks.rig import Mailbox
    from benchmarks.rig import Served
    from benchmarks.rig import Tools

CONFIG = Path(__file__).with_name("html-validate.json")


def fetch(url: str, fields: dict[str, str] | None = None) -> str:
    """The body, whatever the status; `fields` are posted."""
    data = urllib.parse.urlencode(fields).encode() if fields is not None else None
    request = urllib.request.Request(url, data, {"accept": "text/html"})
    try:
        with urllib.request.urlopen(request) as answer:
            return str(answer.read().decode())
    except urllib.error.HTTPError as error:
        with error:
            return error.read().decode()


#: Looks enough like what sellers send to be led to the page with the puzzle.
HELD = {"name": "V", "email": "held@example.com", "message": "SEO services and backlinks for you", "consent": "yes"}


@pytest.fixture(scope="session")
def answers(served: Served, mailbox: Mailbox, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the pages that the function makes."""
    folder = tmp_path_factory.mktemp("answers")
    api = f"{served.url}/api"
    hostile = '"><script>alert(1)</script>\n&amp; <b>'
    fetch(f"{api}/forms/book", {"email": "valid@example.com", "consent": "yes"})
    [asked] = mailbox.wait("valid@example.com")
    confirm = asked.link("/api/confirm")
    pages = {
        "contact-422": fetch(f"{api}/forms/contact", {}),
        "contact-422-hostile": fetch(f"{api}/forms/contact", {"name": "x" * 101, "email": hostile, "message": hostile}),
        "book-422": fetch(f"{api}/forms/book", {"email": hostile}),
        "insurance-422": fetch(f"{api}/forms/insurance", {"insurer": hostile, "state": hostile, "contact_way": "text"}),
        "callback-422": fetch(f"{api}/forms/callback", {"way": "text", "time": "noon", "phone": hostile}),
        "unknown-form": fetch(f"{api}/forms/none", {}),
        "wrong-method": fetch(f"{api}/forms/contact"),
        "confirm": fetch(confirm),
        "cut-short": fetch(confirm[:-9]),
        "held": fetch(f"{api}/forms/contact", HELD),
        "unsubscribe": fetch(asked.link("/api/unsubscribe")),
    }
    token = urllib.parse.parse_qs(urllib.parse.urlsplit(confirm).query)["token"][0]
    pages["confirmed"] = fetch(f"{api}/confirm", {"token": token})
    delivered = mailbox.wait("valid@example.com", count=2)[-1]
    pages["book"] = fetch(delivered.link("/api/book"))
    choices = delivered.link("/api/preferences")
    key = urllib.parse.parse_qs(urllib.parse.urlsplit(choices).query)["token"][0]
    pages["preferences"] = fetch(choices)
    pages["left"] = fetch(f"{api}/preferences", {"token": key, "act": "leave", "form": "book"})
    pages["erase"] = fetch(f"{api}/preferences", {"token": key, "act": "erase"})
    pages["unsubscribed"] = fetch(asked.link("/api/unsubscribe"), {})
    for name, html in pages.items():
        (folder / f"{name}.html").write_text(html, "utf-8")
    return folder


def html_validate(toolbox: Tools, folder: Path) -> list[str]:
    """What html-validate says of the pages in a folder."""
    call: list[str | Path] = [
        toolbox.node,
        toolbox.file("html-validate", "bin", "html-validate.mjs"),
        "--config",
        CONFIG,
    ]
    # To a file: into a pipe it writes 128 kB, then leaves.
    with tempfile.TemporaryFile("w+") as report:
        call += ["--formatter", "json", folder]
        done = subprocess.run(call, stdout=report, stderr=subprocess.PIPE, text=True, cwd=toolbox.folder, check=False)
        report.seek(0)
        said_all = report.read()
    assert said_all.startswith("["), done.stderr
    return [
        f"{Path(result['filePath']).relative_to(folder)}:{said['line']}: {said['ruleId']}: {said['message']}"
        for result in json.loads(said_all)
        for said in result["messages"]
    ]


def nu(toolbox: Tools, folder: Path) -> list[str]:
    """What the Nu checker says of the pages in a folder, its warnings and hints included."""
    jar = toolbox.file("vnu-jar", "build", "dist", "vnu.jar")
    call: list[str | Path] = [find_java(), "-jar", jar, "--format", "json", "--exit-zero-always", "--stdout"]
    call += ["--skip-non-html", folder]
    done = subprocess.run(call, capture_output=True, text=True, check=False)
    assert done.stdout.startswith("{"), done.stderr
    return [
        f"{said.get('url', '').rpartition(folder.name)[2]}:{said.get('lastLine', 0)}: {said['message']}"
        for said in json.loads(done.stdout)["messages"]
    ]


def test_html_validate_finds_nothing_in_the_site(toolbox: Tools, built: BuiltSite) -> None:
    found = html_validate(toolbox, built.folder)
    assert not found, "\n".join(found[:60])


def test_html_validate_finds_nothing_in_the_functions_pages(toolbox: Tools, answers: Path) -> None:
    found = html_validate(toolbox, answers)
    assert not found, "\n".join(found[:60])


def test_nu_finds_nothing_in_the_site(toolbox: Tools, built: BuiltSite) -> None:
    found = nu(toolbox, built.folder)
    assert not found, "\n".join(found[:60])


def test_nu_finds_nothing_in_the_functions_pages(toolbox: Tools, answers: Path) -> None:
    found = nu(toolbox, answers)
    assert not found, "\n".join(found[:60])


def test_what_visitors_type_never_becomes_markup(answers: Path) -> None:
    for page in answers.glob("*.html"):
        assert "<script>alert" not in page.read_text("utf-8"), page.name
    assert "&lt;script&gt;alert(1)" in (answers / "contact-422-hostile.html").read_text("utf-8")


def test_both_checkers_would_find_a_fault(toolbox: Tools, tmp_path: Path) -> None:
    (tmp_path / "bad.html").write_text('<!doctype html><html lang="en"><title>x</title><p id=a><div id=a></p>', "utf-8")
    assert html_validate(toolbox, tmp_path)
    assert nu(toolbox, tmp_path)

"""The package runs alone: standard library only, nothing of the build, and a light path for a request."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from pathlib import Path

import forms

ROOM = Path(forms.__file__).parent

#: Isolated (-I: no user site, no environment), without site-packages (-S), with `lambda/` alone on the path.
RUN = """
import json, sys
sys.path.insert(0, sys.argv[1])
import os, tempfile
data = tempfile.mkdtemp()
os.environ.update(
    FORMS_STORE=f"sqlite:{data}/leads.sqlite3", FORMS_MAIL=f"outbox:{data}/outbox", FORMS_SECRETS="ab" * 32,
    FORMS_SITE_URL="https://site.example", FORMS_TEAM="team@site.example", FORMS_FROM="post@site.example",
)
before = set(sys.modules)
from forms import aws
body = '{"name": "Ann", "email": "ann@example.com", "message": "Hello", "consent": true}'
event = {"rawPath": "/api/forms/contact", "headers": {"content-type": "application/json"}, "body": body,
         "requestContext": {"http": {"method": "POST"}}}
answer = aws.http(event, None)
on_the_path = sorted(set(sys.modules) - before)
swept = aws.sweep({}, None)
print(json.dumps([answer["statusCode"], swept, on_the_path, sorted(set(sys.modules) - before)]))
"""

#: The one module that opens connections, to an address that it is given.
NETWORK = {"wire.py": ("socket",)}


def test_it_runs_in_an_interpreter_that_has_nothing_else() -> None:
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", RUN, str(ROOM.parent)], capture_output=True, text=True, check=True
    )
    status, swept, on_the_path, everything = json.loads(done.stdout)
    assert (status, swept["sent"]) == (200, 1)
    assert {name.partition(".")[0] for name in everything} <= {*sys.stdlib_module_names, "forms"}
    # Each of these costs milliseconds at a cold start; the path of a request needs none of them.
    heavy = {"email", "dataclasses", "inspect", "pathlib", "urllib", "http", "logging", "asyncio", "ssl", "difflib"}
    assert heavy.isdisjoint(name.partition(".")[0] for name in on_the_path)
    assert {"forms.outbox", "forms.letter", "forms.check", "forms.memory"}.isdisjoint(on_the_path)


def test_health_loads_neither_definitions_nor_store() -> None:
    code = (
        "import sys; sys.path.insert(0, sys.argv[1]); from forms import aws\n"
        "aws.http({'rawPath': '/api/health', 'requestContext': {'http': {'method': 'GET'}}}, None)\n"
        "print(*sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", code, str(ROOM.parent)], capture_output=True, text=True, check=True
    )
    loaded = set(done.stdout.split())
    assert "forms.handle" in loaded
    assert {"tomllib", "sqlite3", "forms.definition", "forms.sqlite", "unicodedata"}.isdisjoint(loaded)


def test_only_the_entry_point_reads_clock_environment_and_randomness() -> None:
    banned = {("os", "environ"), ("os", "getenv"), ("time", "time"), ("time", "time_ns"), ("datetime", "now")}
    for path in ROOM.glob("*.py"):
        if path.name == "aws.py":
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
                assert (node.value.id, node.attr) not in banned, f"{path.name}:{node.lineno}"
            if isinstance(node, ast.Import | ast.ImportFrom):
                names = {alias.name for alias in node.names} | {getattr(node, "module", "") or ""}
                banned_here = {"random", "secrets", "uuid", "microsite"} | ({"socket"} - {*NETWORK.get(path.name, ())})
                assert names.isdisjoint(banned_here), f"{path.name}:{node.lineno}"


def test_modules_are_short_and_errors_are_in_their_tree() -> None:
    for path in ROOM.glob("*.py"):
        assert len(path.read_text().splitlines()) <= 400, path.name
    from forms import errors

    for name in errors.__all__:
        assert issubclass(getattr(errors, name), errors.FormsError)
        assert name in (errors.__doc__ or "")

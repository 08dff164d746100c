"""What a first request loads, counted: counts do not depend on a busy machine; `benchmarks/forms` has the times."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from benchmarks.forms.stub import stub
from benchmarks.rig.emulators import ENVIRON
from benchmarks.rig.runtime import unpack

from microsite.package import build_package

#: Isolated (-I: no environment, no user site), without site-packages (-S), with the unpacked zip alone on the path.
RUN = """
import json, os, sys
sys.path.insert(0, sys.argv[1])
os.environ.update(json.loads(sys.argv[2]))
before = set(sys.modules)
import re
compiled = []
make = re._compiler.compile
re._compiler.compile = lambda pattern, flags=0: compiled.append(str(pattern)) or make(pattern, flags)
from forms import aws
event = {"rawPath": "/api/forms/contact", "headers": {"content-type": "application/x-www-form-urlencoded"},
         "body": sys.argv[3], "requestContext": {"http": {"method": "POST", "sourceIp": "192.0.2.1"}}}
answer = aws.http(event, None)
print(json.dumps([answer["statusCode"], sorted(set(sys.modules) - before), compiled]))
"""
BODY = "name=Ann+Otter&email=ann%40example.com&phone=&message=Do+you+know+a+clinic%3F%0D%0AThanks&consent=yes"


@pytest.fixture(scope="module")
def task(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("weight")
    shell = folder / "shell.html"
    shell.write_text("<main><!--main--></main>")
    made = build_package(folder / "forms.zip", shell=shell, environ={}, python=Path(sys.executable))
    return unpack(made.path, folder / "task")


@pytest.fixture(scope="module")
def first(task: Path) -> tuple[set[str], list[str]]:
    with stub() as url:
        settings = {
            **ENVIRON,
            "AWS_ENDPOINT_URL": url,
            "FORMS_STORE": "dynamodb:leads",
            "FORMS_SECRETS": "ab" * 32,
            "FORMS_SITE_URL": "https://site.example",
        }
        command = [sys.executable, "-I", "-S", "-B", "-c", RUN, str(task), json.dumps(settings), BODY]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    status, modules, compiled = json.loads(done.stdout)
    assert status == 303, done.stderr
    return set(modules), compiled


#: Module → milliseconds of a cold start that it would cost, or what it brings along.
HEAVY = {
    "altcha": "10, dataclasses and inspect",
    "asyncio": "30",
    "base64": "1",
    "dataclasses": "9",
    "datetime": "3",
    "decimal": "3",
    "email": "15",
    "encodings.ascii": "0.5; say utf-8",
    "encodings.idna": "3, all of Unicode; hand host names over as bytes",
    "forms.check": "explains broken definitions only",
    "forms.notify": "another handler's",
    "forms.sqlite": "stays at home",
    "http": "6",
    "inspect": "8",
    "logging": "6",
    "pathlib": "4",
    "random": "3",
    "ssl": "9; only where it is spoken",
    "tomllib": "4, parsing included",
    "typing": "2.4, and 6 for its named tuples; see forms.record",
    "unicodedata": "2; only for texts beyond ASCII",
    "urllib": "4",
    "uuid": "3",
    "zoneinfo": "5",
}


def test_nothing_heavy_is_loaded_for_a_first_message(first: tuple[set[str], list[str]]) -> None:
    modules, _ = first
    assert {name: cost for name, cost in HEAVY.items() if name in modules} == {}
    if sys.version_info >= (3, 12):  # before, the interpreter has no SHA-256 of its own under a name that stays
        assert {"hashlib", "hmac", "_hashlib"}.isdisjoint(modules), "they load OpenSSL: 3 to 5 ms"


def test_a_first_message_loads_few_modules(first: tuple[set[str], list[str]]) -> None:
    ours = {name for name in first[0] if name.partition(".")[0] == "forms"}
    # Each costs 0.1 to 0.4 ms before it does anything.
    assert len(ours) <= 34, sorted(ours)
    assert len(first[0] - ours) <= 40, sorted(first[0] - ours)


def test_a_first_message_compiles_few_patterns(first: tuple[set[str], list[str]]) -> None:
    # 0.05 to 0.5 ms each. A pattern that not every request needs stays a text until it is used.
    assert len(first[1]) <= 10, "\n".join(first[1])


def test_health_loads_neither_definitions_nor_store(task: Path) -> None:
    code = (
        "import sys; sys.path.insert(0, sys.argv[1]); from forms import aws\n"
        "aws.http({'rawPath': '/api/health', 'requestContext': {'http': {'method': 'GET'}}}, None)\n"
        "print(*sys.modules)"
    )
    command = [sys.executable, "-I", "-S", "-B", "-c", code, str(task)]
    loaded = set(subprocess.run(command, capture_output=True, text=True, check=True).stdout.split())
    assert "forms.handle" in loaded
    assert {"forms.definition", "forms.cloud", "forms.submit", "forms.screen", "socket", "typing"}.isdisjoint(loaded)

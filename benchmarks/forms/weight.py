"""CPU and memory of the function beside an empty one and beside the usual ways to do the same job.

In: nothing but a network for the first run (the comparators come from PyPI into `.cache/comparators/`). Out: ratios
from one run. The comparators ask the table the same five questions (two meters, the key, its neighbors, the record);
"one put" is what a tutorial does.

Each sample is a process of its own under AWS's runtime client (`rig/runtime.py`), with Lambda's Python where this
machine has it: start, import, one POST of the contact form, kill. The kinds take turns, so that a busy machine is busy
for all of them, and the median is taken. CPU is user and system time of that process, by the kernel.
"""

from __future__ import annotations

import base64
import json
import os
import shutil
import statistics
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING
from typing import Any
from typing import NamedTuple
from urllib.parse import urlencode

import forms
from benchmarks.figure import Figure
from benchmarks.rig import ROOT
from benchmarks.rig import ToolMissing
from benchmarks.rig.emulators import ENVIRON
from benchmarks.rig.runtime import run_function
from benchmarks.rig.runtime import unpack
from microsite.package import build_package
from microsite.package.contents import contents
from microsite.package.runtime import RUNTIME
from microsite.package.runtime import find_interpreter

from .stub import make_certificate
from .stub import stub

if TYPE_CHECKING:
    import argparse
    from collections.abc import Mapping

__all__ = ["weight"]

#: What the comparators need besides the runtime client; their newest versions, printed with the figures.
_NEEDS = ("awslambdaric", "boto3", "fastapi", "mangum", "python-multipart", "email-validator")
_SHOWN = ("awslambdaric", "boto3", "fastapi", "mangum", "pydantic")
_COMPARATORS = Path(__file__).with_name("comparators")
_PLACE = ROOT / ".cache" / "comparators"
#: Samples of each kind; and events of the warm measurement.
_ROUNDS = 11
_WARM_ROUNDS = 3
_WARM = 100


class Kind(NamedTuple):
    """Something that is measured."""

    name: str
    folder: Path
    handler: str
    environ: Mapping[str, str]


class Measured(NamedTuple):
    """Medians over the rounds."""

    #: Seconds of CPU.
    cpu: float
    #: Bytes.
    peak: float


def weight(scratch: Path, arguments: argparse.Namespace) -> list[Figure]:
    """The weight table; prints it and returns what has a budget."""
    rounds = arguments.count or _ROUNDS
    python, versions = _interpreter()
    shell = scratch / "shell.html"
    shell.write_text("<title><!--title--></title><main><!--main--></main>")
    package = build_package(scratch / "forms.zip", shell=shell, environ=os.environ, python=python)
    unpack(package.path, scratch / "task")
    bare = scratch / "sources"
    for name, content in contents(Path(str(forms.__file__)).parent, shell).items():
        path = bare / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    others = scratch / "others"
    shutil.copytree(_COMPARATORS, others)
    subprocess.run([python, "-m", "compileall", "-q", others], check=True)
    root, server = make_certificate(scratch)
    with stub() as plain, stub(server) as secure:
        kinds = _kinds(scratch, plain, secure, root)
        cold = _cold(kinds, python, scratch, rounds)
        warm = _warm([kind for kind in kinds if kind.name in _WARMED], python, scratch)
    print(f"\nFunction: {RUNTIME}, {versions}; package {package.bytes:,} bytes; {rounds} rounds, medians")
    print(f"  {'':<40} {'CPU ms':>8} {'x empty':>8} {'peak MB':>8} {'warm ms':>8}")
    for kind in kinds:
        one = cold[kind.name]
        again = f"{warm[kind.name] * 1000:8.2f}" if kind.name in warm else ""
        print(
            f"  {kind.name:<40} {one.cpu * 1000:8.1f} {one.cpu / cold['empty'].cpu:8.2f} {one.peak / 1e6:8.1f} {again}"
        )
    ours, tls, theirs = cold["ours"], cold["ours, TLS"], cold["FastAPI + Mangum + boto3"]
    heavy = cold["FastAPI + Mangum + boto3, TLS"]
    return [
        Figure("function, zip, bytes", package.bytes, most=1_000_000),
        Figure("function, first request, CPU over empty", round(ours.cpu / cold["empty"].cpu, 2), most=2),
        Figure("function, first request, TLS, CPU over empty", round(tls.cpu / cold["empty"].cpu, 2), most=3),
        Figure("function, first request, part of FastAPI", round(ours.cpu / theirs.cpu, 3), most=0.1),
        Figure("function, first request, TLS, part of FastAPI", round(tls.cpu / heavy.cpu, 3), most=0.1),
        Figure("function, warm, part of FastAPI", _part(warm, "ours", "FastAPI + Mangum + boto3"), most=0.25),
        Figure("function, peak memory with TLS, MB", round(tls.peak / 1e6, 1), most=40),
    ]


_WARMED = frozenset(
    {
        "empty",
        "ours",
        "standard library only",
        "bare boto3",
        "FastAPI + Mangum + boto3",
        "FastAPI + Mangum + boto3, one put",
    }
)


def _part(figures: Mapping[str, float], one: str, other: str) -> float:
    return round(figures[one] / figures[other], 3)


def _kinds(scratch: Path, plain: str, secure: str, root: Path) -> list[Kind]:
    """`plain` and `secure` are the table's addresses, `root` is what signed the certificate of the latter."""
    task, bare, others = scratch / "task", scratch / "sources", scratch / "others"
    # The roots that each would load, and the one that signed the stub: ours has five, botocore's a hundred and more.
    few, many = scratch / "few.pem", scratch / "many.pem"
    few.write_bytes((task / "forms" / "roots.pem").read_bytes() + root.read_bytes())
    many.write_bytes(_all_roots() + root.read_bytes())
    settings = {
        "FORMS_STORE": "dynamodb:leads",
        "FORMS_SECRETS": "ab" * 32,
        "FORMS_SITE_URL": "https://site.example",
        "FORMS_MAIL": "ses",
        "FORMS_FROM": "post@site.example",
        "FORMS_TEAM": "team@site.example",
    }
    http = {**ENVIRON, "AWS_ENDPOINT_URL": plain}
    tls = {**ENVIRON, "AWS_ENDPOINT_URL": secure, "AWS_CA_BUNDLE": str(many)}
    ours_tls = {**tls, **settings, "AWS_CA_BUNDLE": str(few)}
    return [
        Kind("empty", others, "empty.handler", ENVIRON),
        Kind("ours", task, "forms.aws.http", {**http, **settings}),
        Kind("ours, without bytecode", bare, "forms.aws.http", {**http, **settings}),
        Kind("standard library only", others, "plain.handler", http),
        Kind("bare boto3", others, "bare_boto3.handler", http),
        Kind("FastAPI + Mangum + boto3", others, "fastapi_mangum.handler", http),
        Kind("FastAPI + Mangum + boto3, one put", others, "fastapi_mangum.handler", {**http, "ONE_PUT": "1"}),
        Kind("ours, TLS", task, "forms.aws.http", ours_tls),
        Kind(
            "ours, TLS, secrets from SSM", task, "forms.aws.http", {**ours_tls, "FORMS_SECRETS": "ssm:/forms/secrets"}
        ),
        Kind("standard library only, TLS", others, "plain.handler", {**tls, "AWS_CA_BUNDLE": str(few)}),
        Kind("bare boto3, TLS", others, "bare_boto3.handler", tls),
        Kind("FastAPI + Mangum + boto3, TLS", others, "fastapi_mangum.handler", tls),
    ]


def _cold(kinds: list[Kind], python: Path, scratch: Path, rounds: int) -> dict[str, Measured]:
    samples: dict[str, list[Measured]] = {kind.name: [] for kind in kinds}
    for number in range(rounds + 1):
        for kind in kinds:
            with run_function(kind.folder, kind.handler, kind.environ, log=scratch / "log", python=python) as function:
                _post(function.invoke(_event(number)), function.log())
                used = function.stop()
            if number:  # the first round fills the machine's caches
                samples[kind.name].append(Measured(used.cpu, used.peak))
    return {
        name: Measured(statistics.median(one.cpu for one in some), statistics.median(one.peak for one in some))
        for name, some in samples.items()
    }


def _warm(kinds: list[Kind], python: Path, scratch: Path) -> dict[str, float]:
    """Seconds of CPU a request: a process that answered 1 + `_WARM` of them less one that answered one."""
    samples: dict[str, list[float]] = {kind.name: [] for kind in kinds}
    for _ in range(_WARM_ROUNDS):
        for kind in kinds:
            used = []
            for count in (1, 1 + _WARM):
                log = scratch / "log"
                with run_function(kind.folder, kind.handler, kind.environ, log=log, python=python) as function:
                    for number in range(count):
                        _post(function.invoke(_event(number)), function.log)
                    used.append(function.stop().cpu)
            samples[kind.name].append((used[1] - used[0]) / _WARM)
    return {name: statistics.median(some) for name, some in samples.items()}


def _post(answer: Mapping[str, Any], log: Any) -> None:
    if answer["statusCode"] != 303:
        msg = f"the form was not taken: {json.dumps(answer)[:300]}\n{log() if callable(log) else log}"
        raise RuntimeError(msg)


def _event(number: int) -> dict[str, Any]:
    """A browser's POST of the contact form; each one another message."""
    sent = {
        "name": "Ann Otter",
        "email": f"ann{number}@example.com",
        "phone": "",
        "message": f"Do you know a clinic near me? I was here {number} times.",
        "consent": "yes",
        "page": "conditions/chronic-pain",
    }
    headers = {
        "accept": "text/html,application/xhtml+xml",
        "content-type": "application/x-www-form-urlencoded",
        "host": "site.example",
        "origin": "https://site.example",
        "referer": "https://site.example/contact/",
        "sec-fetch-site": "same-origin",
        "user-agent": "Mozilla/5.0",
    }
    return {
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": "/api/forms/contact",
        "rawQueryString": "",
        "headers": headers,
        "requestContext": {
            "accountId": "123456789012", "apiId": "a", "domainName": "site.example", "domainPrefix": "site",
            "http": {"method": "POST", "path": "/api/forms/contact", "protocol": "HTTP/1.1",
                     "sourceIp": "192.0.2.1", "userAgent": "Mozilla/5.0"},
            "requestId": f"req-{number}", "routeKey": "$default", "stage": "$default",
            "time": "21/Nov/2026:10:00:00 +0000", "timeEpoch": 1795255200000,
        },
        "body": base64.b64encode(urlencode(sent).encode()).decode(),
        "isBase64Encoded": True,
    }  # fmt: skip


def _interpreter() -> tuple[Path, str]:
    """Lambda's Python, else ours, with the comparators installed; and what they are. Raises ToolMissing."""
    base = find_interpreter(os.environ) or Path(sys.executable)
    python = _PLACE / "venv" / "bin" / "python"
    if not _has_all(python):
        print(f"Installing {', '.join(_NEEDS)} into {_PLACE.relative_to(ROOT)} …")
        shutil.rmtree(_PLACE, ignore_errors=True)
        commands = (["-m", "venv", str(_PLACE / "venv")], ["-m", "pip", "install", "--quiet", *_NEEDS])
        for tool, command in zip((base, python), commands, strict=True):
            done = subprocess.run([tool, *command], capture_output=True, text=True, check=False)
            if done.returncode:
                shutil.rmtree(_PLACE, ignore_errors=True)
                msg = f"the comparators cannot be installed (a network is needed once): {done.stderr.strip()[-300:]}"
                raise ToolMissing(msg)
    code = "import sys, importlib.metadata as m; print(sys.version.split()[0], *map(m.version, sys.argv[1:]))"
    said = subprocess.run([python, "-c", code, *_SHOWN], capture_output=True, text=True, check=True).stdout.split()
    names = ", ".join(f"{name} {version}" for name, version in zip(("Python", *_SHOWN), said, strict=True))
    return python, names


def _has_all(python: Path) -> bool:
    code = "import awslambdaric, boto3, fastapi, mangum, multipart, email_validator"
    return python.exists() and not subprocess.run([python, "-c", code], capture_output=True, check=False).returncode


def _all_roots() -> bytes:
    import botocore  # noqa: PLC0415

    return (Path(str(botocore.__file__)).parent / "cacert.pem").read_bytes()

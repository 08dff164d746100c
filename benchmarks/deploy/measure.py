"""What a release costs, against `aws s3 sync` after a rebuild: bytes, objects, requests, memory, the switch.

The site is built twice; the second time one article has a sentence more. `aws` is the one on the PATH or in AWS_CLI;
else it is installed into the scratch folder; else its rule is applied: a file is sent when its size differs or when it
is newer than the object, which after a rebuild every file is.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING
from typing import Any

from benchmarks.figure import Figure
from benchmarks.rig.emulators import ENVIRON

from .site import make_site
from .store import run_store

if TYPE_CHECKING:
    from argparse import Namespace
    from pathlib import Path

    from .store import Store

__all__ = ["measure"]

_PAGES = 2000
_PATIENCE = 300
#: STS and CloudFormation are asked once each before; the KeyValueStore once.
_BEFORE = 3


def measure(scratch: Path, arguments: Namespace) -> list[Figure]:
    """Release, release the same, release an edit, go back; then sync the same edit."""
    pages = arguments.count or _PAGES
    first, second = scratch / "first", scratch / "second"
    make_site(first, pages)
    make_site(second, pages, edited=77 % pages)
    with run_store() as store:
        whole, _ = _release(store, first, {})
        same, asked = _release(store, first, whole["values"])
        unchanged = sum(asked.values()) + _BEFORE
        edit, asked = _release(store, second, whole["values"], "--back")
        received = store.received
    synced, objects, how = _sync(scratch, first, second)
    work = sum(asked[kind] for kind in ("put", "copy", "list", "delete"))
    print(f"\n  A site of {pages:,} pages: {whole['files']:,} files, {whole['bytes'] / 1e6:.1f} MB")
    print(f"  {'':<34}{'objects':>9}{'bytes':>13}")
    print(f"  {'aws s3 sync after a rebuild':<34}{objects:>9,}{synced:>13,}   ({how})")
    print(
        f"  {'microsite deploy, one edit':<34}{asked['put']:>9,}{received:>13,}   (and {edit['copied']:,} copied there)"
    )
    print(f"  first release {whole['seconds']:.0f} s, edit {edit['seconds']:.0f} s, back {edit['back']:.1f} s")
    assert not same["changed"], "the same site made a release"  # noqa: S101 - a figure of something else would mislead
    return [
        Figure("deploy: bytes of an edit, % of sync's", 100 * received / synced, most=1),
        Figure("deploy: objects of an edit", asked["put"]),
        Figure("deploy: requests when nothing changed", unchanged, most=5),
        Figure("deploy: writes of switch", edit["switches"], most=1),
        Figure("deploy: writes of going back", edit["back_writes"], most=1),
        Figure("deploy: bucket requests of an edit, per file", work / edit["files"], most=1.1),
        Figure("deploy: memory of a first release, MB", whole["memory"] / 1e6, most=200),
    ]


def _release(store: Store, site: Path, values: dict[str, str], *more: str) -> tuple[dict[str, Any], dict[str, int]]:
    """Run one release; what it tells of itself, and the requests that the store counted."""
    store.reset()
    environ = {**os.environ, **ENVIRON, "AWS_ENDPOINT_URL": store.url}
    command = [sys.executable, "-m", "benchmarks.deploy.release", store.url, str(site), json.dumps(values), *more]
    done = subprocess.run(command, env=environ, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(done.stderr[-3000:])
    told: dict[str, Any] = json.loads(done.stdout)
    return told, dict(store.requests)


def _sync(scratch: Path, first: Path, second: Path) -> tuple[int, int, str]:
    """Bytes and objects that `aws s3 sync` sends for the second site over the first, and how that is known."""
    aws = os.environ.get("AWS_CLI") or shutil.which("aws") or _installed(scratch)
    if not aws:
        files = [path for path in second.rglob("*") if path.is_file()]
        return sum(path.stat().st_size for path in files), len(files), "by its rule: every file is newer"
    with run_store() as store:
        for path in first.rglob("*"):
            if path.is_file():  # as a sync an hour ago left them
                size, key = path.stat().st_size, path.relative_to(first).as_posix()
                store.objects[key] = (b"", size, {}, path.stat().st_mtime + 0.001)
        command = [
            aws,
            "s3",
            "sync",
            str(second),
            "s3://site",
            "--delete",
            "--only-show-errors",
            "--endpoint-url",
            store.url,
        ]
        done = subprocess.run(
            command, env={**os.environ, **ENVIRON}, capture_output=True, text=True, check=False, timeout=_PATIENCE
        )
        if done.returncode:
            raise RuntimeError(done.stderr[-3000:])
        version = subprocess.run([aws, "--version"], capture_output=True, text=True, check=False).stdout.split()[0]
        return store.received, store.requests["put"], version


def _installed(scratch: Path) -> str:
    """`aws` in a virtual environment of its own; "" where there is no way to get it."""
    venv = scratch / "aws"
    try:
        subprocess.run([sys.executable, "-m", "venv", str(venv)], check=True, capture_output=True, timeout=_PATIENCE)
        pip = [str(venv / "bin/python"), "-m", "pip", "install", "--quiet", "awscli"]
        subprocess.run(pip, check=True, capture_output=True, timeout=_PATIENCE)
    except (OSError, subprocess.SubprocessError):
        return ""
    return str(venv / "bin/aws")

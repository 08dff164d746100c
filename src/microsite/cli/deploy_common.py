"""What every verb of `microsite deploy` shares: the parameters file, the opened target, who asks, what is outside.

The standard AWS variables hold, profiles and `AWS_ENDPOINT_URL` included.
"""

from __future__ import annotations

import getpass
import os
import secrets
import socket
import subprocess
import time
from contextlib import contextmanager
from dataclasses import dataclass
from dataclasses import field
from pathlib import Path
from typing import TYPE_CHECKING
from typing import Any
from urllib.parse import urlsplit

import click

from microsite.deploy.aws import client
from microsite.deploy.config import load
from microsite.deploy.config import resolve
from microsite.deploy.functions import Functions
from microsite.deploy.infrastructure import names_of
from microsite.deploy.job import World
from microsite.deploy.keyvaluestore import KeyValueStorePointer
from microsite.deploy.s3 import S3Bucket
from microsite.deploy.stack import Stack
from microsite.deploy.stack import caller
from microsite.deploy.verify import Door
from microsite.deploy.web import Web

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Iterator

    from microsite.deploy.config import Target

__all__ = ["Opened", "commit", "config_option", "json_option", "opened", "who"]

_LOOPBACK = {"127.0.0.1", "::1", "localhost"}
config_option = click.option(
    "--config",
    "config_path",
    type=click.Path(path_type=Path),
    required=True,
    metavar="FILE",
    help="The environment's parameters, such as infra/parameters/production.toml.",
)
json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


def _silent(what: str, done: int, total: int) -> None:
    del what, done, total


@dataclass(slots=True)
class Opened:
    """A target with its ports. Clients are made when they are first used, and closed with it."""

    target: Target
    stack: Stack
    bucket: S3Bucket
    pointer: KeyValueStorePointer
    web: Web
    #: Puts a client of a service at hand.
    ask: Callable[[str], Any] = field(repr=False)

    def functions(self) -> Functions | None:
        """The functions of the stack; None for a target without one."""
        if not self.target.outputs:
            return None
        return Functions(self.ask("lambda"), names_of(self.target.outputs), sleep=time.sleep, ticks=time.monotonic)

    def artifacts(self) -> S3Bucket:
        """The bucket of zips and templates."""
        config = self.target.config
        return S3Bucket(config.artifacts, config.account, self.ask("s3"))

    def world(self, report: Callable[[str, int, int], None] = _silent) -> World:
        """Everything outside that a release needs."""
        target = self.target
        front = Door(target.config.url, {})
        if urlsplit(target.distribution_url).hostname in _LOOPBACK and target.distribution_url != target.config.url:
            # A stand-in on this machine: visitors' host has no address here, so it is named.
            front = Door(target.distribution_url, {"host": urlsplit(target.config.url).netloc})
        return World(
            bucket=self.bucket,
            pointer=self.pointer,
            fetch=self.web,
            hidden=target.distribution_url,
            front=front,
            now=time.time,
            sleep=time.sleep,
            word=lambda: secrets.token_hex(16),
            by=who(),
            commit=commit(),
            host=(urlsplit(target.config.url).hostname or "").lower(),
            report=report,
        )


@contextmanager
def opened(config_path: Path) -> Iterator[Opened]:
    """The target of a parameters file, after its account was found to be the right one."""
    config = load(config_path)
    clients: dict[str, Any] = {}
    web = Web(time.sleep)

    def ask(service: str) -> Any:
        if service not in clients:
            clients[service] = client(service, config.region, parallel=config.parallel)
        return clients[service]

    def outputs(_: str) -> Any:
        return Stack(ask("cloudformation"), config.stack, sleep=time.sleep, ticks=time.monotonic).outputs()

    try:
        target = resolve(config, lambda: caller(ask("sts")), outputs)
        stack = Stack(ask("cloudformation"), config.stack, sleep=time.sleep, ticks=time.monotonic)
        bucket = S3Bucket(target.bucket, config.account, ask("s3"))
        pointer = KeyValueStorePointer(target.key_value_store, ask("cloudfront-keyvaluestore"))
        yield Opened(target, stack, bucket, pointer, web, ask)
    finally:
        web.close()
        for one in clients.values():
            one.close()


def who() -> str:
    """Who releases, for the manifest and for whoever comes second: `ann@laptop`, in GitHub Actions `ann, run 17`."""
    actor, run = os.environ.get("GITHUB_ACTOR", ""), os.environ.get("GITHUB_RUN_NUMBER", "")
    if actor and run:
        return f"{actor}, run {run} of {os.environ.get('GITHUB_WORKFLOW', 'a workflow')}"
    try:
        return f"{getpass.getuser()}@{socket.gethostname()}"
    except (OSError, KeyError):
        return socket.gethostname()


def commit() -> str:
    """The commit of this folder, "" outside git."""
    if os.environ.get("GITHUB_SHA"):
        return os.environ["GITHUB_SHA"]
    asked = ["git", "rev-parse", "HEAD"]
    try:
        done = subprocess.run(asked, capture_output=True, text=True, check=False, timeout=10)  # noqa: S603 - a fixed command
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""

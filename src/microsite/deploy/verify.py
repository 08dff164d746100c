"""Whether a release answers as its manifest says, asked from outside through the distribution.

In: a manifest, an address, and for a hidden release the word that shows it. Out: nothing, or `Unverified` with every
problem. What is compared is what a visitor gets: status, decoded body, headers, and that no page leads nowhere.
"""

from __future__ import annotations

import hashlib
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING
from typing import NamedTuple
from urllib.parse import urlsplit
from urllib.parse import urlunsplit

from microsite.errors import Unverified

from .links import references
from .upload import in_parallel
from .web import quoted

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Iterable
    from collections.abc import Mapping

    from .manifest import Entry
    from .manifest import Manifest
    from .web import Answer
    from .web import Fetch

__all__ = ["Door", "pages_of", "verify"]

#: Problems named before "and N more".
_SHOWN = 20
#: What the distribution adds to every page; their values are the template's, and tested there.
_SECURITY = ("content-security-policy", "referrer-policy", "x-content-type-options")
#: Browsers take it over TLS only: RFC 6797, section 8.1.
_TLS = "strict-transport-security"
#: Where the edge function leads what can be no page.
_NOWHERE = "/no-such-page-of-any-release/"


class Door(NamedTuple):
    """Where a release is looked at."""

    #: No slash at the end.
    url: str
    #: Sent with every request: `x-release` and `x-release-key` for a hidden release, `host` for another name.
    headers: Mapping[str, str]


@dataclass(slots=True)
class _Check:
    manifest: Manifest
    door: Door
    fetch: Fetch
    known: frozenset[str]
    #: Old address → new address, where the edge may redirect instead.
    moved: Mapping[str, str]
    problems: list[str]
    turn: threading.Lock

    def say(self, path: str, what: str) -> None:
        with self.turn:
            self.problems.append(f"/{path}: {what}")

    def entry(self, entry: Entry) -> None:
        """Ask for one file as a visitor does."""
        path = _address(entry.path)
        answer = self.fetch(f"{self.door.url}/{quoted(path)}", self.door.headers)
        if answer.status == 301 and self._is_moved(path, answer.headers.get("location", "")):
            return
        self._same(path, entry, answer, status=200)
        if entry.path.endswith(".html") and answer.status == 200:
            self._leads(path, entry, answer.body)
            for name in (*_SECURITY, *([_TLS] if self.door.url.startswith("https:") else [])):
                if name not in answer.headers:
                    self.say(path, f"the header {name} is missing")
            # A hidden release may be told so; what visitors get must be found by others.
            if "x-release" not in self.door.headers and "noindex" in answer.headers.get("x-robots-tag", ""):
                self.say(path, "x-robots-tag tells search engines to forget it")

    def _is_moved(self, path: str, location: str) -> bool:
        """Whether `location` is where a redirect in force leads from `path`."""
        target = self.moved.get(f"/{path}")
        try:
            found = urlsplit(location)
        except ValueError:
            return False
        return urlunsplit(("", "", *found[2:])) == target

    def missing(self, entry: Entry) -> None:
        """Ask for a page that no release has: the site's own words, and the status that says so."""
        answer = self.fetch(f"{self.door.url}{_NOWHERE}", self.door.headers)
        self._same(_NOWHERE.strip("/"), entry, answer, status=404)

    def health(self) -> None:
        """Ask the forms."""
        answer = self.fetch(f"{self.door.url}/api/health", self.door.headers)
        if answer.status != 200:
            self.say("api/health", f"status {answer.status} instead of 200")

    def _same(self, path: str, entry: Entry, answer: Answer, *, status: int) -> None:
        if answer.status != status:
            more = f" (to {answer.headers['location']})" if "location" in answer.headers else ""
            self.say(path, f"status {answer.status} instead of {status}{more}")
            return
        if hashlib.sha256(answer.body).hexdigest() != entry.sha256:
            self.say(path, f"{len(answer.body):,} bytes of other content than was released ({entry.size:,} bytes)")
        wanted = {"content-type": entry.headers.content_type}
        if status == 200:
            wanted["cache-control"] = entry.headers.cache_control
        if entry.headers.content_encoding:
            wanted["content-encoding"] = entry.headers.content_encoding
        for name, value in wanted.items():
            if _plain(answer.headers.get(name, "")) != _plain(value):
                self.say(path, f"{name} is {answer.headers.get(name, 'missing')!r} instead of {value!r}")

    def _leads(self, path: str, entry: Entry, body: bytes) -> None:
        found = references(body, entry.path)
        for target in sorted(found.needs | found.leads):
            if target not in self.known and f"{target}/" not in self.known and not target.startswith("api/"):
                self.say(path, f"leads to /{target}, which is not in the release")


def verify(  # noqa: PLR0913 - what is asked, where, and how much of it
    manifest: Manifest,
    door: Door,
    fetch: Fetch,
    *,
    entries: Iterable[Entry] | None = None,
    moved: Mapping[str, str] | None = None,
    api: bool = True,
    parallel: int = 16,
    tick: Callable[[], None] = lambda: None,
) -> None:
    """Ask for `entries` (default: every file), for a page that is not there, and for the forms' health.

    `moved` are the redirects in force, old address → new address (default: those of the release): where one of them
    answers instead of a page, that is right as well.

    Raises Unverified with every problem, Interrupted when nothing answers.
    """
    own = manifest.head.redirects or {}
    redirects = {old.lstrip("/") for old in own}
    known = frozenset(redirects | {one.path for one in manifest.entries} | {_address(e.path) for e in manifest.entries})
    check = _Check(manifest, door, fetch, known, {**(moved or {}), **own}, [], threading.Lock())
    missing = next((one for one in manifest.entries if one.path == "404.html"), None)
    asked = [one for one in (manifest.entries if entries is None else entries) if one.path != "404.html"]
    if missing is not None:
        check.missing(missing)
        tick()
    if api:
        check.health()
        tick()
    in_parallel(asked, check.entry, parallel=parallel, tick=tick)
    if check.problems:
        found = sorted(check.problems)
        shown = "".join(f"\n  {one}" for one in found[:_SHOWN])
        more = f"\n  … and {len(found) - _SHOWN} more" if len(found) > _SHOWN else ""
        msg = f"release {manifest.release} does not answer as it should at {door.url}:{shown}{more}"
        raise Unverified(msg, found, fix="mend what is named, then run the same command again")


def pages_of(manifest: Manifest) -> list[Entry]:
    """What the front door is asked for after a switch: every page, and the first file that a search fetches."""
    return [one for one in manifest.entries if one.path.endswith(".html") or one.path == "search/manifest.bin"]


def _address(path: str) -> str:
    """`conditions/ptsd/index.html` → `conditions/ptsd/`, as visitors ask for it."""
    return path.removesuffix("index.html") if path == "index.html" or path.endswith("/index.html") else path


def _plain(value: str) -> str:
    return "".join(value.lower().split())

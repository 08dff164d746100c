"""The finished folder `site/` in, what is to be released out: each file with its key, sum and headers; or why not.

A site that is half built, or holds what cannot be served, is refused here with every mistake named, before anything is
asked of AWS. Nothing is kept but names and sums: files are read again when they are sent, and compared.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import stat
import unicodedata
from contextlib import suppress
from dataclasses import dataclass
from dataclasses import field
from pathlib import Path
from typing import TYPE_CHECKING
from typing import Final
from urllib.parse import quote
from urllib.parse import unquote

from microsite.errors import Refused
from microsite.media import IMMUTABLE
from microsite.media import TYPES
from microsite.media import is_immutable

from .links import css_references
from .links import references
from .manifest import Entry
from .manifest import digest_of
from .ports import Headers
from .web import quoted

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Iterator
    from collections.abc import Mapping

__all__ = ["LARGEST", "REDIRECTS", "Site", "headers_of", "read_site"]

#: Files that no site of ours is without.
_DEMANDED = ("index.html", "404.html", "search/manifest.bin")
#: What a build leaves that did not come to its end, or was not finished by `microsite build`: file → what it tells.
_LEFTOVERS = {
    "shell.html": "the forms' frame is still in it: the finish pass did not run",
    "sitemap.xml.gz": "the finish pass did not run",
}
#: Old addresses and where they lead; for the switch, not for visitors.
REDIRECTS: Final = "redirects.json"
#: Bytes of a file; what is larger got in by mistake, and CloudFront compresses nothing above 10 MB.
LARGEST: Final = 50_000_000
#: Bytes of a key; S3 takes 1,024, the rest is for `releases/<release>/`.
_LONGEST = 900
#: Letters of an address as it travels (`é` is `%C3%A9`), and of one that is redirected: as in infra/edge/router.js.
_LONGEST_ADDRESS = 1024
_LONGEST_REDIRECTED = 500
#: Problems named before "and N more".
_SHOWN = 20
_CHUNK = 1 << 20

#: Kept, but asked for again each time. CloudFront asks S3 once a release: the key holds the release.
_REVALIDATE = "public, max-age=0, must-revalidate"


@dataclass(frozen=True, slots=True)
class Site:
    """A folder that may be released."""

    folder: Path
    #: In order of path.
    entries: tuple[Entry, ...]
    #: Old path → new path; None when the site says nothing of redirects.
    redirects: Mapping[str, str] | None = None

    @property
    def digest(self) -> str:
        """SHA-256 of all that visitors get: the same for the same site, on every machine."""
        return digest_of(self.entries, self.redirects)

    @property
    def size(self) -> int:
        """Bytes of all files."""
        return sum(entry.size for entry in self.entries)

    def read(self, entry: Entry) -> bytes | Path:
        """The content of an entry to send: bytes, or the path of what is too large to hold.

        Raises Refused when the file is not the one that was planned with.
        """
        path = self.folder / entry.path
        content: bytes | Path = b""
        found = ""
        with suppress(OSError):
            if entry.size > _CHUNK * 8 and not entry.headers.content_encoding:
                with path.open("rb") as file:
                    found, content = hashlib.file_digest(file, "sha256").hexdigest(), path
            else:
                content = path.read_bytes()
                found = hashlib.sha256(content).hexdigest()
        if found != entry.sha256:
            msg = f"{path} changed while it was released"
            raise Refused(msg, fix="let nothing build into the folder meanwhile; then run the same command again")
        return content


def headers_of(path: str) -> Headers | None:
    """What a path is served with; None when its type is not known.

    Only files of the search index are stored compressed: CloudFront compresses neither their type nor anything below
    1,000 bytes, and who fetches them is our own script in a browser, which takes `br`. A page stored so could not be
    read by a client that does not, and CloudFront compresses it anyway.
    """
    stem, _, ending = path.rpartition("/")[2].rpartition(".")
    kind = TYPES.get(ending) if stem else None
    if kind is None:
        return None
    packed = path.startswith("search/") and ending == "bin"
    return Headers(kind, IMMUTABLE if is_immutable(path) else _REVALIDATE, "br" if packed else "")


def read_site(
    folder: Path, *, origin: str = "", largest: int = LARGEST, tick: Callable[[int], None] = lambda _: None
) -> Site:
    """Read and check `folder`; `tick` hears how many files were read.

    `origin` is the site's own address, whose absolute links are checked like the others. Raises Refused with all that
    is wrong.
    """
    if not folder.is_dir():
        msg = f"{folder}/ is not there" if not folder.exists() else f"{folder} is no folder"
        raise Refused(msg, fix="run `microsite build` first, or name the folder with --site-dir")
    found = _Found()
    entries: dict[str, Entry] = {}
    for path, file in _walk(folder, "", found.problems):
        if path == REDIRECTS:
            found.redirects = _redirects(file, found.problems)
            continue
        made = _entry(path, file, found.problems, largest)
        if made is not None:
            entries[path] = made[0]
            _refer(path, made[1], origin, found)
            tick(len(entries))
    lost = _astray(entries, found.redirects or {})
    problems = [*found.problems, *_gaps(entries), *_unmet(entries, found), *_clashes(entries), *lost]
    if problems:
        _refuse(folder, problems)
    return Site(folder, tuple(entries[path] for path in sorted(entries)), found.redirects)


@dataclass(slots=True)
class _Found:
    """What a reading gathers."""

    problems: list[str] = field(default_factory=list)
    #: Path → the pages that need it to be shown, and that lead to it.
    needed: dict[str, set[str]] = field(default_factory=dict)
    led: dict[str, set[str]] = field(default_factory=dict)
    redirects: Mapping[str, str] | None = None


def _refuse(folder: Path, problems: list[str]) -> None:
    shown = [f"\n  {problem}" for problem in problems[:_SHOWN]]
    if len(problems) > _SHOWN:
        shown.append(f"\n  … and {len(problems) - _SHOWN} more")
    msg = f"{folder}/ cannot be released; nothing was sent:{''.join(shown)}"
    raise Refused(msg, fix="mend what is named, then run `microsite build` and this command again")


def _walk(folder: Path, below: str, problems: list[str]) -> Iterator[tuple[str, Path]]:
    """(path from the root, file) of all regular files, in order of name; what is no such file is a problem."""
    try:
        found = sorted(os.scandir(folder / below), key=lambda one: one.name)
    except OSError as error:
        problems.append(f"{below or '.'}: cannot be read: {error.strerror}")
        return
    for one in found:
        path = f"{below}/{one.name}" if below else one.name
        shown = _shown(path)
        if one.is_symlink():
            real = Path(os.path.realpath(one.path))
            if not real.is_relative_to(os.path.realpath(folder)):
                problems.append(f"{shown}: a link out of the folder, to {real}")
                continue
            if not real.is_file():
                problems.append(f"{shown}: a link to {'a folder' if real.is_dir() else 'what is not there'}")
                continue
        if one.is_dir(follow_symlinks=False):
            yield from _walk(folder, path, problems)
        elif stat.S_ISREG(one.stat().st_mode):
            yield path, Path(one.path)
        else:
            problems.append(f"{shown}: neither a file nor a folder")


def _entry(path: str, file: Path, problems: list[str], largest: int) -> tuple[Entry, bytes] | None:
    """The entry of a file, with its content when that is to be looked into."""
    wrong = _wrong_name(path)
    headers = None if wrong else headers_of(path)
    if headers is None:
        problems.append(f"{_shown(path)}: {wrong or 'a file of unknown type (known: ' + ' '.join(TYPES) + ')'}")
        return None
    try:
        size = file.stat().st_size
        if size > largest:
            problems.append(f"{path}: {size:,} bytes; a file may have {largest:,}")
            return None
        if path.endswith((".html", ".css")):
            content = file.read_bytes()
            size, sha256 = len(content), hashlib.sha256(content).hexdigest()
        else:
            content = b""
            with file.open("rb") as opened:
                sha256 = hashlib.file_digest(opened, "sha256").hexdigest()
    except OSError as error:
        problems.append(f"{path}: cannot be read: {error.strerror}")
        return None
    return Entry(path, sha256, size, headers, immutable=is_immutable(path)), content


def _wrong_name(path: str) -> str:
    """Why a path cannot be served, "" when it can."""
    if path in _LEFTOVERS:
        return f"this site is not finished ({_LEFTOVERS[path]})"
    try:
        size = len(path.encode())
    except UnicodeEncodeError:
        return "its name is not UTF-8"
    if size > _LONGEST:
        return f"its path has {size} bytes; {_LONGEST} is the most"
    if any(part.startswith(".") for part in path.removeprefix(".well-known/").split("/")):
        # The edge function answers 404 for these, as they are never meant.
        return "hidden files are not served; a build that did not end leaves such"
    if re.search(r"[\x00-\x1f\x7f\\]", path):
        return "its name holds a character that no address may hold"
    letters = len(quoted(f"/{path}"))
    most = f"its address has {letters:,} letters once it is encoded; {_LONGEST_ADDRESS:,} is the most"
    return most if letters > _LONGEST_ADDRESS else ""


def _shown(path: str) -> str:
    """A path for people, on one line."""
    return path if path.isprintable() else path.encode("unicode_escape", "replace").decode()


def _refer(path: str, content: bytes, origin: str, found: _Found) -> None:
    """Note what a page or a sheet refers to."""
    if path.endswith(".css"):
        for target in css_references(content, path, origin):
            found.needed.setdefault(target, set()).add(path)
    elif path.endswith(".html"):
        if content.rstrip()[-7:].lower() != b"</html>":
            why = "the page ends in the middle (no </html>)" if content.strip() else "an empty page"
            found.problems.append(f"{path}: {why}")
        told = references(content, path, origin)
        for targets, into in ((told.needs, found.needed), (told.leads, found.led)):
            for target in targets:
                into.setdefault(target, set()).add(path)


def _gaps(entries: Mapping[str, Entry]) -> Iterator[str]:
    for path in _DEMANDED:
        if path not in entries:
            yield f"{path} is missing: this site is empty or half built"
        elif not entries[path].size:
            yield f"{path} is empty: this site is half built"


def _unmet(entries: Mapping[str, Entry], found: _Found) -> Iterator[str]:
    """References to what is not in the folder; `api/` is answered by the forms' function."""
    for word, targets in (("needs", found.needed), ("leads to", found.led)):
        for target in sorted(targets):
            path = target if target and not target.endswith("/") else f"{target}index.html"
            there = path in entries or f"{target}/index.html" in entries
            moved = {f"/{target}", f"/{target}/"} & (found.redirects or {}).keys()
            if not (there or moved or target.startswith("api/")):
                pages = sorted(targets[target])
                more = f" and {len(pages) - 1} more" if len(pages) > 1 else ""
                yield f"{pages[0]}{more}: {word} /{target}, which is not in the folder"


def _clashes(entries: Mapping[str, Entry]) -> Iterator[str]:
    """Paths that some file systems and some readers take for the same."""
    seen: dict[str, str] = {}
    for path in sorted(entries):
        folded = unicodedata.normalize("NFC", unicodedata.normalize("NFC", path).casefold())
        if folded in seen:
            yield f"{path}: differs from {seen[folded]} only in capital letters or in how letters are encoded"
        seen.setdefault(folded, path)


def _redirects(file: Path, problems: list[str]) -> Mapping[str, str] | None:
    """`redirects.json`: an object of old path to new path."""
    try:
        told = json.loads(file.read_text("utf-8-sig"))
    except (OSError, ValueError, RecursionError) as error:
        problems.append(f"{REDIRECTS}: cannot be read: {error}")
        return None
    if not isinstance(told, dict):
        problems.append(f"{REDIRECTS}: holds no object of old path to new path")
        return None
    clean: dict[str, str] = {}
    for old, new in told.items():
        why = _wrong_redirect(old, new)
        # As the edge looks it up: `/x/` where somebody asks for `/x` or `/x/index.html`, letters as they travel.
        key = quoted(unquote(old.removesuffix("index.html") if old.endswith("/index.html") else old))
        key = key if "." in key.rpartition("/")[2] else f"{key.rstrip('/')}/"
        target = quote(new, safe=_AS_IS) if isinstance(new, str) else ""
        if not why and clean.get(key, target) != target:
            why = f"leads to {clean[key]} and to {target}"
        if not why and key == "/":
            why = "the home page would be hidden"
        if not why and max(len(key) - _LONGEST_REDIRECTED, len(target) - _LONGEST_ADDRESS) > 0:
            why = f"too long; an old address may have {_LONGEST_REDIRECTED} letters, a new one {_LONGEST_ADDRESS:,}"
        if why:
            problems.append(f"{REDIRECTS}: {_shown(old[:80])}: {why}")
        else:
            clean[key] = target
    return {old: clean[old] for old in sorted(clean)}


#: What stays as it stands in the target of a redirect: marks of an address, and what is encoded already.
_AS_IS = "/~!$&'()*+,;=:@-._%?#\\"


def _wrong_redirect(old: str, new: object) -> str:
    """Why a redirect can be none, "" when it can."""
    if not (isinstance(new, str) and all(re.match(r"/(?![/\\])", one) for one in (old, new))):
        return "both paths must begin with one slash"
    if re.search(r"[?#\\]|//|[\x00-\x1f\x7f]", old):
        return "only a path is looked up: no `?`, `#`, `//`"
    if re.search(r"[\\\x00-\x1f\x7f\ud800-\udfff]", old + new):
        return "holds a character that no address may hold"
    return ""


def _astray(entries: Mapping[str, Entry], redirects: Mapping[str, str]) -> Iterator[str]:
    """Redirects that lead nowhere, or round in a circle."""
    for old, new in redirects.items():
        seen, at = [old], _looked_up(new)
        while at in redirects and at not in seen:
            seen.append(at)
            at = _looked_up(redirects[at])
        path = unquote(at).lstrip("/")
        if at in redirects:
            yield f"{REDIRECTS}: {old}: leads round in a circle ({' → '.join([*seen, at])})"
        elif (f"{path}index.html" if at.endswith("/") else path) not in entries and not path.startswith("api/"):
            yield f"{REDIRECTS}: {old}: leads to {new}, which is not in the folder"


def _looked_up(address: str) -> str:
    """The path of an address as the edge asks for it: `/x?y` → `/x/`."""
    path = re.split("[?#]", address, maxsplit=1)[0]
    path = path.removesuffix("index.html") if path.endswith("/index.html") else path
    return path if path.endswith("/") or "." in path.rpartition("/")[2] else f"{path}/"

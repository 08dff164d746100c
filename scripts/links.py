"""Whether the pages of others that ours lead to are still there.

    scripts/links.py docs data book

In: folders of Markdown, JSON and TOML. Out: each address that is surely gone (404, 410, no such host), with the first
file and line that names it; exit 1 when there is one. Many publishers refuse programs (403, 429) or answer slowly: what
nobody can tell is counted, not reported. One request at a time for each host, one second apart.
"""

from __future__ import annotations

import re
import socket
import sys
import time
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import quote
from urllib.parse import urlsplit

__all__ = ["Found", "addresses", "main", "state"]

_ADDRESS = re.compile(r"https?://[^\s<>\"'\\`|\])}]+")
_DOI = re.compile(r'"DOI"\s*:\s*"([^"]+)"')
_ENDINGS = {".json", ".md", ".toml"}
#: Hosts that are nobody's: RFC 2606.
_SAMPLE = re.compile(r"(^|\.)(example|invalid|test|localhost)(\.(com|net|org))?$")
_GONE = {404, 410}
_PATIENCE = 30.0
_PAUSE = 1.0
_HOSTS = 8

#: Address → the first place that names it, `file:line`.
Found = dict[str, str]


def addresses(folders: list[Path]) -> Found:
    """Every address of another site, DOIs included."""
    found: Found = {}
    for path in sorted(one for folder in folders for one in folder.rglob("*") if one.suffix in _ENDINGS):
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            named = [one.rstrip(".,;:") for one in _ADDRESS.findall(line)]
            named += [f"https://doi.org/{quote(one, safe='/:;()._-')}" for one in _DOI.findall(line)]
            for one in named:
                if not _SAMPLE.search(urlsplit(one).hostname or "localhost"):
                    found.setdefault(one.partition("#")[0], f"{path}:{number}")
    return found


def state(address: str, *, patience: float = _PATIENCE) -> str:
    """What is surely wrong with an address, "" when it is there, "?" when nobody can tell."""
    headers = {"User-Agent": "Mozilla/5.0 (compatible; link check)", "Range": "bytes=0-0"}
    request = urllib.request.Request(address, headers=headers)  # noqa: S310 - `addresses` finds http and https only
    try:
        with urllib.request.urlopen(request, timeout=patience):  # noqa: S310
            return ""
    except urllib.error.HTTPError as error:
        with error:
            return str(error.code) if error.code in _GONE else "" if error.code == 416 else "?"
    except urllib.error.URLError as error:
        gone = isinstance(error.reason, socket.gaierror) and error.reason.errno == socket.EAI_NONAME
        return "no such host" if gone else "?"
    except (OSError, ValueError):
        return "?"


def _of_one_host(named: list[str], pause: float) -> dict[str, str]:
    told = {}
    for place, address in enumerate(named):
        if place:
            time.sleep(pause)
        told[address] = state(address)
    return told


def main(arguments: list[str], *, pause: float = _PAUSE) -> int:
    """Check the folders named in `arguments`; the exit code."""
    folders = [Path(one) for one in arguments]
    missing = [str(one) for one in folders if not one.is_dir()]
    if missing or not folders:
        print(f"no such folder: {', '.join(missing)}" if missing else "name folders: docs data", file=sys.stderr)  # noqa: T201
        return 2
    found = addresses(folders)
    hosts: dict[str, list[str]] = {}
    for address in found:
        hosts.setdefault(urlsplit(address).netloc, []).append(address)
    states: dict[str, str] = {}
    with ThreadPoolExecutor(_HOSTS) as pool:
        for told in pool.map(lambda named: _of_one_host(named, pause), hosts.values()):
            states |= told
    gone = {address: told for address, told in states.items() if told not in {"", "?"}}
    for address in sorted(gone, key=lambda one: found[one]):
        print(f"{found[address]}: {address}: {gone[address]} (name another address, or take the link out)")  # noqa: T201
    unknown = sum(told == "?" for told in states.values())
    print(f"{len(found)} addresses: {len(gone)} gone, {unknown} that would not say", file=sys.stderr)  # noqa: T201
    return 1 if gone else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

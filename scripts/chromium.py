"""Print the path of a Chromium for the browser tests; get one if there is none; else say exactly what to do.

Order: CHROMIUM, an installed one, one that Playwright installed, `playwright install chromium`, apt-get as root.
A browser counts only when it prints its version: on some systems `chromium-browser` is a stub that asks for snap.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
MAC = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
)
#: Seconds; a download of 150 MB on a slow line.
PATIENCE = 600

HELP = """\
The browser tests need Chromium; none was found and none could be installed{why}.
  Debian, Ubuntu:  sudo apt install chromium        (or chromium-browser)
  Fedora:          sudo dnf install chromium
  macOS:           brew install --cask chromium
  anywhere:        .venv/bin/playwright install --with-deps chromium
  one that is elsewhere:  make test CHROMIUM=/path/to/chromium
Without a browser: make test-fast
"""


def main() -> int:
    """Print the path, or the help on stderr with exit code 1."""
    path = find() or install()
    if path:
        sys.stdout.write(f"{path}\n")
        return 0
    named = os.environ.get("CHROMIUM", "")
    sys.stderr.write(HELP.format(why=f" (CHROMIUM={named} does not run)" if named else ""))
    return 1


def find() -> str:
    """The first browser that runs, or an empty text."""
    return next((path for path in candidates() if _runs(path)), "")


def candidates() -> Iterator[str]:
    """Paths worth trying, best first."""
    if named := os.environ.get("CHROMIUM"):
        yield named
        return
    for name in NAMES:
        if path := shutil.which(name):
            yield path
    yield from (path for path in MAC if Path(path).exists())
    if path := _playwright_path():
        yield path


def install() -> str:
    """Try the ways to get one, cheapest first; the path, or an empty text."""
    if os.environ.get("CHROMIUM"):
        return ""
    sys.stderr.write("No Chromium on this machine; getting one (once)…\n")
    playwright = [sys.executable, "-m", "playwright", "install"]
    ways = [[*playwright, "chromium"]]
    if shutil.which("apt-get") and (root := _as_root()) is not None:
        apt = [*root, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get"]
        ways += [
            [*playwright, "--with-deps", "chromium"],
            [*apt, "update", "-qq"],
            [*apt, "install", "-y", "-qq", "--no-install-recommends", "chromium", "fonts-liberation"],
        ]
    for way in ways:
        if _quiet(way) and (path := find()):
            return path
    return ""


def _as_root() -> list[str] | None:
    """What to put before a command to run it as root without a question; None when that is not possible."""
    if os.geteuid() == 0:
        return []
    sudo = shutil.which("sudo")
    return [sudo, "-n"] if sudo and _quiet([sudo, "-n", "true"]) else None


def _playwright_path() -> str:
    try:
        from playwright.sync_api import sync_playwright  # noqa: PLC0415 (slow to import, and needed last)
    except ImportError:
        return ""
    with sync_playwright() as playwright:
        path = playwright.chromium.executable_path
    return path if Path(path).exists() else ""


def _runs(path: str) -> bool:
    try:
        done = subprocess.run([path, "--version"], capture_output=True, text=True, check=False, timeout=30)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0 and "chrom" in done.stdout.lower()


def _quiet(command: list[str]) -> bool:
    try:
        done = subprocess.run(
            command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False, timeout=PATIENCE
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0


if __name__ == "__main__":
    sys.exit(main())

"""The finish pass: a folder of built HTML in, the same folder ready to publish out. Works after any builder.

Bundles the theme's sheets and scripts under names that carry a hash of their content, writes these names into the
pages, folds indentation, takes the forms' shell out of the published folder, writes robots.txt. It never decides
anything about content.
"""

from __future__ import annotations

import hashlib
import re
from graphlib import CycleError
from graphlib import TopologicalSorter
from typing import TYPE_CHECKING

import rcssmin
import rjsmin

from microsite.errors import BuildError

from .shorten import short_properties
from .shorten import short_variables

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

__all__ = ["Finisher", "bundle", "finish", "fold", "hashed_name", "put_shell"]

#: Hex digits of SHA-256 in a file's name: 40 bits, one chance in 10^6 of any clash among 1,000 files.
_DIGITS = 10
_KEEP = re.compile(r"(<(?:pre|textarea|script|style)\b.*?</(?:pre|textarea|script|style)>)", re.DOTALL | re.IGNORECASE)
_INDENT = re.compile(r"[ \t]*\n\s*")
_REFERENCE = re.compile(r'(?<=["\'])/assets/[a-z0-9-]+\.(?:css|js)(?=["\'])')


def hashed_name(name: str, content: bytes) -> str:
    """`site.css` and its bytes → `site.0a1b2c3d4e.css`."""
    stem, _, ending = name.rpartition(".")
    return f"{stem}.{hashlib.sha256(content).hexdigest()[:_DIGITS]}.{ending}"


def bundle(assets: Path) -> dict[str, bytes]:
    """Each folder `assets/<name>/` becomes `<name>.css` and `<name>.js`: its files in order of name, minified.

    Returns {unhashed file name: bytes}. Raises BuildError when there is nothing to bundle.
    """
    made: dict[str, str] = {}
    for folder in sorted(path for path in assets.iterdir() if path.is_dir()):
        for ending, minify in ((".css", rcssmin.cssmin), (".js", rjsmin.jsmin)):
            parts = [path.read_text("utf-8") for path in sorted(folder.glob(f"*{ending}"))]
            if parts:
                # Comments with a bang are licenses of others: they must stay with every copy.
                made[folder.name + ending] = str(minify("\n".join(parts), keep_bang_comments=True)).strip()
    if not made:
        msg = f"{assets} holds no sheet and no script"
        raise BuildError(msg, fix="each folder in theme/assets/ becomes one .css and one .js")
    made = short_properties(made)
    return {name: (short_variables(text) if name.endswith(".js") else text).encode() for name, text in made.items()}


def fold(html: str) -> str:
    """Fold each run of white space that holds a line break into one line break, outside pre, textarea, script, style.

    A run stays a run, so nothing a browser shows can change.
    """
    parts = _KEEP.split(html)
    parts[::2] = [_INDENT.sub("\n", part) for part in parts[::2]]
    return "".join(parts).strip() + "\n"


class Finisher:
    """The theme's bundles, and what they do to a page. Raises BuildError when bundles name each other in a circle."""

    def __init__(self, assets: Path) -> None:
        #: `/assets/site.css` → its address with the hash.
        self._names: dict[str, str] = {}
        #: Path below the site's folder → content.
        self.files: dict[str, bytes] = {}
        for name, content in _in_order_of_need(bundle(assets)).items():
            named = _with_names(content.decode(), self._names, name).encode()
            place = f"assets/{hashed_name(name, named)}"
            self.files[place] = named
            self._names[f"/assets/{name}"] = f"/{place}"

    def page(self, html: str, name: str) -> str:
        """A page as it is published. Raises BuildError when it refers to an asset that no folder makes."""
        return _with_names(fold(html), self._names, name)

    @staticmethod
    def robots(site_url: str) -> bytes:
        """The content of robots.txt."""
        return _robots(site_url).encode()


def finish(site_dir: Path, *, assets: Path, shell: Path, site_url: str) -> None:
    """Finish `site_dir` in place; write the forms' frame to `shell`.

    Raises BuildError when a page refers to an asset that no folder in `assets` makes.
    """
    finisher = Finisher(assets)
    for place, content in finisher.files.items():
        (site_dir / place).parent.mkdir(parents=True, exist_ok=True)
        (site_dir / place).write_bytes(content)
    for page in sorted(site_dir.rglob("*.html")):
        page.write_text(finisher.page(page.read_text("utf-8"), page.name), "utf-8")
    frame = site_dir / "shell.html"
    if frame.is_file():
        put_shell(shell, frame.read_bytes())
        frame.unlink()
    # MkDocs zips the sitemap with the time of the build in its header: the same input would give other bytes.
    (site_dir / "sitemap.xml.gz").unlink(missing_ok=True)
    (site_dir / "robots.txt").write_bytes(finisher.robots(site_url))


def put_shell(shell: Path, content: bytes) -> None:
    """Put the frame of the forms' answers at `shell`, whole or not at all."""
    shell.parent.mkdir(parents=True, exist_ok=True)
    fresh = shell.with_name(shell.name + ".new")
    fresh.write_bytes(content)
    fresh.replace(shell)


def _with_names(text: str, names: Mapping[str, str], source: str) -> str:
    def name(match: re.Match[str]) -> str:
        if match.group() not in names:
            msg = f"{source} refers to {match.group()}, which no folder in theme/assets/ makes"
            raise BuildError(msg, fix=f"use one of: {', '.join(sorted(names))}")
        return names[match.group()]

    return _REFERENCE.sub(name, text)


def _in_order_of_need(made: Mapping[str, bytes]) -> dict[str, bytes]:
    """The bundles so that each comes after those it names: a file's hash depends on the hashes written into it.

    Raises BuildError when two bundles name each other; a name that nobody makes is left for `_with_names` to report.
    """
    needs = {
        name: {
            needed
            for match in _REFERENCE.finditer(content.decode())
            if (needed := match.group().removeprefix("/assets/")) in made
        }
        for name, content in made.items()
    }
    try:
        return {name: made[name] for name in TopologicalSorter(needs).static_order()}
    except CycleError as error:
        msg = f"bundles of theme/assets/ name each other in a circle: {' → '.join(error.args[1])}"
        raise BuildError(msg, fix="let one of them not name the other") from error


def _robots(site_url: str) -> str:
    lines = ["User-agent: *", "Disallow: /api/"]
    if site_url:
        lines.append(f"Sitemap: {site_url.rstrip('/')}/sitemap.xml")
    return "\n".join(lines) + "\n"

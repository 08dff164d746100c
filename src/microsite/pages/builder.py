"""Runs MkDocs in this process: a project folder in, a finished site and a summary out."""

from __future__ import annotations

import logging
import os
import shutil
import tempfile
import time
import warnings
from contextlib import contextmanager
from dataclasses import dataclass
from dataclasses import replace
from datetime import UTC
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from jinja2 import TemplateError
from jinja2 import TemplateSyntaxError

from microsite.content import STANDING
from microsite.content import state_of
from microsite.errors import BuildError
from microsite.errors import ConfigError
from microsite.errors import ContentError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from collections.abc import Mapping
    from datetime import date

    from mkdocs.config.defaults import MkDocsConfig

    from microsite.content import Site
    from microsite.findings import Finding

    from .direct import Workshop
    from .plugin import MicrositePlugin

__all__ = ["BuildResult", "build", "build_day", "build_index", "swap"]

#: The first file of the index that a reader asks for. A folder without it has no search, and no release takes it.
_MANIFEST = "search/manifest.bin"


@dataclass(frozen=True, slots=True)
class BuildResult:
    """What a build made: the folder, its number of HTML pages, its size in bytes, wall time in seconds."""

    site_dir: Path
    pages: int
    bytes: int
    seconds: float
    #: Warnings and hints, and errors that wait for a decision; all others would have stopped the build.
    findings: tuple[Finding, ...]
    #: Whether the search index is that of these pages; if not, `build_index` makes it.
    indexed: bool = True


@dataclass(frozen=True, slots=True)
class _Published:
    """What this process put into a folder, for the next build into it: a watching server builds many times."""

    #: Of the folder: another one is none of ours.
    inode: int
    #: All files there, and all but those of the index, by path.
    files: Mapping[str, bytes]
    pages: Mapping[str, bytes]
    #: The newest index, what it was made of, and what was found wrong there.
    index: Mapping[str, bytes]
    basis: _Basis
    findings: tuple[Finding, ...]
    #: While the index is behind the pages, the content to make it with.
    owed: Site | None = None


@dataclass(frozen=True, slots=True)
class _Basis:
    """What an index is made of: HTML by path, and a digest of what the content says of the pages."""

    html: Mapping[str, bytes]
    state: str


class _Collect(logging.Handler):
    """Keeps what MkDocs logs as a warning or worse, for the message of the error."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(record.getMessage())


def build_day(environ: dict[str, str] | None = None) -> date:
    """The day that dates are judged by: `SOURCE_DATE_EPOCH` (seconds) if set, else today in UTC.

    Source: https://reproducible-builds.org/specs/source-date-epoch/
    """
    epoch = (os.environ if environ is None else environ).get("SOURCE_DATE_EPOCH", "")
    moment = datetime.fromtimestamp(int(epoch), UTC) if epoch.isdigit() else datetime.now(UTC)
    return moment.date()


def build(
    root: Path, *, site_dir: Path | None = None, strict: bool = True, today: date | None = None, index: bool = True
) -> BuildResult:
    """Build the project at `root` into `site_dir` (default: what mkdocs.yml says), all or nothing.

    The site is made beside its place and put there in one rename, so a reader or a failed build never leaves half
    a site. With `strict`, MkDocs' own warnings fail the build too. A page whose review is long overdue, or whose source
    was retracted, is built and says so: nobody could read the notice otherwise. `microsite check`, and so CI, fails.

    The search index costs two thirds of what an edit costs. Without `index`, and after a build into the same folder, it
    waits for `build_index`: until then the folder holds the older index without its manifest, so no release takes it.

    Raises ContentError (with findings), ConfigError or BuildError.
    """
    started = time.perf_counter()
    target = Path(site_dir).absolute() if site_dir else None
    with _quiet() as lines:
        config, plugin = _settings(root.absolute() / "mkdocs.yml", lines, strict=strict)
        plugin.today = today or build_day()
        plugin.shows_standing = True
        target = target or Path(config.site_dir)
        target.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=target.parent, prefix=f".{target.name}-") as scratch:
            config.site_dir = str(Path(scratch) / "site")
            made = _run(config, plugin, lines)
            if made is None:
                swap(Path(config.site_dir), target)
                _published.pop(target, None)
            else:
                assert plugin.site is not None  # noqa: S101 - the build read it
                known = _indexed(_published.get(target), made, plugin.site, now=index or not _is_ours(target))
                made = dict(known.files)
                if not _renewed(target, made):
                    _put(Path(config.site_dir), made)
                    swap(Path(config.site_dir), target)
                plugin.findings = tuple(sorted((*plugin.findings, *known.findings)))
                _published[target] = replace(known, inode=target.stat().st_ino)
    sizes = {name: len(content) for name, content in made.items()} if made is not None else _sizes(target)
    return BuildResult(
        site_dir=target,
        pages=sum(name.endswith(".html") for name in sizes),
        bytes=sum(sizes.values()),
        seconds=time.perf_counter() - started,
        findings=plugin.findings,
        indexed=_MANIFEST in sizes or made is None,
    )


def build_index(site_dir: Path) -> tuple[Finding, ...]:
    """Make the search index that the last `build(…, index=False)` into `site_dir` left out; nothing if it is there.

    The findings are of pages that could not be read. Raises BuildError when the folder is not what that build left.
    Not at the same time as a build into the folder.
    """
    target = Path(site_dir).absolute()
    known = _published.get(target)
    if known is None or known.owed is None:
        return ()
    fresh = _indexed(None, known.pages, known.owed, now=True)
    if not _renewed(target, fresh.files):
        msg = f"{target.name}/ was replaced after its pages were built, so the search index has no place"
        raise BuildError(msg, fix="save any page again: the site is then built as a whole")
    _published[target] = replace(fresh, inode=known.inode)
    return fresh.findings


#: What a process made, by project, and what it published, by folder.
_workshops: dict[Path, Workshop] = {}
_published: dict[Path, _Published] = {}


def _indexed(before: _Published | None, pages: Mapping[str, bytes], site: Site, *, now: bool) -> _Published:
    """`pages` with their index: a new one, or that of `before` when it still holds or, unless `now`, must do."""
    basis = _Basis({name: content for name, content in pages.items() if name.endswith(".html")}, state_of(site))
    if before is not None and before.basis == basis:
        return _Published(0, {**pages, **before.index}, pages, before.index, basis, before.findings)
    if before is None or now:
        from .indexing import index_pages  # noqa: PLC0415 - only a build needs the search room

        findings, index = index_pages(pages, site)
        return _Published(0, {**pages, **index}, pages, index, basis, findings)
    older = {name: content for name, content in before.index.items() if name != _MANIFEST}
    return _Published(0, {**pages, **older}, pages, before.index, before.basis, before.findings, site)


def _is_ours(target: Path) -> bool:
    """Whether the folder is the one that this process filled."""
    known = _published.get(target)
    return known is not None and target.is_dir() and target.stat().st_ino == known.inode


@contextmanager
def _quiet() -> Iterator[list[str]]:
    """Keep MkDocs' own words from the terminal; yields the list that its warnings and errors go to."""
    os.environ.setdefault("NO_MKDOCS_2_WARNING", "1")
    collect = _Collect()
    log = logging.getLogger("mkdocs")
    log.addHandler(collect)
    propagate, log.propagate = log.propagate, False
    try:
        with warnings.catch_warnings():
            # MkDocs 1.6 and its dependencies warn about their own future; the pin in pyproject.toml is our answer.
            warnings.simplefilter("ignore", DeprecationWarning)
            yield collect.lines
    finally:
        log.removeHandler(collect)
        log.propagate = propagate


def _settings(path: Path, lines: list[str], *, strict: bool) -> tuple[MkDocsConfig, MicrositePlugin]:
    """Read mkdocs.yml. MkDocs takes 0.3 s to import, so it is imported only when something is built."""
    from mkdocs.config import load_config  # noqa: PLC0415
    from mkdocs.exceptions import Abort  # noqa: PLC0415
    from mkdocs.exceptions import ConfigurationError  # noqa: PLC0415

    from .plugin import MicrositePlugin  # noqa: PLC0415

    if not path.is_file():
        msg = f"{path} is not there"
        raise ConfigError(msg, path=path, fix="run the command in the project's folder")
    try:
        config = load_config(str(path), strict=strict)
    except (Abort, ConfigurationError) as error:
        msg = f"{path.name}: {'; '.join(lines) or error}"
        raise ConfigError(msg, path=path, fix="see the comments in mkdocs.yml") from error
    plugin = config.plugins.get("microsite")
    if not isinstance(plugin, MicrositePlugin):
        msg = f"{path.name}: `plugins` does not name microsite"
        raise ConfigError(msg, path=path, key="plugins", fix="add `- microsite` under `plugins:`")
    return config, plugin


def _run(config: MkDocsConfig, plugin: MicrositePlugin, lines: list[str]) -> dict[str, bytes] | None:
    """Make the site: in memory, or by MkDocs in `config.site_dir` (None). MkDocs' errors become ours."""
    from mkdocs.commands.build import build as mkdocs_build  # noqa: PLC0415
    from mkdocs.exceptions import Abort  # noqa: PLC0415
    from mkdocs.exceptions import BuildError as TheirBuildError  # noqa: PLC0415
    from mkdocs.exceptions import MkDocsException  # noqa: PLC0415

    from .direct import is_plain  # noqa: PLC0415

    try:
        if is_plain(config):
            return _direct(config, plugin, lines)
        mkdocs_build(config)
    except Abort as error:
        _explain(plugin.findings, lines, error)
    except TemplateError as error:
        place = f"{error.filename}:{error.lineno}: " if isinstance(error, TemplateSyntaxError) else ""
        msg = f"{place}the templates have an error: {error.message}"
        raise BuildError(msg, fix="the templates are in theme/templates/") from error
    except TheirBuildError as error:
        _explain(plugin.findings, lines, error)
    except MkDocsException as error:
        raise BuildError(str(error)) from error
    return None


def _direct(config: MkDocsConfig, plugin: MicrositePlugin, lines: list[str]) -> dict[str, bytes]:
    """Make the site without MkDocs' own loop. Raises BuildError for a warning of a strict build."""
    from .direct import Workshop  # noqa: PLC0415
    from .finish import put_shell  # noqa: PLC0415

    root = Path(config.config_file_path).parent
    made = _workshops.setdefault(root, Workshop()).build(config, plugin)
    if config.strict and lines:
        raise BuildError("; ".join(lines))
    if made.shell is not None:
        put_shell(root / "build" / "forms" / "shell.html", made.shell)
    plugin.remember()
    return made.files


def _put(folder: Path, files: Mapping[str, bytes]) -> None:
    """Write `files` below `folder`."""
    folders: set[str] = set()
    for name, content in files.items():
        path = f"{folder}/{name}"
        inside = path.rpartition("/")[0]
        if inside not in folders:
            folders.add(inside)
            Path(inside).mkdir(parents=True, exist_ok=True)
        with open(path, "wb") as file:  # noqa: PTH123 - thousands of files; pathlib takes twice as long
            file.write(content)


def _renewed(target: Path, files: Mapping[str, bytes]) -> bool:
    """Write only what differs from what this process put there before; False when it did not, or the folder is another.

    Making 9,000 files and removing as many costs more than all the rest of a rebuild. Each file is replaced as a whole,
    what pages refer to before the pages, and what nothing refers to any more goes last.
    """
    if not _is_ours(target):
        return False
    before = _published[target].files
    fresh = [name for name, content in files.items() if before.get(name) != content]
    for name in sorted(fresh, key=lambda name: (name.endswith(".html"), name)):
        path = target / name
        path.parent.mkdir(parents=True, exist_ok=True)
        scratch = path.with_name(f".{path.name}.new")
        scratch.write_bytes(files[name])
        scratch.replace(path)
    for name in before.keys() - files.keys():
        path = target / name
        path.unlink(missing_ok=True)
        for folder in path.parents:
            if folder == target or any(folder.iterdir()):
                break
            folder.rmdir()
    return True


def _explain(findings: tuple[Finding, ...], lines: list[str], error: Exception) -> None:
    """Turn MkDocs' Abort into the error that names what the editor can mend."""
    wrong = [finding for finding in findings if finding.severity == "error" and finding.rule not in STANDING]
    if wrong:
        count = "1 error" if len(wrong) == 1 else f"{len(wrong)} errors"
        msg = f"the content has {count}"
        raise ContentError(msg, wrong, fix="mend the places named above and build again") from error
    raise BuildError("; ".join(lines) or str(error)) from error


def swap(fresh: Path, target: Path) -> None:
    """Put `fresh` in the place of `target`; the old folder is moved aside first and removed last."""
    old = fresh.parent / "old"
    if target.exists():
        target.rename(old)
    fresh.rename(target)
    shutil.rmtree(old, ignore_errors=True)


def _sizes(folder: Path) -> dict[str, int]:
    return {str(path): path.stat().st_size for path in folder.rglob("*") if path.is_file()}

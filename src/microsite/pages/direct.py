"""The site in memory, page by page, without MkDocs' own loop: the same bytes as `mkdocs build`, and what changed only.

MkDocs reads mkdocs.yml, resolves links and holds the plugin; what it does between (reading front matter a second time,
writing pages to be read again, a Markdown object for each page) is left out. A process keeps what it made: a page whose
Markdown, view, template and assets are as they were is not made again. What a page's view depends on beyond its own
file is in the key: every other page's front matter, headings, citations and claims, and all data (`_state`). Pages that
show more of others than that (hubs, the A-Z, pages from data) are put together anew on each build, which is cheap.

A project that adds plugins of its own, hooks or extra templates goes the usual way, through MkDocs.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from dataclasses import field
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING
from typing import Any
from urllib.parse import urlsplit

from mkdocs.commands.build import get_context
from mkdocs.structure.files import get_files
from mkdocs.structure.files import set_exclusions
from mkdocs.structure.nav import get_navigation
from mkdocs.structure.pages import Page
from mkdocs.utils import get_relative_url
from mkdocs.utils.meta import get_data

from microsite.content import body_with_summary
from microsite.content import state_of

from .finish import Finisher
from .making import site_files

if TYPE_CHECKING:
    from collections.abc import Iterable

    import jinja2
    from mkdocs.config.defaults import MkDocsConfig
    from mkdocs.structure.files import File
    from mkdocs.structure.files import Files
    from mkdocs.structure.nav import Navigation
    from mkdocs.structure.toc import AnchorLink

    from microsite.content import Article
    from microsite.content import Site

    from .making import Shown
    from .plugin import MicrositePlugin

__all__ = ["Made", "Workshop", "is_plain"]


@dataclass(slots=True)
class _Kept:
    """What a page was made of the last time, and what became of it."""

    #: Its source and the state of the site that its view was made in; empty for a page that is put together anew.
    source: str = ""
    state: str = ""
    meta: dict[str, Any] = field(default_factory=dict)
    markdown: str = ""
    shown: Shown | None = None
    #: Of the finished page: all that the template saw.
    shape: str = ""
    finished: str = ""
    html: bytes = b""


@dataclass(frozen=True, slots=True)
class Made:
    """A site but for its search index: path → content; and the frame of the forms' answers, which is not published."""

    files: dict[str, bytes]
    shell: bytes | None


def is_plain(config: MkDocsConfig) -> bool:
    """Whether the project asks MkDocs for nothing that only MkDocs' own loop gives."""
    others = [name for name in config.plugins if name != "microsite"]
    return not (others or config.hooks or config.extra_templates or config.draft_docs or config.exclude_docs)


class Workshop:
    """Makes a site, and keeps what it made for the next time. One for each project in a process."""

    def __init__(self) -> None:
        self._pages: dict[str, _Kept] = {}
        self._env: tuple[str, jinja2.Environment] | None = None
        self._finisher: tuple[str, Finisher] | None = None
        #: How many pages went through a template since the build began.
        self.rendered = 0

    def build(self, config: MkDocsConfig, plugin: MicrositePlugin) -> Made:
        """The whole site. Raises what MkDocs raises; nothing is written."""
        self.rendered = 0
        config = config.plugins.on_config(config)
        root = Path(config.config_file_path).parent
        files = get_files(config)
        env = config.theme.get_env()
        files.add_files_from_theme(env, config)
        files = config.plugins.on_files(files, config=config)
        set_exclusions(files, config)
        nav = get_navigation(files, config)
        site = plugin.site
        assert site is not None  # noqa: S101 - `on_files` read it
        self._populate(files, config, plugin, _state(site, root))
        env = config.plugins.on_env(self._environment(env, config), config=config, files=files)
        theme = _digest_of(_files_below(Path(config.theme.custom_dir or root)), config.theme.name or "")
        assets = root / "theme" / "assets"
        digest = _digest_of(_files_below(assets), "")
        if self._finisher is None or self._finisher[0] != digest:
            self._finisher = digest, Finisher(assets)
        finisher = self._finisher[1]
        made: dict[str, bytes] = {}
        for file in files:
            if not file.is_documentation_page() and file.inclusion.is_included():  # type: ignore[no-untyped-call]
                made[file.dest_uri] = file.content_bytes
        for name in config.theme.static_templates:
            text = _static(name, env, files, config, nav)
            if text.strip():
                made[name] = text.encode()
        for name, content in made.items():
            if name.endswith(".html"):
                made[name] = finisher.page(content.decode(), name).encode()
        made.update(finisher.files)
        common = f"{theme}\n{digest}\n{_settings(config, nav)}"
        self._write_pages(made, files, (config, nav, env), finisher, common)
        shell = made.pop("shell.html", None)
        made["robots.txt"] = finisher.robots(config.site_url or "")
        made.update(site_files(site, plugin.shown.values(), config.site_url or ""))
        return Made(made, shell)

    def _populate(self, files: Files, config: MkDocsConfig, plugin: MicrositePlugin, state: str) -> None:
        """Give every page its metadata and its HTML."""
        kept: dict[str, _Kept] = {}
        for file in files.documentation_pages():
            page = file.page or Page(None, file, config)
            article = plugin.articles.get(file.src_uri)
            old = self._pages.get(file.src_uri) or _Kept()
            kept[file.src_uri] = old
            if article is not None and old.source == article.text and old.state == state and old.shown is not None:
                page.meta, page.markdown = old.meta, old.markdown
                plugin.shown[file.src_uri] = old.shown
            else:
                page.markdown, page.meta = _source(file, article)
                page.markdown = config.plugins.on_page_markdown(page.markdown, page=page, config=config, files=files)
                alone = article is not None and page.markdown == body_with_summary(article)
                old.source = article.text if article is not None and alone else ""
                old.state, old.meta, old.markdown = state, page.meta, page.markdown
                old.shown = plugin.shown[file.src_uri]
                old.shape = ""
            page.render(config, files)
        self._pages = kept

    def _environment(self, env: jinja2.Environment, config: MkDocsConfig) -> jinja2.Environment:
        """The last build's environment when no template changed since: it holds the compiled templates."""
        digest = _digest_of(_files_below(Path(config.theme.custom_dir or ".")), config.theme.name or "")
        if self._env is None or self._env[0] != digest:
            self._env = digest, env
        return self._env[1]

    def _write_pages(
        self,
        made: dict[str, bytes],
        files: Files,
        frame: tuple[MkDocsConfig, Navigation, jinja2.Environment],
        finisher: Finisher,
        common: str,
    ) -> None:
        config, nav, env = frame
        pages = files.documentation_pages()
        for file in pages:
            page = file.page
            assert page is not None  # noqa: S101 - `_populate` made it
            kept = self._pages[file.src_uri]
            if not kept.shape:
                kept.shape = _digest(repr((page.meta, page.url, page.title)))
            shape = _digest(f"{common}\n{kept.shape}\n{_headings(page.toc)}\n{page.content}")
            if kept.finished != shape:
                self.rendered += 1
                page.active = True
                context = get_context(nav, pages, config, page)
                template = env.get_template(page.meta.get("template", "main.html"))
                context = config.plugins.on_page_context(context, page=page, config=config, nav=nav)
                text = template.render(context)
                page.active = False
                kept.finished = shape
                kept.html = b""
                if text.strip():
                    text = text.encode("utf-8", "xmlcharrefreplace").decode()
                    kept.html = finisher.page(text, Path(file.dest_uri).name).encode()
            if kept.html:
                made[file.dest_uri] = kept.html


def _headings(toc: Iterable[AnchorLink]) -> str:
    return "\n".join(f"{item.level} {item.id} {item.title}\n{_headings(item.children)}" for item in toc)


def _source(file: File, article: Article | None) -> tuple[str, dict[str, Any]]:
    """Markdown and metadata, as `Page.read_source` has them; an article's front matter is read already."""
    if article is not None and article.front.readable:
        return article.body.lstrip("\n"), dict(article.front.values)
    markdown, meta = _read(file.content_string)
    return markdown, dict(meta)


@lru_cache(maxsize=1024)
def _read(text: str) -> tuple[str, dict[str, Any]]:
    return get_data(text)


def _static(name: str, env: jinja2.Environment, files: Files, config: MkDocsConfig, nav: Navigation) -> str:
    """A page of the theme that belongs to no Markdown."""
    base = urlsplit(config.site_url or "/").path if name == "404.html" else get_relative_url(".", name)
    return env.get_template(name).render(get_context(nav, files, config, base_url=base))


def _state(site: Site, root: Path) -> str:
    """A digest of all that a page may show of others, and of the forms."""
    definitions = _files_below(root / "lambda" / "forms" / "definitions")
    return _digest(f"{state_of(site)}\n{_digest_of(definitions, '')}")


def _settings(config: MkDocsConfig, nav: Navigation) -> str:
    """What templates see of mkdocs.yml."""
    items = [(item.title, getattr(item, "url", "")) for item in nav.items]
    return repr((config.site_name, config.site_url, config.extra, config.theme.name, items))


def _files_below(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file()) if folder.is_dir() else []


def _digest_of(paths: Iterable[Path], more: str) -> str:
    """A digest of files' contents; a file that did not change is not read again."""
    return _digest("\n".join([more, *(_content(path) for path in paths if path.is_file())]))


_contents: dict[Path, tuple[tuple[int, int, int], str]] = {}


def _content(path: Path) -> str:
    stat = path.stat()
    mark = (stat.st_mtime_ns, stat.st_size, stat.st_ino)
    known = _contents.get(path)
    if known is None or known[0] != mark:
        known = _contents[path] = mark, f"{path} {hashlib.blake2b(path.read_bytes(), digest_size=16).hexdigest()}"
    return known[1]


def _digest(text: str) -> str:
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()

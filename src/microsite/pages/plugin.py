"""The MkDocs plugin: hands checked content to the templates and the finished HTML to the finish pass.

Thin on purpose. Zensical ignores MkDocs plugins, so everything here is a call of a plain function.
"""

from __future__ import annotations

import logging
from pathlib import Path
from typing import TYPE_CHECKING

import jinja2
from mkdocs.config.base import Config
from mkdocs.exceptions import PluginError
from mkdocs.plugins import BasePlugin
from mkdocs.structure.files import File

from forms.definition import folder_of
from forms.definition import load
from forms.errors import DefinitionError
from microsite.content import STANDING
from microsite.content import check
from microsite.content import read_site

from .builder import build_day
from .finish import finish
from .head import head_values
from .indexing import index_site
from .making import Shown
from .making import made_pages
from .making import page_view
from .making import site_files
from .making import written_markdown
from .memory import Memory
from .memory import RememberedPage
from .memory import Renderer
from .memory import signature
from .social import read_brand
from .styleguide import read_components
from .styleguide import render_component

if TYPE_CHECKING:
    from datetime import date

    from mkdocs.config.defaults import MkDocsConfig
    from mkdocs.structure.files import Files
    from mkdocs.structure.nav import Navigation
    from mkdocs.structure.pages import Page
    from mkdocs.utils.templates import TemplateContext

    from forms.definition import Form
    from microsite.content import Article
    from microsite.content import Made
    from microsite.content import Site
    from microsite.findings import Finding

    from .social import Brand
    from .styleguide import Component

__all__ = ["MicrositePlugin"]

_log = logging.getLogger("mkdocs.plugins.microsite")
#: Of this process: a watching server builds many times.
_memory = Memory()


class _Settings(Config):  # type: ignore[no-untyped-call]  # MkDocs' own base
    """The plugin has none: everything it needs stands in mkdocs.yml's `extra` and in data/."""


class _Parents(jinja2.ChoiceLoader):
    """Finds our templates, then those of the parent theme."""


class MicrositePlugin(BasePlugin[_Settings]):  # type: ignore[no-untyped-call]  # MkDocs' own base
    """Read once, check, then feed each page its view; finish when all pages are written."""

    def __init__(self) -> None:
        self.today: date | None = None
        #: Build on what only a person can decide (an old review, a retracted source): the page tells its readers.
        self.shows_standing = False
        self.findings: tuple[Finding, ...] = ()
        self.site: Site | None = None
        self.articles: dict[str, Article] = {}
        self._forms: dict[str, Form] = {}
        self._made: dict[str, Made] = {}
        #: Address → path of every page, the generated ones of forms too.
        self._paths: dict[str, str] = {}
        #: Of this build, by path.
        self.shown: dict[str, Shown] = {}
        self._components: dict[str, Component] = {}
        self._env: jinja2.Environment | None = None
        self._parents: list[str] = []
        self._brand: Brand | None = None

    def on_config(self, config: MkDocsConfig) -> MkDocsConfig:
        """Let the extensions find their data wherever the command was started."""
        for name in ("citations", "claims", "glossary"):
            options = config.mdx_configs.get(f"microsite.pages.{name}", {})
            for key, file in options.items():
                options[key] = str(Path(config.config_file_path).parent.absolute() / file)
        # Listing the 15,000 files of the parent theme costs a tenth of a build of 50 pages, and none of them is
        # published. Its icons can still be included in a template (see `on_env`).
        own = [folder for folder in config.theme.dirs if Path(folder) == Path(config.theme.custom_dir or "")]
        self._parents = [folder for folder in config.theme.dirs if folder not in own]
        config.theme.dirs = own
        # Ours is made from the pages' own days; MkDocs' would have the build's.
        config.theme.static_templates.discard("sitemap.xml")
        _memory.begin()
        return config

    def on_files(self, files: Files, *, config: MkDocsConfig) -> Files:
        """Read and check the content; add generated pages."""
        root = Path(config.config_file_path).parent
        self.site = read_site(root, today=self.today or build_day())
        self.findings = check(self.site)
        errors = [finding for finding in self.findings if finding.severity == "error"]
        if self.shows_standing or not config.strict:
            errors = [finding for finding in errors if finding.rule not in STANDING]
        for finding in errors:
            _log.error(str(finding))
        if errors:
            msg = f"{len(errors)} error(s) in the content"
            raise PluginError(msg)
        self.articles = {article.path: article for article in self.site.articles}
        self.shown = {}
        tokens = root / "theme" / "assets" / "site" / "1-tokens.css"
        self._brand = read_brand(tokens, name=config.site_name, site_url=config.site_url or "")
        self._components = {part.id: part for part in read_components(root / "theme" / "examples")}
        self._forms = _definitions(root)
        made = made_pages(self.site, self._forms, self._components.values())
        for page in made:
            files.append(File.generated(config, page.path, content=page.markdown))
        self._made = {page.path: page for page in made}
        self._paths = {page.view["url"]: page.path for page in made}
        self._paths.update((article.url, article.path) for article in self.site.articles)
        self._remember(config, files)
        return files

    def _remember(self, config: MkDocsConfig, files: Files) -> None:
        """Give each page the memory, but those of the navigation: their title comes from mkdocs.yml."""
        sections = {path for item in config.nav or [] for path in (item.values() if isinstance(item, dict) else [item])}
        common, renderer = signature(config, files), Renderer(config, files)
        for file in files.documentation_pages():
            if file.src_uri not in sections:
                page = RememberedPage(None, file, config)
                page.memory, page.signature, page.renderer = _memory, common, renderer

    def on_env(self, env: jinja2.Environment, *, config: MkDocsConfig, files: Files) -> jinja2.Environment:
        """Keep the environment: the styleguide renders its examples with the templates themselves."""
        del config, files
        # An environment of the last build has it already; another loader would make it forget its compiled templates.
        if not isinstance(env.loader, _Parents):
            env.loader = _Parents(
                [loader for loader in (env.loader,) if loader] + [jinja2.FileSystemLoader(self._parents)]
            )
        self._env = env
        return env

    def on_page_markdown(self, markdown: str, *, page: Page, config: MkDocsConfig, files: Files) -> str:
        """Put the view into the page's metadata, as `page.meta.view`; complete the Markdown."""
        del config, files
        path = page.file.src_uri
        article = self.articles.get(path)
        if self.site is None or article is None:
            page.meta["view"] = dict(self._made[path].view)
        else:
            page.meta["view"] = page_view(self.site, article, self._forms)
            markdown = written_markdown(self.site, article, self._forms, self._paths)
        values = page.meta["view"]
        title, about = str(page.meta.get("title", "")), str(page.meta.get("description", ""))
        self.shown[path] = shown = Shown(path, values["url"], title, about, values)
        if self.site and self._brand:
            values.update(head_values(self.site, shown, markdown, self._brand))
        return markdown

    def on_page_context(
        self, context: TemplateContext, *, page: Page, config: MkDocsConfig, nav: Navigation
    ) -> TemplateContext:
        """Render a component's examples on its page of the styleguide."""
        del nav
        part = self._components.get(page.meta["view"].get("component", ""))
        if part and self._env:
            page.meta["view"]["styleguide"] = render_component(part, self._env, {"config": config})
        return context

    def on_post_build(self, *, config: MkDocsConfig) -> None:
        """Finish the folder that MkDocs wrote."""
        root = Path(config.config_file_path).parent
        finish(
            Path(config.site_dir),
            assets=root / "theme" / "assets",
            shell=root / "build" / "forms" / "shell.html",
            site_url=config.site_url or "",
        )
        if self.site is not None:
            for name, content in site_files(self.site, self.shown.values(), config.site_url or "").items():
                target = Path(config.site_dir, name)
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(content)
            self.findings = tuple(sorted((*self.findings, *index_site(Path(config.site_dir), self.site))))
        self.remember()

    def remember(self) -> None:
        """End a build that succeeded."""
        _memory.keep()


def _definitions(root: Path) -> dict[str, Form]:
    """The project's forms; a file that cannot be used ends the build with its line, also under `mkdocs build`."""
    try:
        return load(folder_of(root))
    except DefinitionError as error:
        for mistake in error.mistakes:
            _log.error(str(mistake))
        msg = "the forms cannot be drawn" if error.mistakes else str(error)
        raise PluginError(msg) from error

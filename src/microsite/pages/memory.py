"""What a page's Markdown became, kept from one build of a process to the next: an edit renders the pages it touches.

Rendering is most of a build's work, and under `serve` all pages but one are as they were. The key is a hash of all that
goes in, so nothing can be out of date. A build that fails teaches nothing: its results are thrown away, and so a
warning that stopped it is seen again.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import TYPE_CHECKING
from typing import NamedTuple

from markdown import Markdown
from mkdocs.structure.pages import Page
from mkdocs.structure.pages import _ExtractTitleTreeprocessor
from mkdocs.structure.pages import _RelativePathTreeprocessor
from mkdocs.structure.toc import get_toc

if TYPE_CHECKING:
    from mkdocs.config.defaults import MkDocsConfig
    from mkdocs.structure.files import Files
    from mkdocs.structure.toc import TableOfContents

__all__ = ["Memory", "RememberedPage", "Rendered", "Renderer", "signature"]


class Rendered(NamedTuple):
    """The result of rendering one page."""

    content: str
    toc: TableOfContents
    title: str | None
    #: None: MkDocs then looks for no anchors on the page. Dead ones are the business of `microsite check`.
    anchors: set[str] | None


class Memory:
    """Results by key, of the last build that succeeded and of the one that runs."""

    def __init__(self) -> None:
        self._kept: dict[str, Rendered] = {}
        self._fresh: dict[str, Rendered] = {}
        #: How many pages were rendered and how many remembered since the build began.
        self.rendered = 0
        self.remembered = 0

    def begin(self) -> None:
        """Start a build: what an earlier one did not live to keep is forgotten."""
        self._fresh = {}
        self.rendered = self.remembered = 0

    def recall(self, key: str) -> Rendered | None:
        """The result for `key`, if a build had it; counts either way."""
        found = self._kept.get(key)
        if found is None:
            self.rendered += 1
        else:
            self.remembered += 1
            self._fresh[key] = found
        return found

    def learn(self, key: str, result: Rendered) -> None:
        """Take the result of a page that was rendered."""
        self._fresh[key] = result

    def keep(self) -> None:
        """End a build that succeeded: its results, and no older ones, stay."""
        self._kept = self._fresh
        self._fresh = {}


def signature(config: MkDocsConfig, files: Files) -> str:
    """Hash of what every page depends on: extensions, their settings, their data, the addresses that links lead to."""
    settings = json.dumps(config.mdx_configs, sort_keys=True, default=str)
    data = [
        hashlib.sha256(Path(value).read_bytes()).hexdigest()
        for options in config.mdx_configs.values()
        for value in (options or {}).values()
        if isinstance(value, str) and Path(value).is_file()
    ]
    places = sorted(f"{file.src_uri} {file.url}" for file in files)
    whole = "\n".join([*map(str, config.markdown_extensions), settings, *data, *places])
    return hashlib.sha256(whole.encode()).hexdigest()


class Renderer:
    """One Markdown object for all pages of a build: making one takes as long as rendering a short page."""

    def __init__(self, config: MkDocsConfig, files: Files) -> None:
        self._markdown = Markdown(extensions=config.markdown_extensions, extension_configs=config.mdx_configs or {})
        self._links = _RelativePathTreeprocessor(None, files, config)  # type: ignore[arg-type]  # set for each page
        self._links._register(self._markdown)  # noqa: SLF001 - the host's way in
        self._title = _ExtractTitleTreeprocessor()
        self._title._register(self._markdown)  # noqa: SLF001

    def __call__(self, page: Page) -> Rendered:
        """What `Page.render` of MkDocs makes of the page, without its search for anchors."""
        self._links.file, self._links.links_to_anchors = page.file, {}
        self._title.title = None
        html = self._markdown.reset().convert(page.markdown or "")
        return Rendered(html, get_toc(getattr(self._markdown, "toc_tokens", [])), self._title.title, None)


class RememberedPage(Page):
    """A page that asks the memory before it renders."""

    memory: Memory
    signature: str
    renderer: Renderer

    def render(self, config: MkDocsConfig, files: Files) -> None:
        """Take the remembered result, or render and remember."""
        del config, files
        key = hashlib.sha256(f"{self.signature}\n{self.file.src_uri}\n{self.markdown}".encode()).hexdigest()
        found = self.memory.recall(key)
        if found is None:
            found = self.renderer(self)
            self.memory.learn(key, found)
        self.content, self.toc, self._title_from_render, self.present_anchor_ids = found
        # Names files of the build it was made in; `microsite check` looks for dead anchors, with their line.
        self.links_to_anchors = None

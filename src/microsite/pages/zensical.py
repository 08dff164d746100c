"""The second builder: Zensical turns the same Markdown with the same templates into the same site.

Zensical (https://zensical.org, 0.0.73 tried) ignores MkDocs plugins, but runs Python-Markdown extensions and renders
templates (with MiniJinja). So our pass does before and after it what the plugin does inside of MkDocs. It reads and
checks the content, and writes a scratch project: each page carries its view as front matter, and the pages from data
are files. It runs Zensical there, and finishes the folder: assets, site files, index of the search.

Only what a template may use under both engines is used: attributes, filters and tests both know, slices, no methods.
"""

from __future__ import annotations

import json
import os
import posixpath
import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING
from typing import Any

import jinja2
import yaml

from forms.definition import folder_of
from forms.definition import load
from forms.errors import DefinitionError
from microsite.content import STANDING
from microsite.content import check
from microsite.content import read_site
from microsite.content.articles import page_url
from microsite.content.frontmatter import read_front_matter
from microsite.errors import BuildError
from microsite.errors import ConfigError
from microsite.errors import ContentError

from .builder import BuildResult
from .builder import build_day
from .builder import swap
from .finish import finish
from .head import head_values
from .indexing import index_site
from .making import Shown
from .making import made_pages
from .making import page_view
from .making import site_files
from .making import written_markdown
from .social import read_brand
from .styleguide import read_components
from .styleguide import render_component

if TYPE_CHECKING:
    from collections.abc import Iterator
    from collections.abc import Mapping
    from datetime import date

    from forms.definition import Form
    from microsite.content import Site

    from .social import Brand
    from .styleguide import Component

__all__ = ["build_zensical"]

#: A link from the root to a file of docs/, which Zensical takes for an address of another site.
_ROOTED = re.compile(r"\]\(/(?P<path>[^()\s#]*\.md)(?P<rest>#[^()\s]*)?\)")
#: What Zensical writes beside the pages and our own files replace or do not need.
_BESIDE = ("assets", "search.json", "sitemap.xml", "objects.inv")
_COLORS = re.compile(r"\x1b\[[0-9;]*m")


def build_zensical(
    root: Path, *, site_dir: Path | None = None, strict: bool = True, today: date | None = None
) -> BuildResult:
    """Build the project at `root` into `site_dir` (default: `site`) with Zensical, all or nothing, as `build` does.

    With `strict`, what Zensical finds (a link to nowhere) fails the build too.

    Raises ContentError (with findings), ConfigError or BuildError; the old site stays.
    """
    started = time.perf_counter()
    root, target = root.absolute(), (site_dir or root / "site").absolute()
    settings = root / "mkdocs.yml"
    if not settings.is_file():
        msg = f"{settings} is not there"
        raise ConfigError(msg, path=settings, fix="run the command in the project's folder")
    site = read_site(root, today=today or build_day())
    findings = check(site)
    wrong = [finding for finding in findings if finding.severity == "error" and finding.rule not in STANDING]
    if wrong:
        msg = f"the content has {len(wrong)} error{'s' if len(wrong) > 1 else ''}"
        raise ContentError(msg, wrong, fix="mend the places named above and build again")
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=f".{target.name}-") as scratch:
        project = Path(scratch, "project")
        built = project / "site"
        try:
            frame = _Frame(root, _settings(root, project))
            shown = list(_pages(root, project / "docs", site, frame))
            _run(project, strict=strict)
            _finish(root, built, site, shown, frame)
        except jinja2.TemplateError as error:
            msg = f"the templates have an error: {error.message or error}"
            raise BuildError(msg, fix="the templates are in theme/templates/") from error
        findings = tuple(sorted((*findings, *index_site(built, site))))
        swap(built, target)
    files = [path for path in target.rglob("*") if path.is_file()]
    return BuildResult(
        site_dir=target,
        pages=sum(file.suffix == ".html" for file in files),
        bytes=sum(file.stat().st_size for file in files),
        seconds=time.perf_counter() - started,
        findings=findings,
    )


def _settings(root: Path, project: Path) -> dict[str, Any]:
    """Write the scratch project's mkdocs.yml and link what it reads; give the settings as templates see them.

    The file is changed as a tree of YAML nodes, so tags that only a builder understands stay as they are.
    """
    text = (root / "mkdocs.yml").read_text("utf-8")
    try:
        node = yaml.compose(text, Loader=yaml.SafeLoader)
        config = yaml.load(text, Loader=_Plain)  # noqa: S506 - a safe loader
    except yaml.YAMLError as error:
        msg = f"mkdocs.yml is broken: {error}"
        raise ConfigError(msg, path=root / "mkdocs.yml") from error
    if not isinstance(node, yaml.MappingNode) or not isinstance(config, dict):
        msg = "mkdocs.yml holds no settings."
        raise ConfigError(msg, path=root / "mkdocs.yml")
    theme = config.get("theme")
    custom = theme.get("custom_dir") if isinstance(theme, dict) else None
    templates = root / str(custom or "theme/templates")
    project.mkdir(parents=True)
    shutil.copytree(templates, project / "templates")
    (project / "data").symlink_to(root / "data", target_is_directory=True)
    _put(node, ("docs_dir",), "docs")
    _put(node, ("site_dir",), "site")
    _put(node, ("theme", "custom_dir"), "templates")
    node.value = [pair for pair in node.value if pair[0].value not in {"plugins", "hooks", "INHERIT"}]
    empty = yaml.SequenceNode("tag:yaml.org,2002:seq", [], flow_style=True)
    node.value.append((yaml.ScalarNode("tag:yaml.org,2002:str", "plugins"), empty))
    (project / "mkdocs.yml").write_text(yaml.serialize(node, allow_unicode=True), "utf-8")
    return {"site_url": "", "extra": {}, **config, "templates": templates}


class _Plain(yaml.SafeLoader):
    """Tags that only a builder can resolve (`!ENV`) read as nothing: no template asks for them."""


_Plain.add_multi_constructor("", lambda _loader, _suffix, _node: None)


def _put(node: yaml.MappingNode, keys: tuple[str, ...], value: str) -> None:
    """Set one setting in the tree of nodes."""
    name, *rest = keys
    for number, (key, held) in enumerate(node.value):
        if key.value != name:
            continue
        if rest and isinstance(held, yaml.MappingNode):
            _put(held, tuple(rest), value)
        else:
            node.value[number] = (key, yaml.ScalarNode("tag:yaml.org,2002:str", value))
        return
    node.value.append((yaml.ScalarNode("tag:yaml.org,2002:str", name), yaml.ScalarNode("tag:yaml.org,2002:str", value)))


class _Frame:
    """What is the same on all pages: forms, components, brand, and a Jinja of our own.

    That is for what Zensical does not render: static templates, and the examples of the styleguide.
    """

    def __init__(self, root: Path, config: Mapping[str, Any]) -> None:
        self.config = dict(config)
        self.forms = _definitions(root)
        self.components: dict[str, Component] = {part.id: part for part in read_components(root / "theme" / "examples")}
        tokens = root / "theme" / "assets" / "site" / "1-tokens.css"
        self.brand: Brand = read_brand(tokens, name=str(config["site_name"]), site_url=str(config["site_url"]))
        loader = jinja2.FileSystemLoader(config["templates"])
        self.env = jinja2.Environment(loader=loader, autoescape=False)  # noqa: S701 - as in MkDocs; templates escape

    def static(self, name: str) -> str:
        """A template that belongs to no page, such as the forms' frame."""
        nav = [
            {"title": title, "url": page_url(path).removeprefix("/")}
            for item in self.config.get("nav") or []
            for title, path in (item.items() if isinstance(item, dict) else ())
        ]
        return self.env.get_template(name).render(config=self.config, nav=SimpleNamespace(items=nav))


def _definitions(root: Path) -> dict[str, Form]:
    try:
        return load(folder_of(root))
    except DefinitionError as error:
        said = "; ".join(str(mistake) for mistake in error.mistakes) or str(error)
        msg = f"the forms cannot be drawn: {said}"
        raise BuildError(msg) from error


def _pages(root: Path, docs: Path, site: Site, frame: _Frame) -> Iterator[Shown]:
    """Write every page with its view in the front matter, and the files beside the pages."""
    made = made_pages(site, frame.forms, frame.components.values())
    paths = {page.view["url"]: page.path for page in made} | {article.url: article.path for article in site.articles}
    for article in site.articles:
        view = page_view(site, article, frame.forms)
        text = written_markdown(site, article, frame.forms, paths)
        yield _write(docs, article.path, dict(article.front.values), view, text, site=site, frame=frame)
    for page in made:
        front = read_front_matter(page.path, page.markdown)
        view = dict(page.view)
        part = frame.components.get(str(view.get("component", "")))
        if part:
            view["styleguide"] = render_component(part, frame.env, {"config": frame.config})
        text = page.markdown[front.body_start :]
        yield _write(docs, page.path, dict(front.values), view, text, site=site, frame=frame)
    source = root / str(frame.config.get("docs_dir") or "docs")
    for name in site.files:
        target = docs / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source / name, target)


def _write(  # noqa: PLR0913 - a page's parts
    docs: Path, path: str, front: dict[str, Any], view: dict[str, Any], text: str, *, site: Site, frame: _Frame
) -> Shown:
    """One page of the scratch project. JSON values are YAML values, so the view needs no other form."""
    shown = Shown(path, view["url"], str(front.get("title", "")), str(front.get("description", "")), view)
    view.update(head_values(site, shown, text, frame.brand))
    # Keys that Zensical gives a meaning of its own must not reach it.
    meta = {"title": shown.title, "description": shown.description, "view": view}
    head = "".join(f"{key}: {json.dumps(value, ensure_ascii=False)}\n" for key, value in meta.items())
    target = docs / path
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(f"---\n{head}---\n\n{_relative(text, path)}", "utf-8")
    return shown


def _relative(text: str, path: str) -> str:
    """Links from the root, made relative to the page at `path`."""
    folder = posixpath.dirname(path) or "."
    return _ROOTED.sub(
        lambda link: f"]({posixpath.relpath(link['path'], folder)}{link['rest'] or ''})" if link["path"] else link[0],
        text,
    )


def _run(project: Path, *, strict: bool) -> None:
    """Run Zensical as a program of its own: it keeps global state and prints as it likes."""
    command = [sys.executable, "-m", "zensical", "build", "--config-file", str(project / "mkdocs.yml")]
    done = subprocess.run(  # noqa: S603 - our own interpreter, a path of ours
        [*command, "--strict"] if strict else command,
        cwd=project,
        env={**os.environ, "NO_COLOR": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode or not (project / "site").is_dir():
        said = [line.strip() for line in _COLORS.sub("", done.stderr + done.stdout).splitlines() if line.strip()]
        missing = any("No module named zensical" in line for line in said)
        fix = (
            "install it: pip install zensical==0.0.73"
            if missing
            else "build with --builder mkdocs to see it told better"
        )
        msg = f"Zensical stopped: {' / '.join(said[-6:])[:600] or f'code {done.returncode}'}"
        raise BuildError(msg, fix=fix)


def _finish(root: Path, built: Path, site: Site, shown: list[Shown], frame: _Frame) -> None:
    """Turn what Zensical wrote into what is published: our assets, our files, no word of its own theme."""
    for name in _BESIDE:
        path = built / name
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)
    for name in frame.config["theme"].get("static_templates") or []:
        (built / name).write_text(frame.static(name), "utf-8")
    (built / "404.html").write_text(frame.static("404.html"), "utf-8")
    url = str(frame.config["site_url"] or "")
    finish(built, assets=root / "theme" / "assets", shell=root / "build" / "forms" / "shell.html", site_url=url)
    for name, content in site_files(site, shown, url).items():
        target = built / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)

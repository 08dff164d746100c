"""The files of infra/, checked together: templates, parameters, and the code of the edge.

In: paths, facts from other rooms, the schema's check of a parameters file. Out: findings. Raises `ConfigError` when
there is nothing to check. A template is known by its resources, so it may have any name.
"""

from __future__ import annotations

import tomllib
from typing import TYPE_CHECKING
from typing import NamedTuple

from microsite.errors import ConfigError
from microsite.findings import Finding

from .check import check_template
from .claims import DELIVERY
from .claims import STACK
from .edge_run import run_edge
from .lint import lint
from .load import TemplateError
from .load import read_template
from .parameters import check_values
from .resolve import Template
from .spec import Facts

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Iterable
    from collections.abc import Mapping
    from pathlib import Path

    from .spec import Spec

__all__ = ["Home", "check_files"]

_TEMPLATE = "template.yml"
_DELIVERY = "delivery-role.yml"


class Home(NamedTuple):
    """What the check needs from other rooms."""

    #: Name in lower case → value of the security headers.
    headers: Mapping[str, str]
    runtime: str
    architecture: str
    #: A parameters file's text and name → its mistakes against the schema, as `name:line: words`.
    mistakes: Callable[[str, Path], list[str]]


def check_files(paths: Iterable[Path], home: Home, *, root: Path, linted: bool = True) -> list[Finding]:
    """The findings for templates, parameters files and folders of both, in order of place.

    `root` is the project's folder: names in findings are relative to it, and what does not lie beside a template (the
    edge's code, the parameters) is taken from its infra/. Without `linted` cfn-lint is left out.
    """
    findings: list[Finding] = []
    for path in paths:
        if not path.exists():
            message = f"there is no {path}"
            raise ConfigError(message, path=path, fix="run this in the project's folder, or name a template")
        if path.is_dir():
            findings += _folder(path, home, root, linted=linted)
        elif path.suffix == ".toml":
            findings += _values(path, _beside(path, _TEMPLATE, root), home, root)
        else:
            findings += _template(path, home, root, linted=linted)
    return sorted(set(findings))


def _folder(folder: Path, home: Home, root: Path, *, linted: bool) -> list[Finding]:
    folder = folder if (folder / _TEMPLATE).is_file() or not (folder / "infra").is_dir() else folder / "infra"
    if not (folder / _TEMPLATE).is_file():
        message = f"there is no {_TEMPLATE} in {folder}"
        raise ConfigError(message, path=folder, fix="run this in the project's folder, or name a template")
    findings = []
    for name in (_TEMPLATE, _DELIVERY):
        path = folder / name
        if path.is_file():
            findings += _template(path, home, root, linted=linted)
        else:
            message = "it is not there: nothing narrows what a release may do"
            findings.append(Finding(_named(path, root), 0, 0, "template", message, "restore it"))
    for path in sorted((folder / "parameters").glob("*.toml")):
        findings += _values(path, folder / _TEMPLATE, home, root)
    return findings


def _template(path: Path, home: Home, root: Path, *, linted: bool) -> list[Finding]:
    text, name = _text(path), _named(path, root)
    spec = _spec(text, name)
    edge = _beside(path, "edge", root)
    sources = {one.name: _text(one) for one in sorted(edge.iterdir()) if one.is_file()} if edge.is_dir() else {}
    facts = Facts(home.headers, home.runtime, home.architecture, sources)
    files = {}
    folder = _beside(path, "parameters", root)
    for file in sorted(folder.glob("*.toml")) if spec is STACK else ():
        values = _table(_text(file))
        if values is not None:
            files[file.name] = values
    findings = check_template(text, name, spec, facts, files)
    if spec is STACK:
        # The claims hold the template's copies equal to these files; here the files do what they must.
        findings += run_edge(sources, _named(edge, root))
    # What cannot be read has been said; cfn-lint would say it again in other words.
    unread = [one for one in findings if one.rule == "template" and one.path == name and len(findings) == 1]
    return findings + (lint(text, name) if linted and not unread else [])


def _values(path: Path, template: Path, home: Home, root: Path) -> list[Finding]:
    text, name = _text(path), _named(path, root)
    findings = []
    for mistake in home.mistakes(text, path):
        line, _, words = mistake.removeprefix(f"{path}:").partition(":")
        message, _, fix = words.strip().rpartition(" (")
        findings.append(Finding(name, int(line), 1, "parameters", message or words.strip(), fix.removesuffix(")")))
    values = _table(text)
    if values is not None and template.is_file():
        try:
            tree = read_template(_text(template), _named(template, root))
        except TemplateError:
            return findings  # said where the template is checked
        findings += check_values(Template(tree), STACK.parameters, values, text, name)
    return findings


def _spec(text: str, name: str) -> Spec:
    """Which of our templates this is: the one with whose resources it has more in common."""
    try:
        template = Template(read_template(text, name))
    except TemplateError:
        return STACK
    kinds = {template.kind(logical) for logical in template.resources}
    shared = {
        spec.name: len(kinds & {role.kind for role in spec.roles.values()})
        + 2 * len(set(template.resources) & set(spec.roles))
        for spec in (STACK, DELIVERY)
    }
    return DELIVERY if shared[DELIVERY.name] > shared[STACK.name] else STACK


def _beside(path: Path, name: str, root: Path) -> Path:
    """A companion of a template: in its folder or the one above, else in the project."""
    for folder in (path.resolve().parent, path.resolve().parent.parent):
        if (folder / name).exists():
            return folder / name
    return root / "infra" / name


def _table(text: str) -> dict[str, str] | None:
    """The table `[parameters]` of a file; None when it is no TOML."""
    try:
        table = tomllib.loads(text).get("parameters", {})
    except tomllib.TOMLDecodeError:
        return None
    return {key: str(value) for key, value in table.items()} if isinstance(table, dict) else {}


def _text(path: Path) -> str:
    try:
        return path.read_text("utf-8")
    except UnicodeDecodeError:
        message = f"{path} is not UTF-8 text"
        raise ConfigError(message, path=path, fix="save it as UTF-8") from None


def _named(path: Path, root: Path) -> str:
    full = path.resolve()
    return full.relative_to(root.resolve()).as_posix() if full.is_relative_to(root.resolve()) else str(path)

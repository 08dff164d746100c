"""The styleguide: a component's parameters and examples (theme/examples/<id>.toml) become a page each.

A file holds `name`, `description`, optionally `chrome = true` (the component stands on every page, so its own page
shows it in place), `[[params]]` with `name type required description since`, and `[[examples]]` with `title` and either
`args` for the macro or `markdown`. An argument "@config.extra.crisis" takes that value from the site's settings.
"""

from __future__ import annotations

import html
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING
from typing import Any

from microsite.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    import jinja2

__all__ = [
    "Component",
    "Example",
    "Param",
    "read_components",
    "render_component",
    "styleguide_pages",
    "styleguide_view",
]

_ABOUT = "Every component of the theme, with its parameters and its examples. Each example is tested for access."


@dataclass(frozen=True, slots=True)
class Param:
    """One parameter of a component's macro."""

    name: str
    type: str
    description: str
    required: bool = False
    since: str = "0.1.0"


@dataclass(frozen=True, slots=True)
class Example:
    """One way to use a component: `args` for its macro, or `markdown` as an editor writes it."""

    title: str
    args: Mapping[str, Any] | None = None
    markdown: str = ""


@dataclass(frozen=True, slots=True)
class Component:
    """A component and what the styleguide says of it. `id` is the name of its files."""

    id: str
    name: str
    description: str
    params: tuple[Param, ...] = ()
    examples: tuple[Example, ...] = ()
    chrome: bool = False


def read_components(folder: Path) -> list[Component]:
    """All components described in `folder`, by id. Raises ConfigError that names the file."""
    return [_read(path) for path in sorted(folder.glob("*.toml"))]


def _read(path: Path) -> Component:
    try:
        data = tomllib.loads(path.read_text("utf-8"))
        return Component(
            id=path.stem,
            name=data.pop("name"),
            description=data.pop("description"),
            params=tuple(Param(**param) for param in data.pop("params", [])),
            examples=tuple(Example(**example) for example in data.pop("examples", [])),
            chrome=data.pop("chrome", False),
            **data,
        )
    except (tomllib.TOMLDecodeError, KeyError, TypeError) as error:
        msg = f"{path}: not a component's description: {error}"
        raise ConfigError(msg, path=path, fix="compare it with a file beside it") from error


def styleguide_pages(parts: Iterable[Component]) -> dict[str, str]:
    """{path in docs: Markdown source} for the list of components and for each of them."""
    parts = list(parts)
    pages = {f"styleguide/{part.id}.md": _page(part) for part in parts}
    rows = "\n".join(f"- [{part.name}]({part.id}.md): {part.description}" for part in parts)
    pages["styleguide/index.md"] = f"---\ntitle: Styleguide\ndescription: {_ABOUT}\n---\n\n{rows}\n"
    return pages


def styleguide_view(part: Component | None) -> dict[str, Any]:
    """What the templates may know of a component's page, or without one of the page that lists them."""
    crumbs = [{"title": "Home", "url": "/"}]
    return {
        "kind": "styleguide",
        "url": f"/styleguide/{part.id}/" if part else "/styleguide/",
        "slug": "styleguide",
        "crumbs": [*crumbs, {"title": "Styleguide", "url": "/styleguide/"}] if part else crumbs,
        "standfirst": part.description if part else _ABOUT,
        "noindex": True,
        "component": part.id if part else "",
    }


def _page(part: Component) -> str:
    head = f'---\ntitle: "{part.name}"\ndescription: "{part.description}"\ncomponent: {part.id}\n---\n'
    body = [head]
    if part.chrome:
        body.append("It stands on every page: see it in place on this one.\n")
    if part.params:
        body.append(
            "## Parameters\n\nTable: What it takes\n\n| Name | Type | Since | What it is |\n| --- | --- | --- | --- |"
        )
        for param in part.params:
            optional = "" if param.required else " (optional)"
            body.append(f"| `{param.name}`{optional} | {param.type} | {param.since} | {param.description} |")
    if any(example.markdown for example in part.examples):
        body.append("\n## Examples\n")
        for example in part.examples:
            source = "\n".join("    " + line for line in example.markdown.splitlines())
            body.append(f"### {example.title}\n\n{example.markdown}\n\nWritten as:\n\n{source}\n")
    return "\n".join(body)


def render_component(part: Component, env: jinja2.Environment, context: Mapping[str, Any]) -> str:
    """HTML of the examples that call the component's macro, each under a heading."""
    macro = part.id.replace("-", "_")
    source = f'{{% from "components/{part.id}.html" import {macro} %}}{{{{ {macro}(**args) }}}}'
    made = []
    for example in part.examples:
        if example.args is not None and not part.chrome:
            args = {key: _resolve(value, context) for key, value in example.args.items()}
            shown = env.from_string(source).render(args=args, **context)
            made.append(f'<h2>{html.escape(example.title)}</h2>\n<div class="specimen">\n{shown}\n</div>')
    return "\n".join(made)


def _resolve(value: Any, context: Mapping[str, Any]) -> Any:
    if not (isinstance(value, str) and value.startswith("@")):
        return value
    found: Any = context
    for key in value[1:].split("."):
        found = found[key] if isinstance(found, Mapping) else getattr(found, key)
    return found

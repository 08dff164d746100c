"""The styleguide: every component has a description, every described component exists, examples render."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import jinja2
import pytest

from microsite.errors import ConfigError
from microsite.pages.styleguide import read_components
from microsite.pages.styleguide import render_component
from microsite.pages.styleguide import styleguide_pages

if TYPE_CHECKING:
    from microsite.pages.styleguide import Component

ROOT = Path(__file__).parents[2]
TEMPLATES = ROOT / "theme" / "templates"
EXAMPLES = ROOT / "theme" / "examples"
#: Drawn inside other components; they have no use of their own.
INNER = {"cover", "mark"}

components = read_components(EXAMPLES)
with_macro = [part for part in components if (TEMPLATES / "components" / f"{part.id}.html").is_file()]


@pytest.fixture(scope="module")
def env() -> jinja2.Environment:
    # The pages are HTML that our own content makes; MkDocs does not escape either.
    return jinja2.Environment(loader=jinja2.FileSystemLoader(TEMPLATES), autoescape=False)


def test_every_component_is_described() -> None:
    described = {part.id for part in components}
    assert {path.stem for path in (TEMPLATES / "components").glob("*.html")} - INNER <= described


@pytest.mark.parametrize("part", components, ids=lambda part: part.id)
def test_a_component_shows_itself(part: Component) -> None:
    assert part.chrome or part.examples


@pytest.mark.parametrize("part", with_macro, ids=lambda part: part.id)
def test_the_description_names_exactly_the_parameters_of_the_macro(part: Component, env: jinja2.Environment) -> None:
    module = env.get_template(f"components/{part.id}.html").module
    macro = getattr(module, part.id.replace("-", "_"))
    assert list(macro.arguments) == [param.name for param in part.params]
    source = (TEMPLATES / "components" / f"{part.id}.html").read_text()
    declared = re.search(r"macro [\w-]+\((.*?)\)", source)
    assert declared
    optional = {name.split("=")[0].strip() for name in declared[1].split(",") if "=" in name}
    assert optional == {param.name for param in part.params if not param.required}


@pytest.mark.parametrize("part", [part for part in with_macro if not part.chrome], ids=lambda part: part.id)
def test_each_example_renders(part: Component, env: jinja2.Environment) -> None:
    context = {"config": {"extra": _extra()}}
    html = render_component(part, env, context)
    assert html.count('class="specimen"') == sum(example.args is not None for example in part.examples)
    assert "Undefined" not in html


def _extra() -> dict[str, object]:
    import yaml

    found: dict[str, object] = yaml.safe_load((ROOT / "mkdocs.yml").read_text())["extra"]
    return found


def test_pages_are_made_for_the_list_and_for_each_component() -> None:
    pages = styleguide_pages(components)
    assert set(pages) == {"styleguide/index.md"} | {f"styleguide/{part.id}.md" for part in components}
    for part in components:
        assert f"({part.id}.md)" in pages["styleguide/index.md"]
        for param in part.params:
            assert f"`{param.name}`" in pages[f"styleguide/{part.id}.md"]


@pytest.mark.parametrize(
    "text",
    [
        "name = ",
        "description = 'no name'",
        "name='a'\ndescription='b'\nexampels=[]",
        "name='a'\ndescription='b'\n[[params]]\nnam='x'",
    ],
)
def test_a_broken_description_is_an_error_that_names_the_file(text: str, tmp_path: Path) -> None:
    (tmp_path / "odd.toml").write_text(text)
    with pytest.raises(ConfigError, match=r"odd\.toml"):
        read_components(tmp_path)

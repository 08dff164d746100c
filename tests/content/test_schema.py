"""One model: what the check says, what the schema files for editors say, and that both agree on our own files."""

from __future__ import annotations

import json
import re
import tomllib
from datetime import date
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from microsite.content import check
from microsite.content import read_site
from microsite.content import schemas
from microsite.content.datamodels import DATA
from microsite.content.frontmatter import read_front_matter
from microsite.content.models import FRONT_MATTER
from microsite.findings import Finding

ROOT = Path(__file__).parents[2]


def valid(name: str, value: Any) -> bool:
    return bool(jsonschema.Draft202012Validator(schemas()[name]).is_valid(value))


def plain(value: Any) -> Any:
    """As an editor sees YAML: days are texts."""
    return json.loads(json.dumps(value, default=str))


def test_the_files_are_those_of_the_model() -> None:
    """`make schemas` writes them."""
    made = {f"{name}.schema.json": schema for name, schema in schemas().items()}
    found = {path.name: json.loads(path.read_text("utf-8")) for path in (ROOT / "schemas").glob("*.json")}
    assert found == made
    for schema in made.values():
        jsonschema.Draft202012Validator.check_schema(schema)


def test_our_own_files_fit() -> None:
    for path in sorted((ROOT / "docs").rglob("*.md")):
        values = plain(dict(read_front_matter(path.name, path.read_text("utf-8")).values))
        assert valid("front-matter", values), path
    for name in DATA:
        for path in (ROOT / "data").glob(f"{name}.*"):
            text = path.read_text("utf-8")
            assert valid(name, tomllib.loads(text) if path.suffix == ".toml" else json.loads(text)), path


FRONT = {"title": "T", "authors": ["editors"], "published": date(2026, 11, 1), "summary": [{"text": "A."}]}
WRONG: list[tuple[dict[str, Any], str, str]] = [
    ({"titel": "x"}, "titel", "`title`"),
    ({"authors": "editors"}, "authors", "a list"),
    ({"authors": [["a"]]}, "authors", "an id"),
    ({"title": 5}, "title", "quotes"),
    ({"published": "soon"}, "published", "a date"),
    ({"published": 20261101}, "published", "a date"),
    ({"crisis": "yes"}, "crisis", "true or false"),
    ({"kind": "artikel"}, "kind", "`article`"),
    ({"summary": "text"}, "summary", "a list"),
    ({"summary": [{"txt": "A."}]}, "summary", "`text`"),
    ({"summary": [{"text": "A.", "certainty": "sure"}]}, "summary", "one of high"),
    ({"author": ["x"]}, "author", "`authors`"),
]


@pytest.mark.parametrize(("change", "where", "said"), WRONG)
def test_what_the_check_refuses_an_editor_refuses_too(change: dict[str, Any], where: str, said: str) -> None:
    values = FRONT | change
    found = list(FRONT_MATTER.problems(values))
    assert found
    assert {problem.path[0] for problem in found} == {where}
    assert any(said in problem.fix for problem in found)
    assert not valid("front-matter", plain(values))
    assert not list(FRONT_MATTER.problems(FRONT))
    assert valid("front-matter", plain(FRONT))


@pytest.mark.parametrize("name", ["references", "claims", "compounds", "conditions", "glossary", "people", "insurers"])
def test_every_key_of_every_entry_is_held_by_both(name: str) -> None:
    """Each key of our first entry gets a wrong type, then a misspelled name; a needed one is taken out."""
    path = next((ROOT / "data").glob(f"{name}.*"))
    loaded = tomllib.loads(path.read_text()) if path.suffix == ".toml" else json.loads(path.read_text())
    entry = (loaded[name] if isinstance(loaded, dict) else loaded)[0]
    model = DATA[name].entry
    for key in entry:
        for wrong in ({**entry, key: [[{"x": 1}]]}, {k + "x" * (k == key): v for k, v in entry.items()}):
            assert list(model.problems(wrong)), (name, key)
            assert not valid(name, [wrong]), (name, key)
        less = {k: v for k, v in entry.items() if k != key}
        assert bool(list(model.problems(less))) == (not valid(name, [less])) == model.keys[key].needed, (name, key)


def matchers() -> list[dict[str, Any]]:
    tasks = json.loads((ROOT / ".vscode" / "tasks.json").read_text())
    found: list[dict[str, Any]] = tasks["tasks"][0]["problemMatcher"]
    return found


def test_the_problem_matchers_read_real_output(tmp_path: Path) -> None:
    """One line is read by exactly one matcher, with its place, its rule and its weight."""
    pages = {
        "a.md": "---\ntitle: It's (a) test: 1\ndescripton: x\n---\n\nSee https://x.test/.\n\n| A |\n|---|\n| 1 |\n",
        "index.md": "---\ntitle: Home\ndescription: D\nkind: home\n---\n\n[x](gone [1].md)\n\n### Three\n",
        "my page.md": "---\ntitle: " + "T" * 80 + "\ndescription: E\n---\n\nTODO\n",
    }
    (tmp_path / "docs").mkdir()
    (tmp_path / "mkdocs.yml").write_text("site_name: T\n")
    for name, text in pages.items():
        (tmp_path / "docs" / name).write_text(text)
    found = check(read_site(tmp_path, today=date(2026, 11, 21)))
    hint = Finding("docs/a.md", 3, 4, "reading-grade", "hard (very): yes", "shorter", "hint")
    assert {finding.severity for finding in (*found, hint)} == {"error", "warning", "hint"}
    weights = {"error": "error", "warning": "warning", "info": "hint"}
    for finding in (*found, hint):
        note = "" if finding.severity == "error" else f" [{finding.severity}]"
        read = [
            (match[1], int(match[2]), int(match[3]), match[4], weights[matcher["severity"]])
            for matcher in matchers()
            if (match := re.match(matcher["pattern"]["regexp"], f"{finding}{note}"))
        ]
        assert read == [(finding.path, finding.line, finding.column, finding.rule, finding.severity)]
    for line in ("2 error(s), 1 warning(s) and hint(s).", "", "Traceback (most recent call last):"):
        assert not any(re.match(matcher["pattern"]["regexp"], line) for matcher in matchers())


def test_the_editors_settings_name_files_that_are_there() -> None:
    settings = json.loads((ROOT / ".vscode" / "settings.json").read_text())
    named = [entry["url"] for entry in settings["json.schemas"]]
    named += [*settings["evenBetterToml.schema.associations"].values(), *settings["yaml.schemas"]]
    assert all((ROOT / path).is_file() for path in named)
    assert {Path(path).name.split(".")[0] for path in named} == {"front-matter", *DATA}

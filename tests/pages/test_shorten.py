"""Short names: fewer bytes, the same meaning. What could also be something else keeps its letters."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest
import rjsmin
from benchmarks.rig.node import find_node

from microsite.pages.finish import bundle
from microsite.pages.shorten import short_properties
from microsite.pages.shorten import short_variables

ASSETS = Path(__file__).parents[2] / "theme" / "assets"


def ran(script: str) -> str:
    node, _ = find_node()
    return subprocess.run([node, "-e", script], capture_output=True, text=True, check=True).stdout


#: Each prints something that depends on what its names mean.
SCRIPTS = (
    """const first = 1; let second, third = 2;
    for (const each of [first, third]) console.log(each, second);""",
    """const deep = { name: 1, deep: 2 }; const { name, ...others } = deep;
    console.log(deep.deep, name, others);""",
    """function outer(given, more = given) { const inner = (one, two = 2) => one + two * more; return inner(given); }
    console.log(outer(3));""",
    """const text = 'text'; const made = `${text} and ${[text].map((text) => `<${text}>`).join()} text`;
    console.log(made, "text");""",
    """const slash = 8; const half = slash / 2 / 2; const found = /slash[/]half/g.test('slash/half');
    console.log(half, found);""",
    """class Thing { static made = 0; #hidden = 5; get value() { return this.#hidden; }
    plus(value) { return this.value + value; } }
    const thing = new Thing(); console.log(thing.value, thing.plus(2), Thing.made);""",
    """const key = 'a'; const table = { key, [key]: 1, method() { return key; }, async later() {} };
    console.log(JSON.stringify(table), table.method(), typeof table.later);""",
    """let kept; try { kept = 1; throw kept; } catch (error) { kept = error + 1; } finally { kept += 1; }
    console.log(kept);""",
    """const choose = (yes) => (yes ? kind : other); const kind = 1, other = 2;
    console.log(choose(true), choose(false));""",
    """const a = 1, b = 2; const list = [a, b]; const [, last] = list;
    console.log(((a, list)), last, list?.[0], list?.length);""",
    """label: for (let count = 0; ; count++) { if (count > 2) { console.log(count); break label; } }""",
    """const fetch = 3; const top = 4; console.log(fetch + top, typeof globalThis.fetch);""",
)


@pytest.mark.node
@pytest.mark.parametrize("script", SCRIPTS)
def test_a_script_does_the_same_under_short_names(script: str) -> None:
    short = short_variables(script)
    assert ran(short) == ran(script)
    assert len(short) <= len(script)


def test_private_names_are_short_and_all_others_stay() -> None:
    short = short_variables(
        "const element = document.body; const title = element.title; use({ title, size: element });"
    )
    assert "element" not in short
    assert "document.body" in short
    assert "{ title, size:" in short


def test_what_a_module_gives_away_keeps_its_name() -> None:
    lines = (
        "export function search(words) { return words; }",
        "export const LIMIT = 3;",
        "import { helper } from './h.js'",
    )
    short = short_variables("\n".join(lines))
    assert re.match(r"export function search\((\w)\) \{ return \1; \}", short)
    assert "LIMIT" in short
    assert "{ helper }" in short


@pytest.mark.parametrize("broken", ["const name = 'open", "const word = 1; \x00\ud800'"])
def test_what_cannot_be_read_stays_as_it_is(broken: str) -> None:
    assert short_variables(broken) == broken


def test_properties_of_all_sheets_are_renamed_alike_and_the_commonest_is_shortest() -> None:
    made = short_properties(
        {
            "one.css": ":root{--ink:#000;--ground:#fff}a{color:var(--ink)}b{color:var(--ink)}",
            "two.css": "c{background:var(--ground);color:var(--theirs)}",
        }
    )
    assert made["one.css"] == ":root{--a:#000;--b:#fff}a{color:var(--a)}b{color:var(--a)}"
    assert made["two.css"] == "c{background:var(--b);color:var(--theirs)}"


def test_a_property_that_a_script_names_keeps_all_names() -> None:
    bundles = {"a.css": ":root{--ink:#000}", "a.js": "style.setProperty('--ink', 'red')"}
    assert short_properties(bundles) == bundles


def test_our_own_bundles_keep_their_strings_and_their_colors() -> None:
    made = {name: content.decode() for name, content in bundle(ASSETS).items()}
    defined = {found for text in made.values() for found in re.findall(r"(--[\w-]+):", text)}
    strings = re.compile(r"\"[^\"\n]*\"")
    for name, text in made.items():
        stem, _, ending = name.rpartition(".")
        parts = [path.read_text("utf-8") for path in sorted((ASSETS / stem).glob(f"*.{ending}"))]
        if ending == "css":
            assert set(re.findall(r"var\((--[\w-]+)", text)) <= defined
            continue
        plain = str(rjsmin.jsmin("\n".join(parts), keep_bang_comments=True))
        assert strings.findall(text) == strings.findall(plain)
        assert len(text) < len(plain)

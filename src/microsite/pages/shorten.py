"""Short names for what only our own sheets and scripts can see. A bundle in, the same bundle with fewer bytes out.

The sources keep names that say what they are; readers download the short ones (280 bytes less on every first view).
Two kinds of names are private to us: custom properties of the sheets, and what a script declares for itself. One name
becomes one other name wherever it stands, so no scope has to be understood. A name that could also mean something else
(a property, a key, a global of the browser, something exported) keeps its letters.
"""

from __future__ import annotations

import re
from collections import Counter
from itertools import count
from itertools import product
from string import ascii_letters
from typing import TYPE_CHECKING
from typing import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator
    from collections.abc import Mapping

__all__ = ["short_properties", "short_variables"]

_PROPERTY = re.compile(r"--[A-Za-z][\w-]*")
_DEFINED = re.compile(r"(--[A-Za-z][\w-]*)\s*:")
_TOKEN = re.compile(
    r"(?P<space>\s+|/\*.*?\*/|//[^\n]*)"
    r"|(?P<text>\"(?:[^\"\\\n]|\\.)*\"|'(?:[^'\\\n]|\\.)*')"
    r"|(?P<number>(?:0[xob])?\d[\w.]*|\.\d[\w]*)"
    r"|(?P<name>[A-Za-z_$#][\w$]*)"
    r"|(?P<mark>=>|\?\.(?!\d)|\.\.\.|\+\+|--|[^\s\w\"'])",
    re.DOTALL,
)
_REGEX = re.compile(r"/(?:[^/\\\[\n]|\\.|\[(?:[^\]\\\n]|\\.)*\])+/[a-z]*")
_WORDS = frozenset(
    re.findall(
        r"\S+",
        """
        arguments as async await break case catch class const continue debugger default delete do else eval export
        extends false finally for from function get if import in instanceof let new null of return set static super
        switch this throw true try typeof undefined var void while with yield
        """,
    )
)
#: Words after which a slash begins a pattern, as it does after every mark but a closing one.
_BEFORE_PATTERN = frozenset(
    {"return", "typeof", "case", "in", "of", "delete", "void", "throw", "new", "else", "do", "await"}
)
#: What a brace follows when it opens a block; after anything else it may open an object or a class.
_BEFORE_BLOCK = frozenset({")", "=>", ";", "{", "}", "try", "else", "finally", "do", "catch"})
#: Globals of a browser with names that somebody might also give to a thing of their own.
_GLOBALS = frozenset(
    re.findall(
        r"\S+",
        """
        caches close closed confirm crypto document event external fetch find focus frames history innerHeight
        innerWidth length location name navigation navigator onblur onerror onfocus onkeydown onkeyup onload onmessage
        onscroll open opener origin parent performance postMessage print screen scroll scrollX scrollY self status
        stop top window
        """,
    )
)


class _Token(NamedTuple):
    kind: str
    text: str
    #: The innermost open bracket around it, or nothing, and the piece before that bracket.
    inside: str
    opener: str


def short_properties(bundles: Mapping[str, str]) -> dict[str, str]:
    """All sheets with their custom properties renamed alike: the oftenest used gets the first letter.

    Only names that a sheet defines are renamed. A script that names one keeps all names as they are.
    """
    sheets = {name: text for name, text in bundles.items() if name.endswith(".css")}
    defined = {found for text in sheets.values() for found in _DEFINED.findall(text)}
    others = "".join(text for name, text in bundles.items() if name not in sheets)
    if any(name in others for name in defined):
        return dict(bundles)
    used = Counter(found for text in sheets.values() for found in _PROPERTY.findall(text))
    ordered = sorted(defined, key=lambda name: (-used[name], name))
    free = (f"--{name}" for name in _names() if f"--{name}" not in used)
    short = dict(zip(ordered, free, strict=False))
    return {
        name: _PROPERTY.sub(lambda match: short.get(match.group(), match.group()), text) if name in sheets else text
        for name, text in bundles.items()
    }


def short_variables(script: str) -> str:
    """A script with the names that it declares for itself shortened; as it was when it cannot be read for sure."""
    tokens = list(_tokens(script))
    if "".join(token.text for token in tokens) != script:
        return script
    solid = [token for token in tokens if token.kind != "space"]
    declared, kept = _declared(solid), set(_WORDS | _GLOBALS)
    used: Counter[str] = Counter()
    for number, token in enumerate(solid):
        if token.kind != "name":
            continue
        before = solid[number - 1].text if number else ""
        after = solid[number + 1].text if number + 1 < len(solid) else ""
        if before in {".", "?."}:
            continue
        used[token.text] += 1
        inner = token.inside == "{" and token.opener not in _BEFORE_BLOCK
        key = inner and before in {"{", ",", "async"} and after in {":", ",", "}", "=", "("}
        if key or before in {"class", "get", "set"} or token.text.startswith("#"):
            kept.add(token.text)
    ours = sorted(declared - kept, key=lambda name: (-used[name], name))
    taken = used.keys() | _WORDS | _GLOBALS
    short = dict(zip(ours, (name for name in _names() if name not in taken), strict=False))
    made = []
    before = ""
    for token in tokens:
        private = token.kind == "name" and before not in {".", "?."}
        made.append(short.get(token.text, token.text) if private else token.text)
        if token.kind != "space":
            before = token.text
    return "".join(made)


def _declared(tokens: list[_Token]) -> set[str]:
    """Names of variables, functions and parameters; those of an `export` are not private."""
    found: set[str] = set()
    exported = False
    for number, token in enumerate(tokens):
        before = tokens[number - 1].text if number else ""
        after = tokens[number + 1].text if number + 1 < len(tokens) else ""
        if token.text == "export":
            exported = True
        if token.text in {";", "{"}:
            exported = False
        if token.kind != "name" or token.text in _WORDS:
            continue
        if exported:
            # Of an exported thing its name is public, its parameters are not.
            exported = before not in {"function", "class", "const", "let", "var", "*"}
            continue
        one = before in {"const", "let", "var", "function"} or after == "=>"
        more = before == "," and after in {"=", ";", ","} and _declares(tokens, number)
        part = token.inside == "[" and token.opener in {"const", "let", "var"} and after in {",", "]", "="}
        given = token.inside == "(" and before in {"(", ",", "..."} and after in {",", ")", "="}
        if one or more or part or (given and _parameter(tokens, number)):
            found.add(token.text)
    return found


def _declares(tokens: list[_Token], number: int) -> bool:
    """Whether the comma before a name stands in `let a = 1, b` and not in an expression."""
    depth = 0
    for token in reversed(tokens[:number]):
        if token.text in {")", "]", "}"}:
            depth += 1
        elif token.text in {"(", "[", "{"}:
            if not depth:
                return False
            depth -= 1
        elif not depth and token.text in {";", "const", "let", "var"}:
            return token.text != ";"
    return False


def _parameter(tokens: list[_Token], number: int) -> bool:
    """Whether the bracket around a name closes before `=>`, or opens after `function` or a function's name."""
    depth = 0
    for place in range(number, len(tokens)):
        if tokens[place].text in {"(", "[", "{"}:
            depth += 1
        elif tokens[place].text in {")", "]", "}"}:
            if not depth:
                if place + 1 < len(tokens) and tokens[place + 1].text == "=>":
                    return True
                break
            depth -= 1
    depth = 0
    for place in range(number - 1, -1, -1):
        if tokens[place].text in {")", "]", "}"}:
            depth += 1
        elif tokens[place].text in {"(", "[", "{"}:
            if not depth:
                before = [token.text for token in tokens[max(0, place - 2) : place]]
                return "function" in before
            depth -= 1
    return False


def _tokens(script: str) -> Iterator[_Token]:
    """The script in pieces; a template's text is a piece, and what stands in its `${}` is read like the rest."""
    place = 0
    stack: list[tuple[str, str]] = []
    last = ""
    while place < len(script):
        inside, opener = stack[-1] if stack else ("", "")
        if script[place] == "`" or (script[place] == "}" and inside == "${"):
            if script[place] == "}":
                stack.pop()
            end = _template(script, place + 1)
            text = script[place:end]
            if text.endswith("${"):
                stack.append(("${", ""))
            yield _Token("text", text, inside, opener)
            last = "`"
            place = end
            continue
        pattern = (
            last == "" or last in _BEFORE_PATTERN or (last[-1] not in ")]}`\"'" and not re.match(r"[\w$]", last[-1]))
        )
        match = (_REGEX.match(script, place) if pattern and script[place] == "/" else None) or _TOKEN.match(
            script, place
        )
        if match is None:
            return
        text, kind = match.group(), (match.lastgroup or "text")
        if text in {"(", "[", "{"}:
            stack.append((text, last))
        elif text in {")", "]", "}"} and stack:
            stack.pop()
        yield _Token(kind, text, inside, opener)
        if kind != "space":
            last = text
        place = match.end()


def _template(script: str, place: int) -> int:
    """Where the text of a template ends: behind its closing quote or the next `${`."""
    while place < len(script):
        if script[place] == "\\":
            place += 2
        elif script[place] == "`":
            return place + 1
        elif script.startswith("${", place):
            return place + 2
        else:
            place += 1
    return place


def _names() -> Iterator[str]:
    """The letters, small ones first, then all pairs of letters, and so on."""
    for length in count(1):
        yield from ("".join(letters) for letters in product(ascii_letters, repeat=length))

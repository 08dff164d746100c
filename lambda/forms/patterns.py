"""Whether a visitor can hold up the server with a text made for a field's pattern.

In: a regular expression that compiles, and the longest text that meets it. Out: what is wrong, "" when nothing is.
Python's `re` tries one way after the other. Where one text can be read in several ways, a text that fails at its end is
tried in each: of `(a+)+` there are 2^n, of `a*a*a*` n². (Davis et al., "The impact of regular expression denial of
service", ESEC/FSE 2018, names the shapes.) Read from the parsed pattern, cautiously: `(?:-[0-9]+)*` is fine because
each round begins with a sign that stands nowhere else in it; what cannot be shown to be fine is refused.
"""

from __future__ import annotations

from importlib import import_module

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    #: An operation's name and its argument, as `re` parses them.
    Item = tuple[str, Any]
    Chars = frozenset[int]

__all__ = ["slow"]

#: Rounds of a repeat that are few enough to be tried in every way (2^8).
_FEW = 8
#: Characters up to which two repeats side by side are harmless: 2,000² / 2 steps take some 20 ms.
_SHORT = 2000
#: ASCII, and 128 for everything else.
_ALL = frozenset(range(129))
_WORD = frozenset(one for one in range(128) if chr(one).isalnum() or one == ord("_")) | {128}
_CATEGORIES = {
    "CATEGORY_DIGIT": frozenset(range(48, 58)) | {128},
    "CATEGORY_SPACE": frozenset({9, 10, 11, 12, 13, 28, 29, 30, 31, 32, 128}),
    "CATEGORY_WORD": _WORD,
}
_REPEATS = frozenset({"MAX_REPEAT", "MIN_REPEAT"})
_LOOKS = frozenset({"ASSERT", "ASSERT_NOT"})


def slow(pattern: str, longest: int) -> str:
    """What makes `pattern` slow on a text of up to `longest` characters, in words that follow "the pattern"."""
    parser: Any = import_module("re._parser")  # what `re` itself uses; the public names for it are deprecated
    return _slow(_items(parser.parse(pattern)), longest)


def _items(parsed: Any) -> list[Item]:
    """The operations one after the other, groups dissolved."""
    found: list[Item] = []
    for op, argument in parsed:
        if str(op) == "SUBPATTERN":
            found += _items(argument[3])
        else:
            found.append((str(op), argument))
    return found


def _slow(items: Sequence[Item], longest: int) -> str:
    for op, argument in items:
        inner = _inner(op, argument)
        found = next(filter(None, (_slow(one, longest) for one in inner)), "")
        if not found and op in _REPEATS and argument[1] > _FEW and _ambiguous(inner[0]):
            found = "repeats a group that repeats, or whose parts begin alike"
        if found:
            return found
    side_by_side = _chain(_unrolled(items), _FEW)
    if side_by_side > 2 or (side_by_side > 1 and longest > _SHORT):
        return "has repeats side by side that take the same characters"
    return ""


def _unrolled(items: Sequence[Item]) -> list[Item]:
    """The same with what repeats a few times written out, three times at most: repeats in it stand side by side."""
    found: list[Item] = []
    for item in items:
        op, argument = item
        few = op in _REPEATS and argument[1] <= _FEW and any(map(_varies, _items(argument[2])))
        found += _unrolled(_items(argument[2])) * min(argument[1], 3) if few else [item]
    return found


def _inner(op: str, argument: Any) -> list[list[Item]]:
    if op in _REPEATS:
        return [_items(argument[2])]
    if op in _LOOKS:
        return [_items(argument[1])]
    if op == "BRANCH":
        return [_items(one) for one in argument[1]]
    return []  # `(?>…)` and `a++` never go back: nothing in them is tried twice


def _ambiguous(body: list[Item]) -> bool:
    """Whether rounds of `body` can divide one text in several ways."""
    if any(_alike(item) for item in body):
        return True
    if not any(map(_varies, body)):
        return False
    # A sign that stands at one end of each round and nowhere else in it says where rounds end.
    for fence, rest in ((body[0], body[1:]), (body[-1], body[:-1])):
        if fence[0] in {"LITERAL", "IN"} and not _chars([fence]) & _chars(rest):
            return _chain(rest, 0) > 1
    return True


def _alike(item: Item) -> bool:
    """Whether two ways of a branch can begin with the same character, or one is empty."""
    seen: Chars = frozenset()
    for way in _inner(*item) if item[0] == "BRANCH" else []:
        if all(map(_nullable, way)) or seen & _first(way):
            return True
        seen |= _first(way)
    return False


def _varies(item: Item) -> bool:
    """Whether the item can be left in several ways after the same beginning."""
    op, argument = item
    if op in _REPEATS and argument[0] != argument[1]:
        return True
    inner = [one for items in _inner(op, argument) for one in items] if op not in _LOOKS else []
    return op in {"GROUPREF", "GROUPREF_EXISTS"} or _alike(item) or any(map(_varies, inner))


def _chain(items: Sequence[Item], least: int) -> int:
    """The most repeats of varying length, each of more than `least` rounds, that can take each other's characters."""
    best = count = 0
    reach: Chars = frozenset()
    for item in items:
        op, argument = item
        if op in _REPEATS and argument[0] != argument[1] and argument[1] > least:
            count = count + 1 if count and reach & _first([item]) else 1
            reach = _chars([item])
        elif op == "AT" or op in _LOOKS:
            continue
        elif count and not _nullable(item):
            reach &= _chars([item])
            count = count if reach else 0
        best = max(best, count)
    return best


def _nullable(item: Item) -> bool:
    op, argument = item
    if op in _REPEATS or op == "POSSESSIVE_REPEAT":
        return bool(argument[0] == 0)
    return (
        op in _LOOKS
        or op in {"AT", "GROUPREF", "GROUPREF_EXISTS"}
        or (op == "BRANCH" and any(all(map(_nullable, one)) for one in _inner(op, argument)))
    )


def _first(items: Sequence[Item]) -> Chars:
    """The characters that a match can begin with."""
    found: Chars = frozenset()
    for item in items:
        op, argument = item
        inner = _inner(op, argument) if op not in _LOOKS else []
        found |= frozenset().union(*map(_first, inner)) if inner else _chars([item])
        if not _nullable(item):
            break
    return found


def _chars(items: Sequence[Item]) -> Chars:
    """Every character that a match can hold."""
    found: Chars = frozenset()
    for op, argument in items:
        if op == "LITERAL":
            found |= _both(frozenset({min(argument, 128)}))
        elif op == "IN":
            found |= _class(argument)
        elif op in _REPEATS or op == "BRANCH":
            found |= frozenset().union(*map(_chars, _inner(op, argument)))
        elif op != "AT" and op not in _LOOKS:
            found |= _ALL
    return found


def _class(parts: Any) -> Chars:
    found: Chars = frozenset()
    for op, argument in parts:
        name = str(op)
        if name == "LITERAL":
            found |= {min(argument, 128)}
        elif name == "RANGE":
            found |= frozenset(range(argument[0], min(argument[1], 127) + 1)) | ({128} if argument[1] > 127 else set())
        elif name == "CATEGORY":
            other = _ALL - _CATEGORIES.get(str(argument).replace("_NOT_", "_"), _ALL) | {128}
            found |= other if "_NOT_" in str(argument) else _CATEGORIES.get(str(argument), _ALL)
    return _ALL - found | {128} if str(parts[0][0]) == "NEGATE" else _both(found)


def _both(chars: Chars) -> Chars:
    """With the other case of each letter: under `(?i)` they are the same, and elsewhere it costs nothing."""
    return chars | {ord(chr(one).swapcase()) for one in chars if one < 128}

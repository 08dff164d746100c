"""What an assertion wants of a value, and how far a value is from it.

In: a resolved `Node` and a want: a text (`${Role.Attribute}` is filled in), a number, a bool, a mapping, a list in any
order, or one of the classes here. Out: an `Outcome`: what is wrong, and which nodes were read. A mapping reads the keys
it names and no others; what nobody reads is the business of `coverage`.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from dataclasses import field
from typing import TYPE_CHECKING
from typing import NamedTuple
from typing import Protocol

from .load import leaves

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Sequence

    from .load import Node

__all__ = [
    "ABSENT",
    "Among",
    "Between",
    "Default",
    "Each",
    "Free",
    "Matches",
    "Optional",
    "Ordered",
    "Outcome",
    "Pattern",
    "Want",
    "Wrong",
    "compare",
    "fits",
    "shown",
]


class Wrong(NamedTuple):
    """A place and what is wrong there."""

    node: Node
    message: str


@dataclass(slots=True)
class Outcome:
    """What is wrong, and what was read."""

    wrong: list[Wrong] = field(default_factory=list)
    seen: list[Node] = field(default_factory=list)

    def take(self, other: Outcome) -> None:
        """Add another outcome to this one."""
        self.wrong += other.wrong
        self.seen += other.seen


class Context(NamedTuple):
    """Where a comparison stands: the nearest node that is there, the path, how texts are filled."""

    parent: Node
    path: str
    fill: Callable[[str], str]

    def below(self, parent: Node, key: str | int) -> Context:
        """The same, one step deeper."""
        return Context(parent, f"{self.path}.{key}" if self.path else str(key), self.fill)


class Matcher(Protocol):
    """A want that is more than a plain value."""

    def meet(self, node: Node | None, context: Context) -> Outcome:
        """Compare `node`, which is None when there is none."""
        ...


#: A text, a number, a bool, a mapping, a list, or a Matcher.
Want = object


def compare(node: Node | None, want: Want, context: Context) -> Outcome:
    """How far `node` is from `want`."""
    if hasattr(want, "meet"):
        outcome: Outcome = want.meet(node, context)
        return outcome
    if isinstance(want, dict):
        return _mapping(node, want, context)
    if isinstance(want, list | tuple):
        return _unordered(node, list(want), context)
    text = context.fill(_text(want))
    if node is None:
        return _missing(context, f"must be {shown(text)}")
    if not isinstance(node.value, str) or not _same(node.value, text):
        return Outcome([Wrong(node, f"{context.path} is {shown(node)}, must be {shown(text)}")], _all(node))
    return Outcome([], [node])


def fits(node: Node | None, want: Want, context: Context) -> bool:
    """Whether `node` is what is wanted and nothing besides."""
    return node is not None and _cost(node, want, context) == 0


@dataclass(frozen=True, slots=True)
class Ordered:
    """A list whose order has a meaning."""

    wants: Sequence[Want]

    def meet(self, node: Node | None, context: Context) -> Outcome:
        """See `Matcher`."""
        if node is None:
            return _missing(context, "is missing")
        outcome = Outcome([], [node] if not node.parts else [])
        for number, want in enumerate(self.wants):
            child = node.parts[number] if number < len(node.parts) else None
            outcome.take(compare(child, want, context.below(node, number)))
        return outcome


@dataclass(frozen=True, slots=True)
class Among:
    """One of several wants."""

    wants: Sequence[Want]

    def meet(self, node: Node | None, context: Context) -> Outcome:
        """See `Matcher`."""
        outcomes = [compare(node, want, context) for want in self.wants]
        for outcome in outcomes:
            if not outcome.wrong:
                return outcome
        if node is None or not isinstance(node.value, str):
            return outcomes[0]
        named = ", ".join(shown(context.fill(_text(want))) for want in self.wants if not hasattr(want, "meet"))
        return Outcome([Wrong(node, f"{context.path} is {shown(node)}, must be one of {named}")], [node])


@dataclass(frozen=True, slots=True)
class Between:
    """A number from `low` to `high`."""

    low: float
    high: float
    unit: str = ""

    def meet(self, node: Node | None, context: Context) -> Outcome:
        """See `Matcher`."""
        words = f"must be {self.low:g} to {self.high:g} {self.unit}".rstrip()
        if node is None:
            return _missing(context, words)
        try:
            fits = self.low <= float(node.text) <= self.high
        except ValueError:
            fits = False
        return Outcome([] if fits else [Wrong(node, f"{context.path} is {shown(node)}, {words}")], _all(node))


@dataclass(frozen=True, slots=True)
class Default:
    """Absent, or what its absence means."""

    want: Want

    def meet(self, node: Node | None, context: Context) -> Outcome:
        """See `Matcher`."""
        return Outcome() if node is None else compare(node, self.want, context)


@dataclass(frozen=True, slots=True)
class Absent:
    """Not there, for a reason."""

    why: str = ""

    def meet(self, node: Node | None, context: Context) -> Outcome:
        """See `Matcher`."""
        if node is None:
            return Outcome()
        return Outcome(
            [Wrong(node, f"{context.path} must not be set" + (f": {self.why}" if self.why else ""))], _all(node)
        )


ABSENT = Absent()


@dataclass(frozen=True, slots=True)
class Optional:
    """Absent, or as wanted: either does no harm."""

    want: Want

    def meet(self, node: Node | None, context: Context) -> Outcome:
        """See `Matcher`."""
        return Outcome() if node is None else compare(node, self.want, context)


@dataclass(frozen=True, slots=True)
class Free:
    """Any value: nothing depends on it, for the reason that is given."""

    why: str

    def meet(self, node: Node | None, context: Context) -> Outcome:  # noqa: ARG002 - the protocol's
        """See `Matcher`."""
        return Outcome([], _all(node) if node is not None else [])


@dataclass(frozen=True, slots=True)
class Each:
    """A list of some items, each as wanted."""

    want: Want
    least: int = 1

    def meet(self, node: Node | None, context: Context) -> Outcome:
        """See `Matcher`."""
        if node is None or len(node.parts) < self.least:
            return _missing(context, f"must have {self.least} items or more")
        outcome = Outcome()
        for number, child in enumerate(node.parts):
            outcome.take(compare(child, self.want, context.below(node, number)))
        return outcome


@dataclass(frozen=True, slots=True)
class Pattern:
    """A regular expression that takes some texts and refuses others, whatever it looks like."""

    takes: Sequence[str]
    refuses: Sequence[str]

    def meet(self, node: Node | None, context: Context) -> Outcome:
        """See `Matcher`."""
        if node is None:
            return _missing(context, f"must refuse {', '.join(map(shown, self.refuses))}")
        try:
            expression = re.compile(node.text)
        except re.error:
            return Outcome([Wrong(node, f"{context.path} is no regular expression")], [node])
        wrong = [f"takes {shown(one)}" for one in self.refuses if expression.fullmatch(one)]
        wrong += [f"refuses {shown(one)}" for one in self.takes if not expression.fullmatch(one)]
        return Outcome([Wrong(node, f"{context.path} {', '.join(wrong)}")] if wrong else [], [node])


@dataclass(frozen=True, slots=True)
class Matches:
    """A text that fits a pattern, which `words` describe."""

    pattern: str
    words: str

    def meet(self, node: Node | None, context: Context) -> Outcome:
        """See `Matcher`."""
        if node is None:
            return _missing(context, f"must be {self.words}")
        fits = isinstance(node.value, str) and re.fullmatch(self.pattern, node.value) is not None
        wrong = [] if fits else [Wrong(node, f"{context.path} is {shown(node)}, must be {self.words}")]
        return Outcome(wrong, _all(node))


def shown(value: Node | str) -> str:
    """A value for a message, cut when it is long."""
    text = (
        value if isinstance(value, str) else value.text if isinstance(value.value, str) else json.dumps(value.plain())
    )
    text = text.replace("<", "").replace(">", "") or '""'
    return text if len(text) <= 120 else f"{text[:117]}…"


def _mapping(node: Node | None, want: dict[str, Want], context: Context) -> Outcome:
    if node is None:
        needed = [key for key, inner in want.items() if compare(None, inner, context).wrong]
        return (
            _missing(context, f"is missing ({', '.join(needed)})" if want else "is missing")
            if needed or not want
            else Outcome()
        )
    outcome = Outcome([], [] if node.children() else [node])
    if not isinstance(node.value, dict):
        return Outcome([Wrong(node, f"{context.path} is {shown(node)}, must be a mapping")], _all(node))
    for key, inner in want.items():
        outcome.take(compare(node.entries.get(key), inner, context.below(node, key)))
    return outcome


def _unordered(node: Node | None, wants: list[Want], context: Context) -> Outcome:
    if node is None:
        return _missing(context, "is missing") if wants else Outcome()
    # One item stands for a list of one in most of what CloudFormation takes.
    free = node.parts if isinstance(node.value, list) else [node]
    outcome = Outcome([], [] if node.children() else [node])
    free = list(free)
    rest: list[Want] = []
    for want in wants:
        # What fits wholly goes first, so that a near miss takes nobody's place.
        fits = next((one for one in free if _cost(one, want, context) == 0), None)
        if fits is None:
            rest.append(want)
            continue
        free.remove(fits)
        outcome.take(compare(fits, want, context.below(node, _label(fits))))
    for want in rest:
        near = min(free, key=lambda one: _cost(one, want, context), default=None)
        if near is None or not _alike(near, want, context):
            outcome.wrong.append(Wrong(node, f"{context.path} has no {_named(want, context)}"))
            continue
        free.remove(near)
        outcome.take(compare(near, want, context.below(node, _label(near))))
    return outcome


def _cost(node: Node, want: Want, context: Context) -> int:
    """0 when `node` is what is wanted and nothing besides."""
    outcome = compare(node, want, context)
    seen = {id(one) for one in outcome.seen}
    return 2 * len(outcome.wrong) + sum(id(leaf) not in seen for _, leaf in leaves(node))


def _alike(node: Node, want: Want, context: Context) -> bool:
    """Whether `node` is a changed form of what is wanted rather than something else."""
    if not isinstance(want, dict):
        return hasattr(want, "meet")
    shared = sum(not compare(node.entries.get(key), inner, context).wrong for key, inner in want.items())
    return 2 * shared >= len(want)


def _label(node: Node) -> str:
    for key in ("Id", "Name", "Header", "PathPattern", "AttributeName", "IndexName", "PolicyName", "EventType", "Key"):
        if key in node.entries:
            return shown(node.entries[key])
    return shown(node)[:40]


def _named(want: Want, context: Context) -> str:
    if isinstance(want, dict):
        return ", ".join(
            f"{key}={shown(context.fill(_text(inner)))}"
            for key, inner in list(want.items())[:3]
            if isinstance(inner, str | int | bool)
        ) or "item with " + ", ".join(want)
    return shown(context.fill(_text(want))) if not hasattr(want, "meet") else "such item"


def _missing(context: Context, words: str) -> Outcome:
    return Outcome(
        [
            Wrong(
                context.parent,
                f"{context.path} {words}" if words.startswith("is ") else f"{context.path} is missing: it {words}",
            )
        ]
    )


def _all(node: Node) -> list[Node]:
    found = [node]
    for child in node.children():
        found += _all(child)
    return found


def _text(want: Want) -> str:
    return str(want).lower() if isinstance(want, bool) else str(want)


def _same(left: str, right: str) -> bool:
    if left == right or (left.lower() == right and right in {"true", "false"}):
        return True
    try:
        return "e" not in (left + right).lower() and float(left) == float(right)
    except ValueError:
        return False

"""The shipped engine, run in this process: queries in, answers out, and every request seen.

An embedded V8 (the package `mini-racer`) has no network and no event loop. The engine needs neither: it asks for files
through one function, and here that function puts the request on a list. The host reads the list, supplies the bytes,
and JavaScript goes on until the next step of requests or the answer. So the number of steps in sequence is counted,
not guessed.
"""

from __future__ import annotations

import base64
import json
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING
from typing import Any
from typing import Self

from py_mini_racer import MiniRacer

from microsite.errors import SearchError

from .script import joined

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType

__all__ = ["Answer", "Host"]

#: What tests and measurements call by name.
_EXPOSED = "Engine, Trouble, words, stem, edits, marked, passage, parse"
#: What a browser has and the bare engine has not; and the list of requests.
_PRELUDE = """
globalThis.TextDecoder = class { decode(bytes) {
  let made = "";
  for (let low = 0; low < bytes.length; low += 8192) made += String.fromCharCode(...bytes.subarray(low, low + 8192));
  return decodeURIComponent(escape(made));
} };
"""
_HOST = """
const waiting = new Map();
let next = 0, done = null, engine = null;
const fetchBytes = (name, {fresh}) => new Promise((ok, no) => waiting.set(++next, {name, fresh, ok, no}));
const now = () => (globalThis.performance || Date).now();
const open = () => { engine = new Engine({fetchBytes, now}); };
const asked = () => JSON.stringify([...waiting].map(([id, {name, fresh}]) => [id, name, fresh]));
const supply = (id, base64) => {
  const {ok} = waiting.get(id);
  waiting.delete(id);
  ok(Uint8Array.from(atob64(base64)));
};
const refuse = (id, reason) => {
  const {no} = waiting.get(id);
  waiting.delete(id);
  no(new Trouble(reason));
};
const SIGNS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const CODE = new Map([...SIGNS].map((c, i) => [c.charCodeAt(0), i]));
const atob64 = (text) => {
  const size = text.length / 4 * 3 - (text.endsWith("==") ? 2 : text.endsWith("=") ? 1 : 0);
  const bytes = new Uint8Array(size);
  for (let i = 0, at = 0; at < size; i += 4) {
    const four = [0, 1, 2, 3].reduce((made, k) => made * 64 + (CODE.get(text.charCodeAt(i + k)) || 0), 0);
    bytes[at++] = four >> 16; bytes[at++] = four >> 8; bytes[at++] = four;
  }
  return bytes;
};
const start = (promise) => {
  done = null;
  promise.then(
    (answer) => { done = JSON.stringify({answer}); },
    (error) => { done = JSON.stringify({reason: error.reason || "unknown", error: String(error.stack || error)}); });
};
"""


@dataclass(frozen=True, slots=True)
class Answer:
    """What the engine said: its answer, or the reason why not; the files asked for, step by step."""

    value: dict[str, Any] | None
    reason: str
    error: str
    steps: tuple[tuple[str, ...], ...]


class Host:
    """One engine. `read(name, fresh)` gives the bytes of a file, or None when there is none (or raises OSError).

    Use as a context manager, or call `close`.
    """

    def __init__(self, read: Callable[[str, bool], bytes | None]) -> None:
        self._read = read
        self._context = MiniRacer()
        self._context.eval(_PRELUDE)
        self._context.eval(joined("engine.js", expose=_EXPOSED).decode())
        self._context.eval(_HOST)
        self.restart()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Give the engine's memory back."""
        self._context.close()

    def restart(self) -> None:
        """Forget everything, as a page that was just opened has."""
        self._context.eval("open()")

    def over(self, read: Callable[[str, bool], bytes | None]) -> None:
        """Read from elsewhere from now on, with an engine that knows nothing yet."""
        self._read = read
        self.restart()

    def call(self, function: str, *arguments: Any) -> Any:
        """One exposed function with JSON values."""
        listed = ", ".join(json.dumps(argument) for argument in arguments)
        return json.loads(str(self._context.eval(f"JSON.stringify({function}({listed}))")))

    def search(self, text: str, **options: Any) -> Answer:
        """One search."""
        return self.run(f"engine.search({json.dumps(text)}, {json.dumps(options)})")

    def warm(self) -> Answer:
        """What a focus on the search box does."""
        return self.run("engine.warm().then(() => ({}))")

    def everything(self) -> Answer:
        """Load all files."""
        return self.run("engine.everything()")

    def timed(self, text: str, repeats: int) -> tuple[float, float]:
        """`(ranking, whole answer)` of a search with all its files there, in milliseconds, the mean of `repeats`.

        The embedded engine's clock has whole milliseconds, which is no matter for a mean. Ranking is what comes
        between the posting lists and the best documents; the whole answer has parsing and snippets too.
        """
        loop = f"for (let n = 0; n < {repeats}; n++) rank += (await engine.answer({json.dumps(text)}, {{}})).took.ms;"
        begun = "let rank = 0; const begun = now();"
        answer = self.run(f"(async () => {{ {begun} {loop} return {{rank, whole: now() - begun}}; }})()")
        if answer.value is None:
            return math.nan, math.nan
        return answer.value["rank"] / repeats, answer.value["whole"] / repeats

    def run(self, promise: str) -> Answer:
        """A JavaScript expression that gives a promise, with all the files that it asks for."""
        steps: list[tuple[str, ...]] = []
        self._context.eval(f"start({promise})")
        while True:
            asked = json.loads(str(self._context.eval("asked()")))
            if not asked:
                break
            steps.append(tuple(name for _, name, _ in asked))
            for number, name, fresh in asked:
                self._supply(number, name, fresh=fresh)
        said = self._context.eval("done")
        if said is None:
            msg = "the engine neither answered nor asked for a file"
            raise SearchError(msg)
        value = json.loads(str(said))
        return Answer(value.get("answer"), value.get("reason", ""), value.get("error", ""), tuple(steps))

    def _supply(self, number: int, name: str, *, fresh: bool) -> None:
        try:
            content = self._read(name, fresh)
        except OSError:
            self._context.eval(f'refuse({number}, "offline")')
            return
        if content is None:
            self._context.eval(f'refuse({number}, "missing")')
            return
        self._context.eval(f'supply({number}, "{_base64(content)}")')


def _base64(content: bytes) -> str:
    return base64.b64encode(content).decode()

"""CloudFront Functions in a real JavaScript engine (V8): the function's text and an event in, its answer out.

What the service gives a function (runtime cloudfront-js-2.0) and what it refuses afterwards:
https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/functions-javascript-runtime-20.html and
…/cloudfront-function-restrictions-all.html. Not here: its limit of CPU, and what V8 knows beyond its engine.
"""

from __future__ import annotations

import json
import re
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING
from typing import Any

from py_mini_racer import MiniRacer

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Mapping

__all__ = ["EdgeFailed", "EdgeFunction"]

#: The service's limit for the text of a function, in bytes.
MOST_BYTES = 10_240
_IMPORT = re.compile(r"^\s*import\s+cf\s+from\s+['\"]cloudfront['\"]\s*;?", re.MULTILINE)
#: The store is handed in with each event: what it holds may have changed at any time.
_FRAME = """
let values = {}, out = null, wrong = null;
const cf = {kvs: () => ({
  get: async (key, options) => {
    if (!Object.hasOwn(values, key)) throw new Error('KeyNotFound');
    return options && options.format === 'json' ? JSON.parse(values[key]) : values[key];
  },
  exists: async (key) => Object.hasOwn(values, key),
})};
const run = (text) => {
  const told = JSON.parse(text);
  values = told.values; out = wrong = null;
  Promise.resolve().then(() => handler(told.event)).then(
    (answer) => { out = JSON.stringify(answer); },
    (error) => { wrong = String(error && error.stack || error); });
};
const answer = () => JSON.stringify([out, wrong]);
"""
#: Headers that a viewer-request function may not touch.
_READ_ONLY = ("content-length", "host", "transfer-encoding", "via")


class EdgeFailed(RuntimeError):  # noqa: N818 - a sentence
    """The function threw, or gave something that the service would refuse: visitors would see a 502 or 503."""


class EdgeFunction:
    """One function, ready to be called from any thread."""

    def __init__(self, code: str, values: Callable[[], Mapping[str, str]] = dict) -> None:
        if len(code.encode()) > MOST_BYTES:
            msg = f"the function has {len(code.encode())} bytes, of {MOST_BYTES}"
            raise EdgeFailed(msg)
        self._values = values
        # A thread of its own: the engine ties itself to an event loop that it finds running, such as Playwright's.
        self._thread = ThreadPoolExecutor(1, "edge")
        self._engine = self._thread.submit(MiniRacer).result()
        self._thread.submit(self._engine.eval, _FRAME + _IMPORT.sub("", code)).result()

    def __call__(self, event: Mapping[str, Any]) -> dict[str, Any]:
        """The request or the response that the function gives back. Raises EdgeFailed."""
        out, wrong = self._thread.submit(
            self._run, json.dumps({"event": event, "values": dict(self._values())})
        ).result()
        if wrong is not None or out is None:
            msg = f"the function failed: {wrong or 'it never answered'}"
            raise EdgeFailed(msg)
        answer: dict[str, Any] = json.loads(out)
        self._valid(event, answer)
        return answer

    def _run(self, told: str) -> tuple[str | None, str | None]:
        self._engine.eval(f"run({json.dumps(told)})")
        out, wrong = json.loads(str(self._engine.eval("answer()")))
        return out, wrong

    @staticmethod
    def _valid(event: Mapping[str, Any], answer: Mapping[str, Any]) -> None:
        if "statusCode" in answer:
            body = answer.get("body") or ""
            text = body if isinstance(body, str) else str(body.get("data", ""))
            if not isinstance(answer["statusCode"], int) or len(text) > 40_960:
                msg = f"the service would refuse this response: {str(answer)[:200]}"
                raise EdgeFailed(msg)
            return
        uri = answer.get("uri")
        if not isinstance(uri, str) or not uri.startswith("/") or any(ord(letter) <= 32 for letter in uri):
            msg = f"the service would refuse this address: {uri!r}"
            raise EdgeFailed(msg)
        before, after = event["request"]["headers"], answer.get("headers", {})
        for name in _READ_ONLY:
            if before.get(name) != after.get(name):
                msg = f"a function may not change the header {name}"
                raise EdgeFailed(msg)

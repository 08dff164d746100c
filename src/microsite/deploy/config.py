"""The parameters of one environment: read from TOML, checked by the schema, completed by the stack's outputs.

In: `infra/parameters/NAME.toml`. Out: `Config`, and with what the account says of itself a `Target`. Every mistake is
named with file, line, key and what belongs there; what belongs there stands in `infra/parameters/schema.json`, which is
the only home of keys, limits, defaults and their words.
"""

from __future__ import annotations

import difflib
import json
import re
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from typing import Any
from typing import NamedTuple

import jsonschema

from microsite.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Iterator
    from collections.abc import Mapping

    from jsonschema.exceptions import ValidationError

__all__ = ["SCHEMA", "Config", "Target", "load", "mistakes", "read_schema", "resolve"]

#: From the project's folder.
SCHEMA = Path("infra/parameters/schema.json")
#: Setting → the stack's output that it comes from when it is empty.
_OUTPUTS = {"bucket": "SiteBucket", "key_value_store": "KeyValueStoreArn", "distribution_url": "DistributionUrl"}
_TYPES = {"string": "text in quotes", "integer": "a whole number without quotes", "object": "a table, [such] as this"}


@dataclass(frozen=True, slots=True)
class Config:
    """A parameters file as it stands; the schema explains each key."""

    path: Path
    name: str
    region: str
    account: str
    stack: str
    artifacts: str
    url: str
    bucket: str
    key_value_store: str
    distribution_url: str
    preview_domain: str
    keep: int
    keep_days: int
    max_delete: int
    parallel: int
    parameters: Mapping[str, str]


class Target(NamedTuple):
    """Where a release goes."""

    config: Config
    bucket: str
    #: ARN of the KeyValueStore.
    key_value_store: str
    #: Where `verify` asks; no slash at the end.
    distribution_url: str
    #: Outputs of the stack; empty when nobody asked for them or there is no stack yet.
    outputs: Mapping[str, str]


def load(path: Path) -> Config:
    """Read and check a parameters file; raises ConfigError with all of its mistakes."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError as error:
        near = sorted(one.name for one in path.parent.glob("*.toml")) if path.parent.is_dir() else []
        known = f"there are {', '.join(near)}" if near else "copy infra/parameters/example.toml"
        msg = f"{path}: there is no such file"
        raise ConfigError(msg, path=path, fix=f"--config names a file of parameters; {known}") from error
    except (OSError, UnicodeDecodeError) as error:
        reason = "it is not UTF-8 text" if isinstance(error, UnicodeDecodeError) else error.strerror
        msg = f"{path}: it cannot be read: {reason}"
        raise ConfigError(msg, path=path, fix="--config names a readable TOML file") from error
    schema = read_schema(path)
    found = mistakes(text, schema, str(path))
    if found:
        raise ConfigError("\n".join(found), path=path, fix="infra/parameters/schema.json explains every key")
    data = tomllib.loads(text)
    filled = {
        section: {
            **{key: one["default"] for key, one in about.get("properties", {}).items() if "default" in one},
            **data.get(section, {}),
        }
        for section, about in schema["properties"].items()
    }
    site = {key: value.rstrip("/") if key.endswith("url") else value for key, value in filled["site"].items()}
    return Config(
        path=path, **filled["environment"], **site, **filled["release"], parameters=dict(filled["parameters"])
    )


def read_schema(path: Path) -> dict[str, Any]:
    """The schema beside `path`, in the project of this folder, or in the one that this code is part of."""
    places = (path.parent / SCHEMA.name, SCHEMA, Path(__file__).parents[3] / SCHEMA)
    # A file of this name beside the parameters may be about something else.
    found = next(
        (one for one in places if one.is_file() and '"key_value_store"' in one.read_text("utf-8", "replace")), None
    )
    if found is None:
        msg = f"{SCHEMA} is not here"
        raise ConfigError(msg, path=SCHEMA, fix="run this in the project's folder")
    try:
        schema: dict[str, Any] = json.loads(found.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        msg = f"{found}: it cannot be read: {error}"
        raise ConfigError(msg, path=found, fix="restore it: `git checkout -- infra/parameters/schema.json`") from error
    return schema


def mistakes(text: str, schema: Mapping[str, Any], name: str) -> list[str]:
    """Every mistake of a parameters file as `file:line: key: what is wrong (what to do)`, in order of lines."""
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        # `tomllib` says the place at the end of its message.
        place = re.search(r"\(at (?:line (\d+), column (\d+)|end of document)\)", str(error))
        line = int(place[1]) if place and place[1] else text.count("\n") + 1
        return [f'{name}:{line}: this is not TOML: {str(error).partition(" (at")[0].lower()} (write `key = "value"`)']
    lines = text.splitlines()
    found = {
        (_line(lines, (*error.absolute_path, *more)), words)
        for error in jsonschema.Draft202012Validator(dict(schema)).iter_errors(data)
        for more, words in _said(error)
    }
    return [f"{name}:{line}: {words}" for line, words in sorted(found)]


def _said(error: ValidationError) -> Iterator[tuple[tuple[str, ...], str]]:
    """A violation in our words: keys below its own place to point at, and the sentence."""
    at = ".".join(map(str, error.absolute_path))
    about: Mapping[str, Any] = error.schema if isinstance(error.schema, dict) else {}
    value: Any = error.instance
    if error.validator == "required":
        for key in list(about["required"]):
            if key not in value:
                one = about["properties"][key]
                belongs = f"it is {one['says']}" if "says" in one else _lower(one["description"])
                yield (), f"{at + '.' if at else ''}{key} is missing ({belongs})"
    elif error.validator == "additionalProperties":
        known = list(about["properties"])
        for key in value:
            if key not in known:
                near = difflib.get_close_matches(key.lower(), known, n=1)
                fix = f"did you mean {near[0]}?" if near else f"there are {', '.join(known)}"
                yield (key,), f"{at + '.' if at else ''}{key} is not known ({fix})"
    elif error.validator in {"not", "pattern"} and list(error.absolute_schema_path)[-2:-1] == ["propertyNames"]:
        fix = "the release sets it itself: leave it out" if error.validator == "not" else "letters and digits only"
        yield (value,), f"{at}.{value} cannot be set here ({fix})"
    else:
        wanted = about.get("says") or _TYPES.get(str(about.get("type")), error.message)
        yield (), f"{at} is {_shown(value)} (write {wanted})"


def _shown(value: object) -> str:
    """A value as it stands in the file; long ones are cut."""
    if isinstance(value, bool):
        return str(value).lower()
    written = json.dumps(value, ensure_ascii=False) if isinstance(value, str | int | float) else f"a {_kind(value)}"
    return written if len(written) <= 60 else written[:57] + '…"'


def _kind(value: object) -> str:
    return "table" if isinstance(value, dict) else "list" if isinstance(value, list) else type(value).__name__


def _lower(sentence: str) -> str:
    return sentence[:1].lower() + sentence[1:].rstrip(".")


def _line(lines: list[str], path: tuple[Any, ...]) -> int:
    """Line of the key at `path`, else of the table that it belongs to, else 1; `tomllib` tells no lines."""
    section, best = "", 1
    wanted = ".".join(map(str, path))
    for number, line in enumerate(lines, 1):
        head = re.match(r"\s*\[\s*([^\[\]]+?)\s*\]", line)
        key = re.match(r"\s*([A-Za-z0-9_.\"'-]+)\s*=", line)
        if head:
            section = head[1]
        here = section if head else f"{section}.{key[1]}".strip(".") if key else ""
        here = here.replace('"', "").replace("'", "")
        if here and here == wanted:
            return number
        if head and here and wanted.startswith(here + "."):
            best = number
    return best


def resolve(
    config: Config,
    caller: Callable[[], tuple[str, str]],
    outputs: Callable[[str], Mapping[str, str] | None],
    *,
    first: bool = False,
) -> Target:
    """Where the release goes, after the account is known to be the right one.

    `caller` tells account and ARN of who asks; `outputs` a stack's outputs, None when there is no such stack; it is
    asked only when the file leaves something to the stack. With `first` a missing stack is fine (it is about to be
    made) and what it would tell stays empty. Raises ConfigError.
    """
    account, arn = caller()
    path = config.path
    if account != config.account:
        msg = f"{path}: environment.account is {config.account}, but the keys in use are of account {account} ({arn})"
        fix = f"use keys of account {config.account} (AWS_PROFILE), or correct the file; nothing was changed"
        raise ConfigError(msg, path=path, key="environment.account", fix=fix)
    named = {key: str(getattr(config, key)) for key in _OUTPUTS}
    told: Mapping[str, str] | None = {}
    if not all(named.values()):
        told = outputs(config.stack)
    if told is None and not first:
        msg = f"{path}: the stack {config.stack} is not in account {account}, region {config.region}"
        fix = "correct environment.stack, or install it: infra/RUNBOOK.md, first install"
        raise ConfigError(msg, path=path, key="environment.stack", fix=fix)
    for key, output in _OUTPUTS.items():
        named[key] = named[key] or (told or {}).get(output, "")
        if not named[key] and told is not None and not first:
            msg = f"{path}: the stack {config.stack} has no output {output}, which site.{key} comes from"
            fix = f"set site.{key}, or bring the stack up to date with infra/template.yml"
            raise ConfigError(msg, path=path, key=f"site.{key}", fix=fix)
    named["distribution_url"] = named["distribution_url"].rstrip("/")
    return Target(config, **named, outputs=told or {})

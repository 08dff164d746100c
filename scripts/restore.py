"""Copy what is missing from a restored table into the live one. See "Restore from a backup" in infra/RUNBOOK.md.

In: two DynamoDB tables, the restored one and the live one; for a vault also the live table of leads. Out: what is, or
with `--yes` was, copied. An item is written only if none stands under its id (a condition of the write itself), so
nothing newer is ever overwritten. Left out: a lead of a person who was erased since (the mark `stop/<person>` in the
live table says `erased`) and the key that names it, what is over by now (`ttl`), and in a vault what no lead names.

    .venv/bin/python scripts/restore.py --source STACK-restored --target STACK-leads [--leads STACK-leads] [--yes]
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from typing import TYPE_CHECKING
from typing import Any

import boto3
from botocore.exceptions import BotoCoreError
from botocore.exceptions import ClientError

from forms.lead import from_json

if TYPE_CHECKING:
    from collections.abc import Iterable
    from collections.abc import Iterator

__all__ = ["chosen", "main", "named_answers"]

Item = dict[str, Any]
_MARK = "#mark/stop/"
_KEY = "#key/"


def chosen(source: Iterable[Item], target: Iterable[Item], *, now: float) -> Iterator[tuple[Item, str]]:
    """Each item of `source` with why it stays out: `there`, `erased`, `over`, or "" for what is to be copied.

    Items are as DynamoDB's API gives them. Reads `target` whole before the first answer.
    """
    there: set[str] = set()
    erased: set[str] = set()
    for item in target:
        there.add(item["id"]["S"])
        if item["id"]["S"].startswith(_MARK) and item.get("value", {}).get("S") == "erased":
            erased.add(item["id"]["S"].removeprefix(_MARK))
    items = list(source)
    gone = {item["id"]["S"] for item in items if item.get("person", {}).get("S") in erased}
    for item in items:
        name = item["id"]["S"]
        ends = float(item.get("ttl", {}).get("N", "inf"))
        forgotten = name in gone or (name.startswith(_KEY) and item.get("lead", {}).get("S") in gone)
        yield item, "there" if name in there else "erased" if forgotten else "over" if ends <= now else ""


def named_answers(leads: Iterable[Item]) -> set[str]:
    """Keys of the vault that a lead names."""
    return {from_json(item["body"]["S"]).vault for item in leads if "body" in item} - {""}


def main(arguments: list[str] | None = None) -> int:
    """Say what is missing, or copy it; 0, or 1 with the reason on standard error."""
    parser = argparse.ArgumentParser(description="Copy what is missing from a restored table into the live one.")
    parser.add_argument("--source", required=True, help="the restored table")
    parser.add_argument("--target", required=True, help="the live table")
    parser.add_argument("--leads", help="the live table of leads, when the two are vaults")
    parser.add_argument("--yes", action="store_true", help="copy; else only say what would be")
    told = parser.parse_args(arguments)
    if told.source == told.target:
        parser.error("--source and --target are the same table")
    client = boto3.client("dynamodb")
    try:
        counts = _copy(client, told)
    except (ClientError, BotoCoreError) as error:
        sys.stderr.write(f"not finished: {error}\nRun it again: what was copied stays and is not copied twice.\n")
        return 1
    words = {
        "": "copied" if told.yes else "to copy (say --yes)",
        "there": "there already",
        "erased": "of people who were erased since, left out",
        "over": "over by now, left out",
        "unnamed": "named by no lead, left out",
    }
    for why, text in words.items():
        if counts[why] or not why:
            sys.stdout.write(f"{counts[why]:>9,}  {text}\n")
    if not told.yes and counts["waiting"]:
        sys.stdout.write(f"{counts['waiting']:>9,}  of those to copy have mail that waits; it will be sent\n")
    return 0


def _copy(client: Any, told: argparse.Namespace) -> Counter[str]:
    named = named_answers(_items(client, told.leads)) if told.leads else None
    counts: Counter[str] = Counter()
    for item, reason in chosen(_items(client, told.source), _items(client, told.target), now=time.time()):
        why = "unnamed" if not reason and named is not None and item["id"]["S"] not in named else reason
        if not why and told.yes:
            try:
                client.put_item(TableName=told.target, Item=item, ConditionExpression="attribute_not_exists(id)")
            except client.exceptions.ConditionalCheckFailedException:
                why = "there"  # written in this moment
        counts[why] += 1
        counts["waiting"] += not why and "due" in item
    return counts


def _items(client: Any, table: str) -> Iterator[Item]:
    for page in client.get_paginator("scan").paginate(TableName=table, ConsistentRead=True):
        yield from page["Items"]


if __name__ == "__main__":
    sys.exit(main())

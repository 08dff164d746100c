"""One DynamoDB table: its calls, its values on the wire, and what it must look like.

In: a `Client`. Out: items as plain dicts. `definition` and `vault_definition` are the tables' one home: emulators are
set up from them, and a test holds the template against them. https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/
"""

from __future__ import annotations

import json

from .errors import CallError
from .errors import StoreError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from collections.abc import Mapping
    from collections.abc import Sequence
    from typing import Any

    from .cloud import Client

    #: Attribute name → text or number. Numbers are `float`; texts are `str`.
    Item = dict[str, str | float]

__all__ = ["BINS", "TTL", "Table", "Taken", "definition", "vault_definition"]

#: Attribute with the second (since 1970) after which DynamoDB deletes an item by itself, within days.
TTL = "ttl"
#: Parts of an index over all leads. A partition takes 1,000 writes a second and a submission makes four in the index on
#: `due` (queued, claimed, sent), so 1,000 submissions a second need four parts; sixteen leave room for uneven ones.
BINS = tuple(f"{number:x}" for number in range(16))
#: Expression → its names. The expressions are texts of this program, a dozen of them.
_named: dict[str, dict[str, str]] = {}
#: The most keys that BatchGetItem takes.
_BATCH = 100
#: Bytes. DynamoDB takes 400 KB an item, names included.
_LARGEST = 390_000


class Taken(Exception):  # noqa: N818 - an answer, not a failure
    """A condition did not hold."""

    def __init__(self, item: Item | None, *, uncertain: bool) -> None:
        super().__init__()
        #: The item that stands there, as far as the service said so.
        self.item = item
        #: Whether an earlier try of the same call, whose answer was lost, may be the reason.
        self.uncertain = uncertain


class Table:
    """The table `name`, hash key `id`."""

    def __init__(self, name: str, client: Client) -> None:
        self.name = name
        self._client = client

    def get(self, item_id: str) -> Item | None:
        """The item as the last finished write left it."""
        answer = self._ask("GetItem", {"Key": {"id": {"S": item_id}}, "ConsistentRead": True})
        return _plain(answer["Item"]) if answer.get("Item") else None

    def get_all(self, ids: Sequence[str]) -> dict[str, Item]:
        """Those of the items that are there, by id; consistent."""
        found: dict[str, Item] = {}
        unique = list(dict.fromkeys(ids))  # a key named twice is refused
        for start in range(0, len(unique), _BATCH):
            keys: list[Any] = [{"id": {"S": one}} for one in unique[start : start + _BATCH]]
            turn = 0
            while keys:
                wanted = {self.name: {"Keys": keys, "ConsistentRead": True}}
                answer = self._ask("BatchGetItem", {"RequestItems": wanted}, named=False)
                for item in answer.get("Responses", {}).get(self.name, ()):
                    plain = _plain(item)
                    found[str(plain["id"])] = plain
                keys = answer.get("UnprocessedKeys", {}).get(self.name, {}).get("Keys", [])
                if keys:
                    if turn == 8:
                        msg = "dynamodb: BatchGetItem keeps leaving items out: the table is too busy"
                        raise StoreError(msg)
                    self._client.pause(turn)
                    turn += 1
        return found

    def put(self, item: Item, condition: str = "", **values: str | float) -> None:
        """Write `item` whole if `condition` holds; raises `Taken` when it does not.

        In a condition `#name` is an attribute and `:name` one of `values`.
        """
        size = sum(len(name) + len(str(value).encode()) for name, value in item.items())
        if size > _LARGEST:
            msg = f"dynamodb: a record of {size:,} bytes is too large: an item may have 400 KB"
            raise StoreError(msg)
        self._change("PutItem", {"Item": _wire(item)}, condition, values)

    def update(self, item_id: str, expression: str, condition: str, **values: str | float) -> None:
        """Change some attributes if `condition` holds; raises `Taken` when it does not."""
        question = {"Key": {"id": {"S": item_id}}, "UpdateExpression": expression}
        self._change("UpdateItem", question, condition, values)

    def delete(self, item_id: str, condition: str = "", **values: str | float) -> None:
        """Delete an item if `condition` holds; raises `Taken` when it does not."""
        self._change("DeleteItem", {"Key": {"id": {"S": item_id}}}, condition, values)

    def query(self, index: str, condition: str, *, page: int, **values: str | float) -> Iterator[Item]:
        """The keys that an index holds under `condition`, in its order; pages of `page` are read as they are needed."""
        start: Any = None
        while True:
            question: dict[str, Any] = {
                "IndexName": index,
                "KeyConditionExpression": condition,
                "ExpressionAttributeNames": _names(condition),
                "ExpressionAttributeValues": {f":{name}": value for name, value in _wire(values).items()},
                "Limit": page,
            }
            if start:
                question["ExclusiveStartKey"] = start
            answer = self._ask("Query", question)
            yield from map(_plain, answer.get("Items", ()))
            start = answer.get("LastEvaluatedKey")
            if not start:
                return

    def close(self) -> None:
        """Let go of the connections."""
        self._client.close()

    def _change(self, verb: str, question: dict[str, Any], condition: str, values: Mapping[str, str | float]) -> None:
        names = _names(f"{condition} {question.get('UpdateExpression', '')}")
        if condition:
            # The item in the way comes with the refusal and saves a read. An emulator that does not know this
            # parameter leaves the item out: then it is read.
            question |= {"ConditionExpression": condition, "ReturnValuesOnConditionCheckFailure": "ALL_OLD"}
        if names:
            question["ExpressionAttributeNames"] = names
        if values:
            question["ExpressionAttributeValues"] = {f":{name}": value for name, value in _wire(values).items()}
        self._ask(verb, question)

    def _ask(self, verb: str, question: dict[str, Any], *, named: bool = True) -> Any:
        if named:
            question["TableName"] = self.name
        try:
            return self._client.ask(f"DynamoDB_20120810.{verb}", question)
        except CallError as error:
            if error.code == "ConditionalCheckFailedException":
                item = json.loads(error.body).get("Item")
                raise Taken(_plain(item) if item else None, uncertain=error.uncertain) from error
            if error.code == "ResourceNotFoundException":
                msg = f"dynamodb: there is no table {self.name} in {self._client.region}"
                raise StoreError(msg) from error
            msg = f"dynamodb: {verb}: {error}"
            raise StoreError(msg) from error


def definition(name: str) -> dict[str, Any]:
    """What `CreateTable` is told for the table of leads; the attribute `TTL` is turned on by a call of its own.

    Indexes hold keys only: an address stands in one place, and a change of a lead costs the indexes nothing unless it
    changes when the lead is due. Items without the attribute are not in an index.
    """
    return {
        **_table(name),
        "AttributeDefinitions": [
            {"AttributeName": name, "AttributeType": kind}
            for name, kind in (
                ("id", "S"), ("bin", "S"), ("due", "N"), ("created", "N"), ("until", "N"), ("person", "S"),
            )
        ],
        "GlobalSecondaryIndexes": [
            _index("due", "bin", "due"),
            _index("created", "bin", "created"),
            _index("until", "bin", "until"),
            _index("person", "person", "created"),
        ],
        # The notifier is told which item changed and reads it: what a visitor wrote does not travel.
        "StreamSpecification": {"StreamEnabled": True, "StreamViewType": "KEYS_ONLY"},
    }  # fmt: skip


def vault_definition(name: str) -> dict[str, Any]:
    """The same for the table of sensitive answers. Its key (KMS) is the template's business."""
    return {**_table(name), "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}]}


def _table(name: str) -> dict[str, Any]:
    return {
        "TableName": name,
        "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
        "BillingMode": "PAY_PER_REQUEST",
    }


def _index(name: str, hash_key: str, range_key: str) -> dict[str, Any]:
    schema = [{"AttributeName": hash_key, "KeyType": "HASH"}, {"AttributeName": range_key, "KeyType": "RANGE"}]
    return {"IndexName": name, "KeySchema": schema, "Projection": {"ProjectionType": "KEYS_ONLY"}}


def _names(expression: str) -> dict[str, str]:
    """`#due` → `due` for each name in an expression: half of ours are reserved words."""
    names = _named.get(expression)
    if names is None:
        words = "".join(one if one.isalnum() or one == "#" else " " for one in expression).split()
        names = _named[expression] = {word: word[1:] for word in words if word[0] == "#"}
    return names


def _wire(item: Mapping[str, str | float]) -> dict[str, dict[str, str]]:
    return {name: {"S": value} if isinstance(value, str) else {"N": repr(value)} for name, value in item.items()}


def _plain(item: Mapping[str, Mapping[str, str]]) -> Item:
    return {name: float(value["N"]) if "N" in value else value.get("S", "") for name, value in item.items()}

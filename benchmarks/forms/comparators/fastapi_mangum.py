"""FastAPI, Mangum and boto3: the usual framework way."""

# mypy: ignore-errors
# (they are installed into a folder of their own, when the benchmark runs)

# FastAPI reads annotations at run time: no `from __future__ import annotations` here.
import hashlib
import json
import os
import time
import uuid
from contextlib import suppress
from typing import Annotated
from typing import Any

import boto3
from fastapi import FastAPI
from fastapi import Form
from fastapi import Request
from fastapi.responses import RedirectResponse
from mangum import Mangum
from pydantic import BaseModel
from pydantic import EmailStr
from pydantic import Field

_client = boto3.client("dynamodb")
app = FastAPI()


class Message(BaseModel):
    """The form."""

    name: str = Field(min_length=1, max_length=100)
    email: EmailStr
    message: str = Field(min_length=1, max_length=5000)
    consent: str


@app.post("/api/forms/contact")
def contact(sent: Annotated[Message, Form()], request: Request) -> RedirectResponse:
    """Meter the sender, put the message into the table once, answer 303."""
    key = hashlib.sha256(json.dumps([sent.name, sent.email, sent.message]).encode()).hexdigest()
    lead = str(uuid.uuid4())
    if "ONE_PUT" not in os.environ:
        now = time.time()
        for meter in (request.client.host, "network"):
            _put({"id": {"S": f"#meter/{meter}"}, "full": {"N": str(now + 60)}, "ttl": {"N": str(int(now) + 3600)}})
        _put({"id": {"S": f"#key/{key}"}, "lead": {"S": lead}})
        keys = [{"id": {"S": f"#key/{key}-{step}"}} for step in (-1, 1)]
        _client.batch_get_item(RequestItems={"leads": {"Keys": keys, "ConsistentRead": True}})
    _put({"id": {"S": lead}, "key": {"S": key}, "body": {"S": sent.model_dump_json()}})
    return RedirectResponse("/contact/thanks/", 303)


def _put(item: dict[str, Any]) -> None:
    with suppress(_client.exceptions.ConditionalCheckFailedException):
        _client.put_item(TableName="leads", Item=item, ConditionExpression="attribute_not_exists(id)")


handler = Mangum(app, lifespan="off")

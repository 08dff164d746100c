"""FastAPI, Mangum and boto3: the usual framework way."""

# mypy: ignore-errors
# (they are installed into a folder of their own, when the benchmark runs)

# FastAPI reads annotations at run time: no `from __future__ import annotations` here.
import hashlib
import json
import uuid
from contextlib import suppress
from typing import Annotated

import boto3
from fastapi import FastAPI
from fastapi import Form
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
def contact(sent: Annotated[Message, Form()]) -> RedirectResponse:
    """Put the message into the table once, answer 303."""
    key = hashlib.sha256(json.dumps([sent.name, sent.email, sent.message]).encode()).hexdigest()
    item = {"id": {"S": key}, "lead": {"S": str(uuid.uuid4())}, "body": {"S": sent.model_dump_json()}}
    with suppress(_client.exceptions.ConditionalCheckFailedException):
        _client.put_item(TableName="leads", Item=item, ConditionExpression="attribute_not_exists(id)")
    return RedirectResponse("/contact/thanks/", 303)


handler = Mangum(app, lifespan="off")

"""What each function does on AWS: the calls of its code, as recorded while every kind of event ran at an emulator.

A test (`tests/infra/test_needs.py`) records them anew and holds this table equal, so a role that is held against the
table lets the code do what it does and nothing else. What Lambda itself does in a function's name (logs, reading the
stream and the queue) is no call of the code; the assertions add it.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import Final
from typing import NamedTuple

__all__ = ["NEEDS", "Need"]


class Need(NamedTuple):
    """An action of IAM, and on what: `leads`, `leads/index/NAME`, `vault`, `book`, `secrets`, `mail`."""

    action: str
    place: str


def _needs(**actions: tuple[str, ...]) -> frozenset[Need]:
    """`dynamodb_GetItem=("leads",)` → the needs."""
    return frozenset(Need(name.replace("_", ":", 1), place) for name, places in actions.items() for place in places)


#: Function → what it calls.
NEEDS: Final = MappingProxyType(
    {
        "http": _needs(
            dynamodb_BatchGetItem=("leads",),
            dynamodb_DeleteItem=("leads", "vault"),
            dynamodb_GetItem=("leads",),
            dynamodb_PutItem=("leads", "vault"),
            dynamodb_Query=("leads/index/person",),
            dynamodb_UpdateItem=("leads",),
            s3_GetObject=("book",),
            ssm_GetParameter=("secrets",),
        ),
        "notify": _needs(
            dynamodb_GetItem=("leads",),
            dynamodb_PutItem=("leads",),
            ses_SendEmail=("mail",),
            ses_SendRawEmail=("mail",),
            ssm_GetParameter=("secrets",),
        ),
        "sweep": _needs(
            dynamodb_BatchGetItem=("leads",),
            dynamodb_DeleteItem=("leads",),
            dynamodb_GetItem=("leads",),
            dynamodb_PutItem=("leads",),
            # By person: the release has its canary erased.
            dynamodb_Query=("leads/index/due", "leads/index/person", "leads/index/until"),
            ses_SendEmail=("mail",),
            ses_SendRawEmail=("mail",),
            ssm_GetParameter=("secrets",),
        ),
        "feedback": _needs(
            dynamodb_DeleteItem=("leads",),
            dynamodb_GetItem=("leads",),
            dynamodb_PutItem=("leads",),
            ssm_GetParameter=("secrets",),
        ),
    }
)

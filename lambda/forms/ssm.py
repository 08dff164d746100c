"""Secrets from Systems Manager's Parameter Store: a SecureString, decrypted for us, in hex, newest first, by commas.

A new secret goes in front of the old one in the same value; `aws` reads it anew every five minutes.
https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_GetParameter.html
"""

from __future__ import annotations

from .errors import CallError
from .errors import SettingsError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .cloud import Client

__all__ = ["read_parameter"]


def read_parameter(client: Client, name: str) -> str:
    """The decrypted value of the parameter `name`; raises `SettingsError`, which never holds the value."""
    try:
        answer = client.ask("AmazonSSM.GetParameter", {"Name": name, "WithDecryption": True}, version="1.1")
        return str(answer["Parameter"]["Value"])
    except CallError as error:
        fix = {
            "ParameterNotFound": "make it, or mend the name",
            "AccessDeniedException": "the function's role needs ssm:GetParameter on it, and kms:Decrypt on its key",
        }.get(error.code, "try again")
        msg = f"the parameter {name} cannot be read: {error} ({fix})"
        raise SettingsError(msg) from error
    except (KeyError, TypeError) as error:
        msg = f"the parameter {name} cannot be read: the answer has no value"
        raise SettingsError(msg) from error

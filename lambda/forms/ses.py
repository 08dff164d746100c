"""`Mailer` on Amazon SES (API v2): the finished message as it is, tagged with its job's id.

SES delivers a second letter with the same id a second time: it has no idempotency key. So `MailError.uncertain` tells
the two kinds of failure apart: surely not sent, or handed over without an answer. `notify` waits with the latter for
the event that SES publishes, which carries the tag (see `feedback`).
https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_SendEmail.html
"""

from __future__ import annotations

import json
from binascii import b2a_base64

from .errors import CallError
from .errors import MailError
from .letter import to_bytes
from .notify import LEASE
from .notify import UNSURE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .cloud import Client
    from .letter import Letter

__all__ = ["SesMailer"]


class SesMailer:
    """Sends through `client`; `config_set` names the configuration set that publishes events, "" for none."""

    def __init__(self, client: Client, *, config_set: str = "") -> None:
        self._client = client
        self._config_set = config_set
        #: Seconds for which a claim on a mail holds (see `notify`): with a configuration set, until its report came.
        self.lease = UNSURE if config_set else LEASE

    def send(self, letter: Letter) -> None:
        """Hand the letter to SES; raises `MailError`, whose words name SES's code and nobody's address."""
        # The message says itself whom it is from; `FromEmailAddress` beside it would drop the display name.
        question: dict[str, object] = {
            "Destination": {"ToAddresses": [letter.to]},
            "Content": {"Raw": {"Data": b2a_base64(to_bytes(letter), newline=False).decode()}},
            # An id of ours, made at random: SES keeps tags and publishes them with its events.
            "EmailTags": [{"Name": "job", "Value": letter.id}],
        }
        if self._config_set:
            question["ConfigurationSetName"] = self._config_set
        body = json.dumps(question).encode()
        headers = {"content-type": "application/json"}
        try:
            self._client.call("POST", "/v2/email/outbound-emails", headers, body, repeatable=False)
        except CallError as error:
            msg = f"ses: {error}"
            raise MailError(msg, uncertain=error.uncertain) from error

    def close(self) -> None:
        """Let go of the connections."""
        self._client.close()

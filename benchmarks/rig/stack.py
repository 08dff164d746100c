"""The forms as they run on AWS: the packed zip under the real runtime client, DynamoDB with its stream, SES, S3, SSM.

One process a handler, as Lambda has them; the emulator (moto) in a thread of ours. What is still ours: when a stream's
records are handed to `notify` (`Stack.pump`), and the front (`front.py`).
"""

from __future__ import annotations

import threading
from contextlib import ExitStack
from contextlib import contextmanager
from typing import TYPE_CHECKING
from typing import Any

from forms.table import definition
from forms.table import vault_definition

from .emulators import ENVIRON
from .emulators import aws_client
from .emulators import moto
from .mailbox import read_mail
from .runtime import run_function
from .runtime import unpack

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Iterator
    from collections.abc import Mapping
    from pathlib import Path

    from .mailbox import Mail
    from .runtime import Running

__all__ = ["Stack", "run_stack"]

_ACCOUNT = "123456789012"
_SECRET = "/forms/secrets"  # noqa: S105 - a parameter's name
#: What `infra/` sets, with the emulator's names.
SETTINGS = {
    "FORMS_STORE": "dynamodb:leads",
    "FORMS_VAULT": "dynamodb:private",
    "FORMS_MAIL": "ses",
    "FORMS_SECRETS": f"ssm:{_SECRET}",
    "FORMS_BOOK": "s3:books",
    "FORMS_FROM": "post@site.example",
    "FORMS_TEAM": "team@site.example",
    "FORMS_ORG_NAME": "Ketamine Guide",
    "FORMS_ORG_ADDRESS": "1 Example Street, Springfield",
    "FORMS_RELEASE": "r7",
}


class Stack:
    """Functions by the name of their handler, started when first asked."""

    def __init__(  # noqa: PLR0913 - all of it is the world it runs in
        self,
        folder: Path,
        scratch: Path,
        url: str,
        environ: Callable[[str], Mapping[str, str]],
        ends: ExitStack,
        *,
        table: str = "leads",
    ) -> None:
        #: Where the emulator answers.
        self.url = url
        self._folder = folder
        self._scratch = scratch
        #: The settings of a function, by its name.
        self._environ = environ
        self._table = table
        self._ends = ends
        self._running: dict[str, Running] = {}
        self._stream = aws_client("dynamodbstreams", url)
        ends.callback(self._stream.close)
        self._iterator = ""
        self._pumping = threading.Lock()

    def function(self, name: str) -> Running:
        """`http`, `notify`, `sweep` or `feedback`, in a process of its own."""
        if name not in self._running:
            log = self._scratch / f"{name}.log"
            self._running[name] = self._ends.enter_context(
                run_function(self._folder, f"forms.aws.{name}", self._environ(name), log=log)
            )
        return self._running[name]

    def logs(self) -> str:
        """What all functions wrote so far."""
        return "".join(running.log() for running in self._running.values())

    def http(self, event: Mapping[str, Any]) -> Mapping[str, Any]:
        """One request through the HTTP function; what it changed goes to `notify`, before this returns."""
        answer: Mapping[str, Any] = self.function("http").invoke(event)
        self.pump()
        return answer

    def pump(self) -> int:
        """Hand what is new in the table's stream to `notify`, until nothing is; how many records there were."""
        with self._pumping:
            handed = 0
            while records := self._records():
                handed += len(records)
                answer = self.function("notify").invoke({"Records": records})
                if answer["batchItemFailures"]:
                    msg = f"notify wants records again: {answer}\n{self.function('notify').log()}"
                    raise RuntimeError(msg)
            return handed

    def mails(self) -> list[Mail]:
        """Every mail that SES took, the oldest first."""
        from moto.ses.models import ses_backends  # noqa: PLC0415 - takes 0.3 s

        sent = ses_backends[_ACCOUNT][ENVIRON["AWS_REGION"]].sent_messages
        return [read_mail(str(one.raw_data).encode()) for one in sent]

    def mails_to(self, address: str) -> list[Mail]:
        """Those to one address."""
        return [mail for mail in self.mails() if mail.to == address]

    def _records(self) -> list[dict[str, Any]]:
        """The next records as Lambda's event source mapping hands them over."""
        if not self._iterator:
            [stream] = self._stream.list_streams(TableName=self._table)["Streams"]
            shards = self._stream.describe_stream(StreamArn=stream["StreamArn"])["StreamDescription"]["Shards"]
            self._iterator = self._stream.get_shard_iterator(
                StreamArn=stream["StreamArn"], ShardId=shards[0]["ShardId"], ShardIteratorType="TRIM_HORIZON"
            )["ShardIterator"]
        answer = self._stream.get_records(ShardIterator=self._iterator, Limit=100)
        self._iterator = answer["NextShardIterator"]
        return [
            {
                "eventID": record["eventID"],
                "eventName": record["eventName"],
                "eventSource": "aws:dynamodb",
                "dynamodb": {
                    name: value for name, value in record["dynamodb"].items() if name != "ApproximateCreationDateTime"
                },
            }
            for record in answer["Records"]
        ]


@contextmanager
def run_stack(package: Path, scratch: Path, *, site_url: str, **settings: str) -> Iterator[Stack]:
    """Set up tables, sender, secret and book at a fresh emulator; run until the block ends.

    `settings` go over `SETTINGS`. Everything that was sent is gone afterwards.
    """
    with ExitStack() as ends:
        url = ends.enter_context(moto())
        _furnish(url)
        environ = {**ENVIRON, **SETTINGS, "AWS_ENDPOINT_URL": url, "FORMS_SITE_URL": site_url, **settings}
        yield Stack(unpack(package, scratch / "task"), scratch, url, lambda _: environ, ends)


def _furnish(url: str) -> None:
    from moto.moto_api._internal.models import moto_api_backend  # noqa: PLC0415

    # The backends are the process's, not the server's.
    moto_api_backend.reset()
    with ExitStack() as ends:
        clients = {name: aws_client(name, url) for name in ("dynamodb", "sesv2", "ssm", "s3")}
        for client in clients.values():
            ends.callback(client.close)
        clients["dynamodb"].create_table(**definition("leads"))
        clients["dynamodb"].create_table(**vault_definition("private"))
        clients["sesv2"].create_email_identity(EmailIdentity="site.example")
        clients["ssm"].put_parameter(Name=_SECRET, Value="ab" * 32, Type="SecureString")
        clients["s3"].create_bucket(Bucket="books")
        for name, content in (("steady-ground.pdf", b"%PDF-1.7 book"), ("steady-ground.epub", b"PK book")):
            clients["s3"].put_object(Bucket="books", Key=name, Body=content)

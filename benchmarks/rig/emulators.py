"""AWS on this machine: moto (DynamoDB, SES, SSM, S3, SQS) and dynalite (DynamoDB), both over real HTTP.

In: nothing. Out: the address to set as `AWS_ENDPOINT_URL`. Each has quirks; neither is DynamoDB, so the contract runs
on both:

* moto looks at a condition and writes in two steps: two requests at once may both find an item missing. So requests are
  let in one at a time here. It takes any signature, and deletes nothing by its TTL.
* dynalite is strict about names, sizes and types, and does one thing at a time by itself; it knows neither transactions
  nor `ReturnValuesOnConditionCheckFailure` nor TTL.
"""

from __future__ import annotations

import subprocess
import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING
from typing import Any

from forms.errors import CallError

from .node import tools
from .toolmissing import ToolMissing

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Iterator

    from forms.cloud import Client

__all__ = ["ENVIRON", "aws_client", "dynalite", "make_table", "moto", "moto_outbox"]

#: What every client of an emulator needs; the keys are those of AWS's own examples.
ENVIRON = {
    "AWS_REGION": "us-east-1",
    "AWS_DEFAULT_REGION": "us-east-1",
    "AWS_ACCESS_KEY_ID": "AKIDEXAMPLE",
    "AWS_SECRET_ACCESS_KEY": "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
}
_DYNALITE = """
const server = require('dynalite')({createTableMs: 0, deleteTableMs: 0, updateTableMs: 0});
server.listen(0, '127.0.0.1', () => console.log('http://127.0.0.1:' + server.address().port));
process.stdin.on('end', () => process.exit(0)).resume();
"""


@contextmanager
def moto(tell: Callable[[], None] = lambda: None) -> Iterator[str]:
    """Run moto's server in a thread until the block ends; its address, without a slash at the end.

    `tell` is called before each request is looked at.
    """
    from moto.moto_server.werkzeug_app import DomainDispatcherApplication  # noqa: PLC0415 - takes 0.4 s
    from moto.moto_server.werkzeug_app import MotoRequestHandler  # noqa: PLC0415
    from moto.moto_server.werkzeug_app import create_backend_app  # noqa: PLC0415
    from werkzeug.serving import make_server  # noqa: PLC0415

    class Handler(MotoRequestHandler):
        protocol_version = "HTTP/1.1"  # connections are kept, as AWS keeps them

        def log_request(self, *_: object) -> None:
            """Say nothing."""

    app = DomainDispatcherApplication(create_backend_app)
    turn = threading.Lock()

    def one_at_a_time(environ: Any, start_response: Any) -> Any:
        tell()
        with turn:
            return list(app(environ, start_response))

    server = make_server("127.0.0.1", 0, one_at_a_time, threaded=True, request_handler=Handler)
    server.daemon_threads = True  # type: ignore[attr-defined] # a kept connection must not hold up the end
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@contextmanager
def dynalite() -> Iterator[str]:
    """Run dynalite, in memory, until the block ends; its address. Raises ToolMissing without Node."""
    kit = tools("tests/contracts")
    with subprocess.Popen(
        [kit.node, "-e", _DYNALITE],
        cwd=kit.folder,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            assert process.stdout is not None  # noqa: S101 - PIPE above
            url = process.stdout.readline().strip()
            if not url.startswith("http://"):
                msg = f"dynalite does not start: delete {kit.folder} and run again"
                raise ToolMissing(msg)
            yield url
        finally:
            process.kill()


def aws_client(service: str, url: str) -> Any:
    """A boto3 client of `service` at an emulator, to set it up and to look inside; `close` it."""
    import boto3  # noqa: PLC0415 - takes 0.3 s

    return boto3.client(
        service,
        endpoint_url=url,
        region_name=ENVIRON["AWS_REGION"],
        aws_access_key_id=ENVIRON["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=ENVIRON["AWS_SECRET_ACCESS_KEY"],
    )


def moto_outbox() -> list[Any]:
    """What SES took at moto in this process so far (`raw_data`, `destinations`); a list to clear."""
    from moto.ses.models import ses_backends  # noqa: PLC0415 - see above

    sent: list[Any] = ses_backends["123456789012"][ENVIRON["AWS_REGION"]].sent_messages
    return sent


def make_table(client: Client, definition: dict[str, Any]) -> str:
    """Make a table at the emulator that `client` (for `dynamodb`) speaks to; its name."""
    name = str(definition["TableName"])
    try:
        client.ask("DynamoDB_20120810.CreateTable", definition)
    except CallError as error:
        if error.code != "ResourceInUseException" or not error.uncertain:  # made, and the answer was late
            raise
    while client.ask("DynamoDB_20120810.DescribeTable", {"TableName": name})["Table"]["TableStatus"] != "ACTIVE":
        time.sleep(0.005)
    return name

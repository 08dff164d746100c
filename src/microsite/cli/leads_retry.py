"""`microsite leads retry`: mails that keep failing go again, and batches of the stream that were given up."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING
from typing import Any

import click

from forms.desk import amend
from microsite.desk import dead_letter
from microsite.desk import due_again
from microsite.desk import stuck
from microsite.errors import MicrositeError

from .leads_options import NOW
from .leads_options import json_option
from .leads_options import lead_with
from .leads_options import opened
from .leads_options import store_option

if TYPE_CHECKING:
    from collections.abc import Iterable

    from forms.adapters import FullStore
    from forms.lead import Lead

__all__ = ["retry"]

#: Leads with waiting mail that are looked at in one run.
_MOST = 10_000
#: Seconds, about a hundred years: a clock that once ran ahead may have put a mail that far off.
_FAR = 3e9
#: Seconds for which a message that is looked at is hidden from others; it is back after that when we die.
_HELD = 300


@click.command()
@store_option
@click.argument("lead_ids", nargs=-1, metavar="[ID]…")
@click.option("--dlq", metavar="QUEUE_URL", default="", help="Replay the letters of this SQS dead-letter queue.")
@json_option
def retry(*, named: str, lead_ids: tuple[str, ...], dlq: str, as_json: bool) -> None:
    r"""Make mails that keep failing due now; the sweeper sends them within a minute. Attempts stay counted.

    Without ID: every lead that has one. A mail that is due soon, or may be on its way at this moment, is left alone.

    \b
    Example: microsite leads retry
    Example: microsite leads retry --store dynamodb:leads --dlq https://sqs.us-east-1.amazonaws.com/123456789012/dead
    """
    if dlq and lead_ids:
        msg = "--dlq replays what the queue names: leave the ids out"
        raise click.UsageError(msg)
    with opened(named, write=True) as store:
        if dlq:
            done = _replay(store, dlq)
        else:
            leads = [lead_with(store, one) for one in lead_ids] or [lead for lead in _waiting(store) if stuck(lead)]
            done = {"version": 1, **_requeue(store, leads)}
        unreadable = sorted(getattr(store, "unreadable", ()))
    if as_json:
        click.echo(json.dumps({**done, "unreadable": unreadable}, indent=2))
    else:
        for one in done.get("letters", ()):
            click.echo(f"{one['shard']} {one['sequence'][0]}…{one['sequence'][1]}: {len(one['leads'])} lead(s)")
        click.echo(f"{len(done['requeued'])} lead(s) queued again, {len(done['left'])} left as they are", err=True)
        if done.get("foreign"):
            click.echo(f"{done['foreign']} message(s) are no letters of the stream and stay in the queue", err=True)
    if unreadable:
        msg = f"{len(unreadable)} record(s) with waiting mail cannot be read: {', '.join(unreadable)}"
        raise MicrositeError(msg, fix="restore them from a backup; letters in the queue were kept")


def _waiting(store: FullStore) -> list[Lead]:
    return list(store.due(NOW() + _FAR, _MOST))


def _requeue(store: FullStore, leads: Iterable[Lead]) -> dict[str, list[str]]:
    """Which leads had a mail made due, and which had none that could be."""
    done: dict[str, list[str]] = {"requeued": [], "left": []}
    for lead in leads:
        before = lead.jobs
        after = amend(store, lead.id, lambda one: due_again(one, NOW()))
        done["requeued" if after is not None and after.jobs != before else "left"].append(lead.id)
    return done


def _replay(store: FullStore, queue: str) -> dict[str, Any]:
    """Each letter: make due what it may mean, then take it out of the queue. A letter that fails stays in it."""
    # The letter names a place in a stream that forgets after a day; the store knows for good which mail is unsent.
    import boto3  # noqa: PLC0415 - takes 0.3 s
    from botocore.exceptions import BotoCoreError  # noqa: PLC0415
    from botocore.exceptions import ClientError  # noqa: PLC0415

    done: dict[str, Any] = {"version": 1, "letters": [], "requeued": [], "left": [], "foreign": 0}
    kept: list[str] = []
    try:
        sqs = boto3.client("sqs")
        waiting = _waiting(store)
        while True:
            answer = sqs.receive_message(
                QueueUrl=queue, MaxNumberOfMessages=10, VisibilityTimeout=_HELD, WaitTimeSeconds=1
            )
            messages = answer.get("Messages", ())
            if not messages:
                break
            for message in messages:
                letter = dead_letter(message["Body"])
                if letter is None:
                    done["foreign"] += 1
                    kept.append(message["ReceiptHandle"])
                    continue
                meant = [lead for lead in waiting if letter.means(lead)]
                fresh = [lead for lead in meant if lead.id not in {*done["requeued"], *done["left"]}]
                for name, ids in _requeue(store, fresh).items():
                    done[name] += ids
                if getattr(store, "unreadable", ()):
                    kept.append(message["ReceiptHandle"])
                else:
                    sqs.delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])
                ids = [lead.id for lead in meant]
                done["letters"].append({"shard": letter.shard, "sequence": list(letter.sequence), "leads": ids})
        # Not at once, or this loop would meet them again.
        for handle in kept:
            sqs.change_message_visibility(QueueUrl=queue, ReceiptHandle=handle, VisibilityTimeout=0)
    except (BotoCoreError, ClientError) as error:
        msg = f"the queue cannot be read: {error}"
        raise MicrositeError(
            msg, fix="look at the queue's address, AWS_REGION and the keys; nothing was lost"
        ) from error
    return done

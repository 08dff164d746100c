"""Which mails may be made due again, and what a dead letter says."""

from __future__ import annotations

import json

from forms.lead import Job
from forms.lead import Lead
from forms.notify import UNSURE
from microsite.desk.requeue import SOON
from microsite.desk.requeue import dead_letter
from microsite.desk.requeue import due_again
from microsite.desk.requeue import stuck

NOW = 1_795_003_200.0


def lead(*jobs: Job) -> Lead:
    return Lead("a", "k", "contact", NOW - 5000, {}, jobs=jobs)


def job(*, due: float | None, attempts: int = 9, reason: str = "MailError", name: str = "notice") -> Job:
    return Job(f"a-{name}-1", name, NOW - 5000, due, attempts, None, reason)


def test_a_mail_that_waits_for_long_is_due_now_with_its_attempts_kept() -> None:
    (after,) = due_again(lead(job(due=NOW + 3000)), NOW).jobs
    assert (after.due, after.attempts, after.reason) == (NOW, 9, "MailError")


def test_a_mail_that_may_be_on_its_way_is_left_alone() -> None:
    """Claimed a moment ago by a function whose clock is a minute ahead of ours."""
    claimed = lead(job(due=NOW + 60 + UNSURE))
    assert due_again(claimed, NOW) is claimed
    assert SOON > UNSURE + 60


def test_what_is_sent_or_dropped_stays_so() -> None:
    done = lead(job(due=None), job(due=None, reason="suppressed", name="confirm"))
    assert due_again(done, NOW) is done
    assert stuck(done) == ()


def test_stuck_is_what_failed_and_waits() -> None:
    fresh = job(due=NOW, attempts=0, reason="", name="confirm")
    assert stuck(lead(job(due=NOW + 3000), fresh)) == (job(due=NOW + 3000),)


#: As in Lambda's documentation.
LETTER = {
    "requestContext": {"requestId": "316aa6d0", "condition": "RetryAttemptsExhausted"},
    "version": "1.0",
    "timestamp": "2026-11-18T11:59:58.745Z",
    "DDBStreamBatchInfo": {
        "shardId": "shardId-00000001573689847184-864758bb",
        "startSequenceNumber": "800000000003126276362",
        "endSequenceNumber": "800000000003126276363",
        "approximateArrivalOfFirstRecord": "2026-11-18T11:00:00Z",
        "approximateArrivalOfLastRecord": "2026-11-18T11:30:00Z",
        "batchSize": 1,
        "streamArn": "arn:aws:dynamodb:us-east-1:123456789012:table/leads/stream/2026",
    },
}


def test_a_letter_means_the_leads_whose_mail_was_queued_before_it() -> None:
    letter = dead_letter(json.dumps(LETTER))
    assert letter is not None
    assert letter.shard == "shardId-00000001573689847184-864758bb"
    assert letter.sequence == ("800000000003126276362", "800000000003126276363")
    assert letter.means(lead(job(due=NOW + 3000)))
    assert not letter.means(lead(job(due=None)))
    assert not letter.means(lead(job(due=NOW)._replace(created=NOW - 60)))


def test_a_letter_that_names_leads_means_these() -> None:
    letter = dead_letter(json.dumps({**LETTER, "leads": ["b"]}))
    assert letter is not None
    assert not letter.means(lead(job(due=NOW)))
    assert letter.means(lead(job(due=NOW))._replace(id="b"))


def test_anything_else_is_no_letter() -> None:
    for text in ("", "{}", "[]", "null", "{", '{"DDBStreamBatchInfo": 1}', '{"DDBStreamBatchInfo": {"shardId": "x"}}'):
        assert dead_letter(text) is None

"""Mail by SES: what is certain, what is not, and no mail twice from a service that sends and then says it did not."""

from __future__ import annotations

import json
import random
import time
from email import message_from_string
from typing import TYPE_CHECKING

import pytest
from benchmarks.rig.emulators import ENVIRON
from benchmarks.rig.emulators import moto_outbox
from benchmarks.rig.faults import FAULTS
from benchmarks.rig.faults import faulty

from forms import wire
from forms.adapters import open_mailer
from forms.cloud import Client
from forms.errors import MailError
from forms.feedback import take
from forms.letter import Letter
from forms.notify import LEASE
from forms.notify import UNSURE
from forms.notify import sweep
from forms.ses import SesMailer
from forms.submit import submit
from forms.world import World

if TYPE_CHECKING:
    from collections.abc import Iterator

    from benchmarks.rig.faults import Proxy

    from forms.desk import Desk

    from .conftest import Clock

LETTER = Letter("lead-notice-1", 1_790_000_000, "post@site.example", "Site", "ann@example.com", "Hello", "Words\n")


def world(url: str) -> World:
    environ = {**ENVIRON, "AWS_ENDPOINT_URL_SESV2": url}
    return World(environ, time.time, time.monotonic, time.sleep, random.Random(3).random, lambda: "id")


@pytest.fixture
def bad(moto_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[SesMailer, Proxy]]:
    """SES behind a proxy that spoils requests."""
    client = Client("email", world(moto_url), signed_as="ses")
    client.call("POST", "/v2/email/identities", {}, b'{"EmailIdentity": "post@site.example"}', repeatable=False)
    SesMailer(client).send(LETTER)  # moto's first mail takes its time
    moto_outbox().clear()
    monkeypatch.setattr(wire, "_READ", 0.4)
    with faulty(moto_url, stall=0.6) as proxy:
        mailer = open_mailer("ses", world(proxy.url), config_set="forms")
        assert isinstance(mailer, SesMailer)
        yield mailer, proxy
        mailer.close()
    client.call("DELETE", "/v2/email/identities/post@site.example", {}, b"")
    client.close()


@pytest.mark.parametrize("fault", [one for one in FAULTS if one != "throttle"])
def test_a_send_without_an_answer_is_uncertain_and_not_repeated(bad: tuple[SesMailer, Proxy], fault: str) -> None:
    mailer, proxy = bad
    proxy.script = [fault]
    with pytest.raises(MailError) as caught:
        mailer.send(LETTER)
    assert caught.value.uncertain
    assert len(moto_outbox()) == (fault.endswith(("-after", "-answer")))
    assert proxy.done.total() == 1


def test_a_throttle_is_waited_for_within_the_send(bad: tuple[SesMailer, Proxy]) -> None:
    mailer, proxy = bad
    proxy.script = ["throttle", "throttle"]
    mailer.send(LETTER)
    assert len(moto_outbox()) == 1


def test_a_quota_that_is_used_up_is_a_certain_failure(bad: tuple[SesMailer, Proxy]) -> None:
    mailer, proxy = bad
    mailer._client.budget = 0.2
    proxy.rates = {"throttle": 1.0}
    with pytest.raises(MailError, match="TooManyRequestsException") as caught:
        mailer.send(LETTER)
    assert not caught.value.uncertain
    assert moto_outbox() == []


def test_a_host_that_is_not_there_is_a_certain_failure() -> None:
    mailer = open_mailer("ses", world("http://127.0.0.1:9"))
    assert isinstance(mailer, SesMailer)
    mailer._client.budget = 0.05
    with pytest.raises(MailError, match="connect") as caught:
        mailer.send(LETTER)
    assert not caught.value.uncertain
    assert mailer.lease == LEASE


def book_leads(desk: Desk, count: int) -> None:
    for number in range(count):
        sent = {"email": f"ann{number}@example.com", "consent": "yes"}
        assert submit(desk, desk.forms["book"], sent, page="home").lead is not None


def delivered() -> list[str]:
    return [str(message_from_string(one.raw_data)["Message-ID"]).strip("<>").partition("@")[0] for one in moto_outbox()]


def report(desk: Desk, names: list[str]) -> None:
    for name in names:
        take(desk, json.dumps({"eventType": "Send", "mail": {"tags": {"job": [name]}}, "send": {}}))


def test_a_mail_in_doubt_waits_for_its_report_and_goes_again_without_one(
    bad: tuple[SesMailer, Proxy], desk: Desk, clock: Clock
) -> None:
    mailer, proxy = bad
    desk = desk._replace(mailer=mailer)
    book_leads(desk, 2)
    proxy.script = ["error-after", "error-before"]
    tally = sweep(desk)
    assert (tally.sent, tally.failed, tally.reasons) == (0, 2, ("unsure",))
    report(desk, delivered())
    clock.now += UNSURE - 1
    assert sweep(desk).sent == 0
    clock.now += 2
    assert sweep(desk).sent == 1
    assert sorted(delivered()) == sorted({*delivered()})
    assert len(delivered()) == 2


def test_who_dies_after_the_send_leaves_it_to_the_report(
    bad: tuple[SesMailer, Proxy], desk: Desk, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    mailer, _ = bad
    desk = desk._replace(mailer=mailer)
    book_leads(desk, 1)

    class Gone(BaseException):
        pass

    def die(*_: object) -> None:
        raise Gone

    with monkeypatch.context() as patched:
        patched.setattr("forms.notify._put", die)
        with pytest.raises(Gone):
            sweep(desk)
    clock.now += LEASE * 2
    assert sweep(desk).sent == 0
    report(desk, delivered())
    clock.now += UNSURE * 2
    assert sweep(desk).sent == 0
    assert len(delivered()) == 1


def test_everything_is_mailed_once_by_a_service_that_fails_in_every_way(
    bad: tuple[SesMailer, Proxy], desk: Desk, clock: Clock
) -> None:
    mailer, proxy = bad
    desk = desk._replace(mailer=mailer)
    book_leads(desk, 40)
    proxy.rates = {kind: 0.01 if kind.startswith("stall") else 0.1 for kind in FAULTS}
    for _ in range(60):
        sweep(desk)
        report(desk, delivered())
        clock.now += UNSURE / 3
        if all(lead.due is None for lead in desk.store.scan()):
            break
    assert {lead.jobs[0].id for lead in desk.store.scan()} == set(delivered())
    assert len(delivered()) == 40
    assert sum(proxy.done[kind] for kind in FAULTS) > 20

"""The forms' service in a storm, as a Hypothesis state machine: everything may fail at every call, in every order.

In: nothing but Hypothesis' choices. The service is the real one (`submit`, `follow`, `notify`, `feedback`) over the
ports in memory. Visitors who send and send again, notifiers with records of the stream (twice, out of order), sweepers,
the clicks in mails and SES's reports run at the same time: each in a thread of its own, of which one runs at a time and
stops at every call of a port. What happens at that call is drawn: it works; it fails before or after it was done; the
process dies before or after; time passes. In between the clock jumps and the signing key is rotated.

What must hold is in `Storm.check`, at all times, and in `Storm.teardown`, when the storm is over.
"""

# ruff: noqa: S101 - it says what a test found
from __future__ import annotations

import json
import random
import re
from collections import Counter
from itertools import islice
from itertools import pairwise
from typing import TYPE_CHECKING
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine
from hypothesis.stateful import invariant
from hypothesis.stateful import rule

from forms.definition import load
from forms.desk import Desk
from forms.desk import Site
from forms.errors import TokenInvalid
from forms.feedback import take
from forms.follow import confirm
from forms.follow import find
from forms.memory import MemoryMailer
from forms.memory import MemoryShelf
from forms.memory import MemoryStore
from forms.memory import MemoryVault
from forms.notify import UNSURE
from forms.notify import deliver
from forms.notify import sweep
from forms.submit import submit
from forms.tokens import Tokens

from .interleave import FATES
from .interleave import Actor
from .interleave import Port
from .interleave import started

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Sequence

    from forms.lead import Lead
    from forms.letter import Letter

__all__ = ["OutboxStorm", "SesStorm"]

#: The link whose button confirms.
_LINK = re.compile(r"/api/confirm\?token=(\S+)")
_START = 1_795_000_000.0
_FORMS = load()
#: Seconds: the clock may have been set back by a day in each of some twenty steps; an hour is the longest pause.
_PATIENCE = 25 * 86_400.0
#: Why a mail may rightly never go out.
_DROPPED = frozenset({"confirmed", "repeat", "suppressed", "unsubscribed"})


class _Ses:
    """Sends a letter as often as it is asked to, and reports each send later, as SES does."""

    lease = UNSURE

    def __init__(self) -> None:
        self.letters: list[Letter] = []
        self.reports: list[str] = []

    def send(self, letter: Letter) -> None:
        self.letters.append(letter)
        self.reports.append(letter.id)


class _Outbox(MemoryMailer):
    """Takes an id once; nobody reports."""

    def __init__(self) -> None:
        super().__init__()
        self.reports: list[str] = []

    @property
    def letters(self) -> list[Letter]:
        return list(self.sent.values())


#: Who may take part, and with which number: see `Storm.do_…`.
_CREW = ("submit", "submit", "notify", "notify", "sweep", "click", "click", "report")


class Storm(RuleBasedStateMachine):
    """The storm with either mailer; `mailer` is set by the classes below."""

    mailer: Callable[[], Any]
    #: Factor on the seconds that pass between two calls: how far a claim may be overtaken.
    slow = 1.0

    def __init__(self) -> None:
        super().__init__()
        self.now = _START
        self.count = 0
        self.kept = MemoryStore()
        self.post: Any = self.mailer()
        #: Ids of leads as the stream names them, once for each write.
        self.stream: list[str] = []
        #: Content → ids that visitors were told; clicks that were acknowledged: lead ids.
        self.told: dict[int, set[str]] = {}
        self.clicked: set[str] = set()
        self.secrets = [b"s" * 32]
        self.desk = self.desk_with(*(Port(one, self.after) for one in (self.kept, self.post, MemoryVault())))
        self.calm = self.desk_with(self.kept, self.post, self.desk.vault)

    def desk_with(self, store: Any, mailer: Any, vault: Any) -> Desk:
        """A desk on these ports."""
        return Desk(  # noqa: S604 - the `shell` is a page here
            forms=_FORMS,
            store=store,
            marks=store,
            meter=store,
            vault=vault,
            mailer=mailer,
            shelf=MemoryShelf(),
            tokens=Tokens(self.secrets, [b"p" * 32]),
            clock=lambda: self.now,
            new_id=self.new_id,
            site=Site("https://site.example", "Guide", "1 Street", "team@site.example", "post@site.example"),
            shell=lambda: "",
            screening=False,
        )

    def new_id(self) -> str:
        """An id that nobody else has."""
        self.count += 1
        return f"lead{self.count:022}"

    def after(self, verb: str, what: Any) -> None:
        """Write what the store did into the stream."""
        if verb == "add":
            self.stream.append(what.id)
        elif verb == "replace":
            self.stream.append(what[0].id)

    # What happens.

    @rule(seed=st.integers(0, 2**32), size=st.integers(3, 9), luck=st.sampled_from((1.0, 0.9, 0.6)))
    def race(self, seed: int, size: int, luck: float) -> None:
        """A crew at once; each call of a port works with the probability `luck`, a send with half of it."""
        # A generator of our own: Hypothesis' lists stay short, and a race needs dozens of choices to be one.
        chance = random.Random(seed)  # noqa: S311 - a repeatable choice is the point
        crew = iter([Actor(getattr(self, f"do_{chance.choice(_CREW)}")(chance.randrange(100))) for _ in range(size)])
        # Three at a time: the later ones meet the earlier ones' work while it is half done.
        going = [started(one) for one in islice(crew, 3)]
        while going:
            self.now += chance.choice((0.0, 0.0, 1.0, 6.0)) * self.slow
            actor = chance.choice(going)
            works = chance.random() < luck / (1 + (actor.at == "send"))
            actor.go("" if works else chance.choice(FATES))
            if actor.done:
                actor.join()
                going.remove(actor)
                going += [started(one) for one in islice(crew, 1)]
                if actor.problem is not None:
                    raise actor.problem

    @rule(seed=st.integers(0, 2**32))
    def rush(self, seed: int) -> None:
        """A larger crew, most of whose calls work: twice as likely that something happens as that the clock moves."""
        self.race(seed, 12, 0.9)

    @rule(seconds=st.sampled_from((5.0, 31.0, 700.0, 3700.0, 86_400.0)))
    def wait(self, seconds: float) -> None:
        """Time passes; SES reports within seconds, so long before it is over."""
        self.report_all()
        self.now += seconds

    @rule(seconds=st.sampled_from((2.0, 60.0, 3600.0, 90_000.0)))
    def jump_back(self, seconds: float) -> None:
        """The clock is set back."""
        self.now -= seconds

    @rule()
    def rotate(self) -> None:
        """A new signing key goes in front; the old ones still verify."""
        self.secrets = [bytes([len(self.secrets)]) * 32, *self.secrets]
        tokens = Tokens(self.secrets, [b"p" * 32])
        self.desk, self.calm = self.desk._replace(tokens=tokens), self.calm._replace(tokens=tokens)

    def do_submit(self, content: int) -> Callable[[], None]:
        """Send one of six contents: three messages, three sign-ups of which two are of one address."""
        content %= 6
        form = _FORMS["contact" if content < 3 else "book"]
        sent = {"email": f"p{min(content, 4)}@example.com", "name": f"Name {content}", "consent": "yes"}
        if content < 3:
            sent["message"] = f"Message {content}"
        desk = self.desk

        def work() -> None:
            outcome = submit(desk, form, sent, page="home")
            assert outcome.lead is not None, outcome.checked.errors
            self.told.setdefault(content, set()).add(outcome.lead.id)

        return work

    # What there is to work on is looked up when an actor's turn comes: it may have been made in the same race.

    def do_notify(self, number: int) -> Callable[[], None]:
        """A notifier with any record of the stream, seen before or not."""
        desk = self.desk

        def work() -> None:
            lead = desk.store.get(_one_of(self.stream, number))
            if lead is not None:
                deliver(desk, lead)

        return work

    def do_sweep(self, _number: int) -> Callable[[], None]:
        """The sweeper."""
        desk = self.desk

        def work() -> None:
            sweep(desk)

        return work

    def do_click(self, number: int) -> Callable[[], None]:
        """Press the button behind the link of a mail."""
        desk = self.desk

        def work() -> None:
            token = _one_of([one for letter in self.post.letters for one in _LINK.findall(letter.body)], number)
            if not token:
                return
            try:
                found = find(desk, "confirm", token)
            except TokenInvalid as error:
                raise AssertionError from error  # the key that signed it still verifies
            assert found is not None, "an acknowledged lead is gone"
            confirm(desk, *found, token)
            self.clicked.add(found[1].id)

        return work

    def do_report(self, number: int) -> Callable[[], None]:
        """A report of SES's: one that waits in the queue until it is taken, or a second copy of any."""
        desk = self.desk

        def work() -> None:
            if not isinstance(self.post, _Ses):
                return
            # Most often the newest, whose sender may not have marked it yet.
            every = [letter.id for letter in self.post.letters]
            job = _one_of(every, number) if number % 3 == 0 else _one_of(self.post.reports[-1:], 0)
            if job:
                take(desk, _event(job))
                self.post.reports = [one for one in self.post.reports if one != job]

        return work

    def report_all(self) -> None:
        """Every report has arrived."""
        for job in self.post.reports:
            take(self.calm, _event(job))
        self.post.reports = []

    # What must hold.

    @invariant()
    def check(self) -> None:
        """What was acknowledged is there, once; no mail went out twice."""
        leads = {lead.id: lead for lead in self.kept.scan()}
        for content, ids in self.told.items():
            assert ids <= leads.keys()
            assert {leads[one].values["name"] for one in ids} == {f"Name {content}"}
        same: dict[tuple[str, str], list[Lead]] = {}
        for lead in leads.values():
            same.setdefault((lead.form, lead.values["name"]), []).append(lead)
        for (form, _), records in same.items():
            # The same content is the same record within its window and the two beside it; the clock may leave them.
            windows = sorted(int(one.created // (_FORMS[form].window_hours * 3600)) for one in records)
            assert all(later - earlier > 1 for earlier, later in pairwise(windows)), windows
        times = Counter(letter.id for letter in self.post.letters)
        assert not [name for name, count in times.items() if count > 1], times
        for lead in leads.values():
            for kind in ("notice", "confirm", "book"):
                # Who asks again after the repeat window gets the mail again; nobody else does.
                queued = sorted(job.created for job in lead.jobs if job.kind == kind)
                apart = _FORMS[lead.form].repeat_minutes * 60 if kind != "notice" else float("inf")
                assert all(later - earlier >= apart for earlier, later in pairwise(queued)), (kind, queued)
        for lead_id in self.clicked:
            assert leads[lead_id].confirmed is not None
            assert [proof.act for proof in leads[lead_id].proofs] == ["confirmed"]
            assert any(job.kind == "book" for job in leads[lead_id].jobs)

    def teardown(self) -> None:
        """The storm is over: everything is mailed, each once."""
        ends = self.now + _PATIENCE
        while True:
            self.report_all()
            sweep(self.calm)
            waiting = [lead.due for lead in self.kept.scan() if lead.due is not None]
            if not waiting:
                break
            self.now = max(self.now, min(waiting)) + 1
            assert self.now < ends, "a mail waits for ever"
        self.check()
        mailed = {letter.id: letter for letter in self.post.letters}
        reached = {(letter.id.split("-")[1], letter.to) for letter in mailed.values()}
        for lead in self.kept.scan():
            for job in lead.jobs:
                assert job.due is None, (lead, job)
                if job.sent is not None:
                    assert job.id in mailed
                else:
                    assert job.reason in _DROPPED, job
                    # Dropped, because the person had it: from this very job, or from another to the address.
                    assert job.kind != "notice"
                    assert (job.kind, lead.values["email"]) in reached or lead.confirmed is not None


class OutboxStorm(Storm):
    """With the outbox, which takes an id once: claims may be overtaken as often as they like."""

    mailer = _Outbox
    slow = 5.0


class SesStorm(Storm):
    """With SES, which takes an id as often as it comes, and reports."""

    mailer = _Ses


def _one_of(things: Sequence[str], number: int) -> str:
    return things[number % len(things)] if things else ""


def _event(job: str) -> str:
    return json.dumps({"eventType": "Send", "send": {}, "mail": {"tags": {"job": [job]}}})

"""From what a visitor typed to a durable record.

In: a form, the fields as sent, the page they came from. Out: the record that is kept, or what is wrong. Nothing is
acknowledged before the store has it on disk, nothing is mailed here, and a retry of the same content is the same
record with the same answer. What looks like spam is stored in quarantine (`judge.py`); `release` takes it out.
"""

# ruff: noqa: PLC0415 - imports inside verbs: a cold start pays only for the path it takes
from __future__ import annotations

from .desk import amend
from .errors import StoreError
from .lead import CANARY
from .lead import Agreed
from .lead import Job
from .lead import Lead
from .record import NamedTuple
from .validate import check
from .validate import fingerprint

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from .definition import Form
    from .desk import Desk
    from .validate import Checked

__all__ = ["Outcome", "ask_again", "new_job", "release", "release_of", "submit"]


class Outcome(NamedTuple):
    """What became of a submission: `lead` is None when `checked.errors` or `flood` says why."""

    checked: Checked
    lead: Lead | None
    #: Whether the record was there already.
    repeated: bool = False
    #: Whether the browser may solve a puzzle to take the record out of quarantine.
    challenge: bool = False
    #: Seconds to wait, when the sender's network sends so much that nothing more is stored; else 0.
    flood: float = 0.0
    #: Whether a meter could not be asked.
    unmetered: bool = False


def submit(desk: Desk, form: Form, sent: Mapping[str, str], *, page: str, visitor: str = "") -> Outcome:
    """Check and store one submission; raises `StoreError` when it is not stored.

    `visitor` is the sender's internet address for the rates, "" when it is unknown; it is not kept.
    """
    checked = check(form, sent)
    if checked.errors:
        return Outcome(checked, None)
    now = desk.clock()
    window = int(now // (form.window_hours * 3600))
    key, before, after = (fingerprint(form, checked, window + step, desk.tokens) for step in (0, -1, 1))
    judged = None
    canary = bool(sent.get(CANARY)) and _is_canary(desk, form, sent[CANARY], checked)
    if desk.screening and not canary:
        from .judge import judge

        judged = judge(desk, form, sent, checked, visitor, key)
        if judged.flood:
            return Outcome(checked, None, flood=judged.flood)
    held = judged is not None and judged.verdict.action != "pass"
    person = form.contact_in(checked.values)
    private = {name: value for name, value in checked.values.items() if value and name in form.private}
    if private:
        # Before the record: a record never waits for answers that are not there. The key is the content's, so a retry
        # writes the same place again; what a crash leaves behind here ends by itself.
        desk.vault.put(key, private, until=now + form.vault_days * 86400)
    lead = Lead(
        id=desk.new_id(),
        key=key,
        form=form.id,
        created=now,
        values={name: value for name, value in checked.values.items() if name not in form.private},
        agreed=_agreed(form, checked, now),
        page=page,
        release=release_of(sent, desk.site.release),
        quarantined=now if held else None,
        reasons=judged.verdict.reasons if judged is not None and held else (),
        score=judged.verdict.score if judged is not None else 0,
        person=desk.tokens.fingerprints(person)[0] if person else "",
        until=now + (form.unconfirmed_days if form.double_opt_in else form.retention_days) * 86400,
        vault=key if private else "",
    )
    if not held:
        lead = _as_canary(lead, now) if canary else _with_first_mails(lead, form, now)
    kept = desk.store.add(lead, unless=(before, after))
    challenge = judged is not None and judged.verdict.action == "challenge"
    unmetered = judged is not None and judged.unmetered
    if kept.id == lead.id:
        return Outcome(checked, kept, challenge=challenge, unmetered=unmetered)
    if private and kept.vault != key:
        _forget(desk, key)  # the same content came before the window's end, its answers lie under that key
    if kept.quarantined is not None:
        # Sent again without what looked like spam (a box that the browser filled in, haste): that lets it out.
        kept = kept if held else release(desk, kept.id) or kept
        challenge = challenge and kept.quarantined is not None
        return Outcome(checked, kept, repeated=True, challenge=challenge, unmetered=unmetered)
    if kept.unsubscribed is not None:
        kept = amend(desk.store, kept.id, lambda one: one._replace(agreed=one.agreed + lead.agreed)) or kept
    ask_again(desk, form, kept)
    return Outcome(checked, kept, repeated=True, unmetered=unmetered)


def release(desk: Desk, lead_id: str) -> Lead | None:
    """Take a record out of quarantine and queue its first mails; the record, None when there is none.

    Does nothing to one that is not in quarantine, so it may be called twice. Raises `StoreError`.
    """
    now = desk.clock()

    def change(one: Lead) -> Lead:
        if one.quarantined is None:
            return one
        free = one._replace(quarantined=None)
        form = desk.forms.get(one.form)
        if form is not None and form.double_opt_in and free.until:
            # The link in the mail that goes out now must not outlive what it confirms.
            free = free._replace(until=max(free.until, now + form.unconfirmed_days * 86400))
        return _with_first_mails(free, form, now) if form is not None else free

    return amend(desk.store, lead_id, change)


def ask_again(desk: Desk, form: Form, lead: Lead) -> None:
    """Queue the mail that `lead` waits for once more: the confirming one, or what follows it when it is confirmed.

    Does nothing when such a mail still waits or was queued within the form's repeat window, so that retries and
    impatient clicks do not become mails.
    """
    if not form.double_opt_in or lead.quarantined is not None:
        return
    now = desk.clock()

    def change(one: Lead) -> Lead:
        kind = "confirm" if one.confirmed is None or one.unsubscribed is not None else form.delivered
        if not kind:
            return one
        last = one.last_job(kind)
        soon = last is not None and (last.due is not None or now - last.created < form.repeat_minutes * 60)
        # What was mailed before they left does not answer what they ask for now.
        left = last is not None and one.unsubscribed is not None and last.created < one.unsubscribed
        if soon and not left:
            return one
        # A new link must not outlive what it confirms.
        until = max(one.until, now + form.unconfirmed_days * 86400) if one.until else 0
        return one._replace(until=until).with_job(new_job(one, kind, now))

    amend(desk.store, lead.id, change)


def _is_canary(desk: Desk, form: Form, token: str, checked: Checked) -> bool:
    from .canary import is_canary

    return is_canary(desk, token, form.address_in(checked.values))


def _as_canary(lead: Lead, now: float) -> Lead:
    from .canary import LIFE

    return lead._replace(reasons=(CANARY,), until=now + LIFE).with_job(new_job(lead, CANARY, now))


def _forget(desk: Desk, key: str) -> None:
    from contextlib import suppress

    with suppress(StoreError):  # the record is kept and must be acknowledged; the answers end by themselves
        desk.vault.drop(key)


def new_job(lead: Lead, kind: str, now: float) -> Job:
    """The next mail of `kind` for `lead`, due at once."""
    count = sum(job.kind == kind for job in lead.jobs) + 1
    return Job(f"{lead.id}-{kind}-{count}", kind, now, now)


def _with_first_mails(lead: Lead, form: Form, now: float) -> Lead:
    if form.notify == "team":
        lead = lead.with_job(new_job(lead, "notice", now))
    if form.double_opt_in:
        lead = lead.with_job(new_job(lead, "confirm", now))
    return lead


def _agreed(form: Form, checked: Checked, now: float) -> tuple[Agreed, ...]:
    return tuple(Agreed(box.name, box.id, box.hash, box.text, checked.ticked[box.name], now) for box in form.consents)


def release_of(sent: Mapping[str, str], current: str) -> str:
    """The release whose page was filled in, as the page says; `current` when it says nothing usable."""
    named = sent.get("release", "")
    plain = named.isascii() and named.replace("-", "").replace(".", "").isalnum() and len(named) <= 64
    return named if plain else current

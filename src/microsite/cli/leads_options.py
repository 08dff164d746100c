"""What every verb of `microsite leads` shares: options, the opened store, words for what goes wrong, a progress bar.

`--store sqlite:PATH` or `dynamodb:TABLE`. For the latter the standard AWS variables hold, `AWS_ENDPOINT_URL` and
profiles included: boto3 finds the keys, the function's own adapter uses them.
"""

from __future__ import annotations

import os
import sys
from contextlib import contextmanager
from datetime import UTC
from datetime import timedelta
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING
from typing import Any

import click

from forms import aws
from forms.adapters import Late
from forms.adapters import open_store
from forms.adapters import open_vault
from forms.adapters import read_secrets
from forms.errors import CallError
from forms.errors import FormsError
from forms.errors import SettingsError
from forms.errors import StoreError
from forms.tokens import Tokens
from microsite.desk import STATES
from microsite.desk import Filter
from microsite.errors import MicrositeError

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Iterable
    from collections.abc import Iterator
    from datetime import datetime

    from forms.adapters import FullStore
    from forms.adapters import FullVault
    from forms.lead import Lead
    from forms.world import World

__all__ = [
    "NOW",
    "agreed",
    "demand_whole",
    "every",
    "filters",
    "json_option",
    "late_vault",
    "lead_with",
    "narrowed",
    "opened",
    "store_option",
    "tokens_of",
    "vault_option",
    "watched",
    "write_file",
]

#: The verbs' clock, seconds since 1970.
NOW = aws.world().clock
#: Codes by which AWS says that it does not take the keys.
_KEYS = frozenset({
    "ExpiredToken",
    "ExpiredTokenException",
    "IncompleteSignature",
    "IncompleteSignatureException",
    "InvalidClientTokenId",
    "InvalidSignatureException",
    "MissingAuthenticationToken",
    "MissingAuthenticationTokenException",
    "RequestExpired",
    "SignatureDoesNotMatch",
    "UnrecognizedClientException",
})  # fmt: skip
#: What SQLite's messages say → what to do; "" for all others.
_SQLITE = {
    "locked": "another program writes there and does not end: try again, or stop it",
    "malformed": "the file is damaged: stop the server and restore it from a backup, or try `sqlite3 FILE .recover`",
    "": "`make serve` makes the store; --store names another",
}
_LOST = frozenset({"certificate", "connect", "cut", "garbled", "lost", "timeout"})

store_option = click.option(
    "--store",
    "named",
    default=lambda: f"sqlite:{os.environ.get('DATA') or '.local'}/leads.sqlite3",
    show_default="sqlite:DATA/leads.sqlite3, where `make serve` keeps them",
    metavar="sqlite:PATH|dynamodb:TABLE",
    help="Where the leads are.",
)
vault_option = click.option(
    "--vault",
    "vault_named",
    default="",
    show_default="FORMS_VAULT, or private.sqlite3 beside the store, or TABLE-private",
    metavar="sqlite:PATH|dynamodb:TABLE",
    help="Where private answers are.",
)
json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
_DAY = click.DateTime(["%Y-%m-%d"])


def filters(verb: Callable[..., Any]) -> Callable[..., Any]:
    """The options that say which leads; the verb gets them as keyword arguments for `narrowed`."""
    for option in (
        click.option("--all", "everything", is_flag=True, help="With those in quarantine."),
        click.option("--quarantined", is_flag=True, help="Only those in quarantine."),
        click.option("--until", type=_DAY, help="Only up to this day, itself included (UTC)."),
        click.option("--since", type=_DAY, help="Only from this day on (UTC)."),
        click.option("--page", default="", help="Only those that this page led to, such as safety/benefits."),
        click.option(
            "--state", type=click.Choice(STATES), default=None, metavar="STATE", help=f"Only {', '.join(STATES)}."
        ),
        click.option("--form", default="", help="Only of this form, such as book."),
    ):
        verb = option(verb)
    return verb


def narrowed(  # noqa: PLR0913 - one argument a filter
    *,
    form: str = "",
    state: str | None = None,
    page: str = "",
    since: datetime | None = None,
    until: datetime | None = None,
    quarantined: bool = False,
    everything: bool = False,
) -> Filter:
    """The filter that the options ask for; raises a usage error when they contradict each other."""
    if quarantined and state not in {None, "quarantined"}:
        msg = f"--quarantined and --state {state} exclude each other"
        raise click.UsageError(msg)
    return Filter(
        form=form,
        state="quarantined" if quarantined else state or "",
        page=page.strip("/"),
        since=since.replace(tzinfo=UTC).timestamp() if since else float("-inf"),
        until=(until.replace(tzinfo=UTC) + timedelta(days=1)).timestamp() if until else float("inf"),
        everything=everything,
    )


@contextmanager
def opened(named: str, *, write: bool = False) -> Iterator[FullStore]:
    """The store, closed after the block; failures in the block become words with a fix.

    `write` readies a store that an older release made. What is no store of ours is refused first, unchanged.
    """
    kind = _known(named, "--store")
    with _words(named):
        store = open_store(named, _world(kind))
        if write and kind == "sqlite":
            store.close()
            store = open_store(named, _world(kind), create=True)
        try:
            yield store
        finally:
            store.close()


@contextmanager
def late_vault(vault_named: str, store_named: str, *, write: bool = False) -> Iterator[FullVault]:
    """The vault, opened when it is first used and closed after the block; by default the one beside the store.

    `write` readies it so that what is dropped is overwritten in the file.
    """
    kind, _, place = store_named.partition(":")
    beside = f"sqlite:{Path(place).parent / 'private.sqlite3'}" if kind == "sqlite" else f"dynamodb:{place}-private"
    named = vault_named or os.environ.get("FORMS_VAULT", "") or beside
    kind = _known(named, "--vault")

    def made() -> FullVault:
        vault = open_vault(named, _world(kind))
        if write and kind == "sqlite":
            vault.close()
            vault = open_vault(named, _world(kind), create=True)
        return vault

    with _words(named):
        vault: Any = Late(made)
        try:
            yield vault
        finally:
            vault.close()


def tokens_of(store_named: str, secrets_from: Path | None) -> Tokens:
    """The keys that hash addresses: `FORMS_PEPPER` and `FORMS_SECRETS`, or the file `secret` beside a local store."""
    kind, _, place = store_named.partition(":")
    world = _world("dynamodb" if kind == "dynamodb" or "ssm:" in os.environ.get("FORMS_PEPPER", "") else "sqlite")
    path = secrets_from or (Path(place).parent / "secret" if kind == "sqlite" else None)
    named = {name: os.environ.get(name, "") for name in ("FORMS_SECRETS", "FORMS_PEPPER")}
    if secrets_from is not None or (path is not None and not any(named.values())):
        try:
            text = path.read_text(encoding="ascii").strip() if path is not None else ""
        except (OSError, ValueError) as error:
            msg = f"the key for addresses cannot be read from {path}"
            raise MicrositeError(
                msg, fix="--secrets-from names the file; `make serve` keeps it in DATA/secret"
            ) from error
        # The oldest hashes addresses: see `serve.local`.
        named = {"FORMS_SECRETS": text, "FORMS_PEPPER": text.rpartition(",")[2]}
    try:
        secrets, peppers = (read_secrets(name, value, world) for name, value in named.items())
    except FormsError as error:
        msg = f"the key for addresses cannot be used: {error}"
        raise MicrositeError(msg, fix="set FORMS_PEPPER as the function has it") from error
    if not secrets and not peppers:
        msg = "the key for addresses is not known"
        raise MicrositeError(msg, fix="set FORMS_PEPPER as the function has it (hex, or ssm:/PATH/NAME)")
    return Tokens(secrets or peppers, peppers)


def every(store: FullStore, wanted: Filter = Filter(everything=True)) -> Iterator[Lead]:  # noqa: B008 - a value
    """The leads that are asked for, oldest first; damaged records are said after all the others."""
    yield from (lead for lead in store.scan() if wanted.wants(lead))
    demand_whole(store)


def demand_whole(store: FullStore) -> None:
    """Raise when the store held records that could not be read, as far as it was read."""
    broken = sorted(getattr(store, "unreadable", ()))
    if broken:
        # One damaged record must not hide the rest, and must not go unsaid.
        msg = f"{len(broken)} record(s) cannot be read: {', '.join(broken)}"
        raise MicrositeError(msg, fix="they are damaged, or a newer release wrote them; restore them from a backup")


def lead_with(store: FullStore, begin: str) -> Lead:
    """The lead whose id is `begin`, or the only one whose id begins so."""
    found = store.get(begin) if begin else None
    if found is not None:
        return found
    several = list(islice((lead for lead in store.scan() if lead.id.startswith(begin)), 2)) if begin else []
    if not several:
        broken = sorted(one for one in getattr(store, "unreadable", ()) if begin and one.startswith(begin))
        if broken:
            msg = f"the record {broken[0]} cannot be read"
            raise MicrositeError(msg, fix="it is damaged, or a newer release wrote it; restore it from a backup")
    if len(several) != 1:
        words = "more than one lead begins" if several else "no lead begins"
        msg = f"{words} with {begin!r}"
        raise MicrositeError(msg, fix="`microsite leads list --all` shows the ids")
    return several[0]


def watched(leads: Iterable[Lead], label: str, *, silent_output: bool = False) -> Iterator[Lead]:
    """The same leads, with a bar on standard error when somebody watches it.

    How many there are is not known before they are read; but they come by age, so the share of the time span that is
    read is. No bar in a pipe, and none between lines on the same terminal unless there are none (`silent_output`).
    """
    if not sys.stderr.isatty() or (sys.stdout.isatty() and not silent_output):
        yield from leads
        return
    now, first, done = NOW(), None, 0
    with click.progressbar(length=1000, label=label, file=sys.stderr, show_eta=False) as bar:
        for lead in leads:
            first = lead.created if first is None else first
            share = int(1000 * (lead.created - first) / max(now - first, 1))
            if done < share <= 1000:
                bar.update(share - done)
                done = share
            yield lead
        bar.update(1000 - done)


def agreed(question: str, *, yes: bool) -> None:
    """Go on when `yes` or when the person says so; leaves otherwise, with 2 when there is nobody to ask."""
    if yes:
        return
    if not sys.stdin.isatty():
        msg = "there is nobody to ask: add --yes"
        raise click.UsageError(msg)
    if not click.confirm(question, err=True):
        click.echo("Nothing was changed.", err=True)
        click.get_current_context().exit(1)


def write_file(path: Path, text: str) -> None:
    """Write a file that only its owner may read: it may hold what people sent."""
    try:
        with open(path, "w", encoding="utf-8", opener=lambda name, flags: os.open(name, flags, 0o600)) as file:
            file.write(text)
    except OSError as error:
        msg = f"{path} cannot be written: {error.strerror}"
        raise MicrositeError(msg, fix="--out names another file") from error


def _known(named: str, option: str) -> str:
    kind, _, place = named.partition(":")
    if kind not in {"sqlite", "dynamodb"} or not place:
        msg = f"{option} must be sqlite:PATH or dynamodb:TABLE, not {named!r}"
        raise click.UsageError(msg)
    return kind


def _world(kind: str) -> World:
    world = aws.world()
    environ = dict(os.environ)
    if kind == "dynamodb":
        environ |= _session(environ)
    return world._replace(environ=environ)


def _session(environ: dict[str, str]) -> dict[str, str]:
    """Region and keys from a profile, a single sign-on or a role, where the environment has none."""
    if environ.get("AWS_ACCESS_KEY_ID") and (environ.get("AWS_REGION") or environ.get("AWS_DEFAULT_REGION")):
        return {}
    import boto3  # noqa: PLC0415 - takes 0.3 s
    from botocore.exceptions import BotoCoreError  # noqa: PLC0415

    found: dict[str, str] = {}
    try:
        session = boto3.Session()
        if session.region_name and not environ.get("AWS_REGION"):
            found["AWS_REGION"] = session.region_name
        credentials = session.get_credentials()
        if credentials is not None and not environ.get("AWS_ACCESS_KEY_ID"):
            frozen = credentials.get_frozen_credentials()
            found["AWS_ACCESS_KEY_ID"], found["AWS_SECRET_ACCESS_KEY"] = frozen.access_key, frozen.secret_key
            if frozen.token:
                found["AWS_SESSION_TOKEN"] = frozen.token
    except BotoCoreError as error:
        msg = f"AWS: {error}"
        raise MicrositeError(msg, fix="mend the profile, or set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY") from error
    return found


@contextmanager
def _words(named: str) -> Iterator[None]:
    try:
        yield
    except SettingsError as error:
        fix = "set it in the environment or in a profile (AWS_PROFILE)" if "is not set" in str(error) else ""
        fix = fix or ("sign in (`aws sso login`), or set both" if "are not set" in str(error) else "")
        raise MicrositeError(str(error), fix=fix) from error
    except StoreError as error:
        msg = f"the leads cannot be read or changed: {error}"
        raise MicrositeError(msg, fix=_fix(error, named)) from error


def _fix(error: BaseException, named: str) -> str:
    """What to do about a store's failure."""
    if not named.startswith("dynamodb:"):
        return next((fix for sign, fix in _SQLITE.items() if sign in str(error)), _SQLITE[""])
    cause = error.__cause__
    code = cause.code if isinstance(cause, CallError) else ""
    if code == "ResourceNotFoundException":
        return "AWS_REGION must be the region that the table is in; --store names another table"
    if code in _KEYS:
        return "the keys are wrong or have expired: sign in again (`aws sso login`), or set AWS_ACCESS_KEY_ID anew"
    if code in {"AccessDenied", "AccessDeniedException"}:
        return "these keys may not use the table: ask operations for the role of marketing's desk"
    if code in _LOST:
        return "nothing answers there: look at the network, AWS_REGION and AWS_ENDPOINT_URL"
    return "try again in a moment; when it stays, show this to operations"

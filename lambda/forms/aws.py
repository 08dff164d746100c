"""The entry points: events in, answers out. The only module that reads the clock, the environment and randomness.

`http` answers API Gateway's HTTP API (payload version 2), under Lambda and under the local server alike; `notify`
mails what a batch of the table's stream names; `sweep` mails whatever is due; `feedback` hears from SES what became of
mail. Settings are environment variables:

| variable | meaning |
|---|---|
| `FORMS_STORE` | `sqlite:/path/leads.sqlite3` or `dynamodb:TABLE` |
| `FORMS_MAIL` | `outbox:/path/folder` or `ses` |
| `FORMS_SES_CONFIG_SET` | SES configuration set that publishes events; optional, and needed for mail that goes once |
| `FORMS_VAULT` | `sqlite:/path/private.sqlite3` or `dynamodb:TABLE`: sensitive answers |
| `FORMS_SECRETS` | signing secrets in hex, comma separated, newest first; 16 bytes each at least; or `ssm:/PATH/NAME` |
| `FORMS_PEPPER` | the same for hashes of addresses, never rotated lightly; default: the signing secrets |
| `FORMS_SITE_URL` | the site's address, such as `https://ketamine-guide.example` |
| `FORMS_FROM`, `FORMS_TEAM` | mail address that sends, mail address that gets notices |
| `FORMS_ORG_NAME`, `FORMS_ORG_ADDRESS` | as shown in mails; the postal address is one line |
| `FORMS_SHELL` | HTML file with the markers `<!--title-->` and `<!--main-->`; default: the one in the function's zip |
| `FORMS_BOOK` | folder with the book's files, or `s3:BUCKET/PREFIX`; optional |
| `FORMS_RELEASE` | the site's release, kept with each record; optional |
| `FORMS_DEFINITIONS` | folder of form definitions; default: the ones in the package |
| `FORMS_SCREENING` | `off` turns spam score and rates off, for load tests; default `on` |
| `FORMS_ORIGIN_SECRETS` | what CloudFront sends as `X-Origin-Secret`, comma separated while it is changed; optional |
| `FORMS_METRICS` | namespace of the metrics in the log lines, such as `KetamineGuide/Forms`; optional: else none |
"""

# imports inside verbs: a cold start pays only for the path it takes; pathlib costs 4 ms at a cold start:
# ruff: noqa: PLC0415, PTH118, PTH119, PTH120, PTH123
from __future__ import annotations

import json
import os
import sys
import time
from _thread import allocate_lock

from .answer import as_page
from .answer import as_problem
from .answer import in_shape_of
from .errors import FormsError
from .errors import Refused
from .errors import SettingsError
from .request import read_request

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Mapping
    from typing import Any

    from .desk import Desk
    from .handle import Handled
    from .request import Request
    from .tokens import Tokens
    from .world import World

    Event = Mapping[str, Any]

__all__ = ["feedback", "http", "notify", "prepare", "reset", "sweep", "world"]

_NAMES = (
    "FORMS_STORE",
    "FORMS_MAIL",
    "FORMS_SES_CONFIG_SET",
    "FORMS_SECRETS",
    "FORMS_PEPPER",
    "FORMS_VAULT",
    "FORMS_SITE_URL",
    "FORMS_FROM",
    "FORMS_TEAM",
    "FORMS_ORG_NAME",
    "FORMS_ORG_ADDRESS",
    "FORMS_SHELL",
    "FORMS_BOOK",
    "FORMS_RELEASE",
    "FORMS_SCREENING",
    "FORMS_DEFINITIONS",
)
#: Of ids: RFC 4648, section 6, in lower case.
_LETTERS = "abcdefghijklmnopqrstuvwxyz234567"
#: Settings → desk. Kept between events, so a warm function reads definitions and opens the store once.
_desks: dict[tuple[str, ...], Desk] = {}
#: Settings → when secrets from Parameter Store are read anew, seconds since 1970.
_stale: dict[tuple[str, ...], float] = {}
_SECRETS_HOLD = 300.0
#: Ids of damaged records that the log has named already.
_reported: set[str] = set()
#: The local server asks from several threads; two first requests must not open two stores.
_building = allocate_lock()


def http(event: Event, context: object) -> dict[str, Any]:
    """Answer one HTTP request. Never raises: what nobody foresaw is logged by place and kind and answered calmly."""
    started = time.perf_counter()
    request: Request | None = None
    try:
        from .handle import handle
        from .handle import route_of

        request = read_request(event)
        # Set on AWS only, where whoever calls is not the visitor but CloudFront.
        secrets = [one for one in os.environ.get("FORMS_ORIGIN_SECRETS", "").split(",") if one]
        if secrets:
            from .origin import visitor

            request = request._replace(caller=visitor(request, secrets))
        handled: Handled = handle(_desk, request)
        _log(
            "http",
            request_id=request.id or getattr(context, "aws_request_id", ""),
            method=request.method if request.method.isalpha() and len(request.method) <= 8 else "other",
            route=route_of(request.path),
            status=handled.answer["statusCode"],
            outcome=handled.outcome,
            reason=handled.reason,
            ms=round((time.perf_counter() - started) * 1000, 1),
            **_counted(lambda metrics: metrics.of_answer(handled, request.method)),
        )
        answer = handled.answer
    except Refused as refused:
        _log("http", status=refused.status, outcome="refused", reason=refused.reason)
        answer = in_shape_of(event, as_problem(refused.status, refused.detail))
    except Exception as error:  # noqa: BLE001 - the last line of defense
        counted = _counted(lambda metrics: metrics.of_failure())
        _log(
            "http", request_id=getattr(request, "id", ""), status=500, outcome="error", reason=_place(error), **counted
        )
        answer = _sorry(request)
    if request is not None and request.method == "HEAD":
        answer = {**answer, "body": "", "isBase64Encoded": False}
    return answer


def notify(event: Event, context: object) -> dict[str, Any]:  # noqa: ARG001 - the signature is Lambda's
    """Mail what the records of a stream batch wait for; answers which ones to hand in again.

    A record names its lead in `dynamodb.Keys.id.S`. https://docs.aws.amazon.com/lambda/latest/dg/services-ddb-batchfailurereporting.html
    """
    from .notify import deliver

    failures = []
    for record in event.get("Records", ()):
        number = record.get("dynamodb", {}).get("SequenceNumber", "")
        lead_id = record.get("dynamodb", {}).get("Keys", {}).get("id", {}).get("S", "")
        if lead_id.startswith("#"):  # a key, a mark, a meter: see `dynamodb`
            continue
        try:
            desk = _desk()
            lead = desk.store.get(lead_id)
            tally = deliver(desk, lead) if lead is not None else None
        except Exception as error:  # noqa: BLE001 - one record must not send the whole batch back
            failures.append({"itemIdentifier": number})
            _log("notify", outcome="error", reason=_place(error), record=number)
        else:
            # A mail that failed is due again by itself: the sweeper has it, the stream need not repeat it.
            _log(
                "notify",
                outcome="done",
                **(tally._asdict() if tally else {}),
                **_counted(lambda metrics: metrics.of_mails("notify", tally)),  # noqa: B023 - called at once
            )
    return {"batchItemFailures": failures}


def sweep(event: Event, context: object) -> dict[str, Any]:  # noqa: ARG001
    """Send every mail that is due; answers `{sent, dropped, failed, reasons}`.

    The release calls it too, with `{check: …}` (see `canary`); nobody else can: no address leads here.
    """
    if event.get("check"):
        from .canary import answer

        return answer(_desk(), event)
    from .notify import sweep as send_due

    desk = _desk()
    tally = send_due(desk)
    counted = _counted(lambda metrics: metrics.of_sweep(desk, tally))
    if any(tally[:3]) or counted:
        _log("sweep", outcome="done", **tally._asdict(), **counted)
    for lead_id in getattr(desk.store, "unreadable", set()) - _reported:
        # Once each: its mail waits until somebody mends the record.
        _reported.add(lead_id)
        _log("sweep", outcome="unreadable", lead=lead_id)
    return {**tally._asdict(), "reasons": list(tally.reasons)}


def feedback(event: Event, context: object) -> dict[str, Any]:  # noqa: ARG001
    """Act on a batch of SES's events out of a queue (SQS); answers which messages to hand in again.

    https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html
    """
    from .feedback import take

    failures = []
    for record in event.get("Records", ()):
        number = record.get("messageId", "")
        try:
            outcome = take(_desk(), str(record.get("body", "")))
        except Exception as error:  # noqa: BLE001 - one message must not send the whole batch back
            failures.append({"itemIdentifier": number})
            _log("feedback", outcome="error", reason=_place(error), record=number)
        else:
            # `malformed` too is done with: coming back would not mend it. Its id finds it in SES's own log.
            _log("feedback", outcome=outcome, record=number)
    return {"batchItemFailures": failures}


def prepare() -> None:
    """Read settings and definitions and open the store now, not at the first event; raises what is wrong with them.

    For the local server: a definition that breaks later must not meet a visitor before its author hears of it.
    """
    _desk()


def reset() -> None:
    """Forget settings, definitions and open stores: the next event reads them anew. For the local server and tests."""
    while _desks:
        desk = _desks.popitem()[1]
        for port in (desk.store, desk.vault, desk.mailer, desk.shelf):
            close = getattr(port, "close", None)
            if close is not None:
                close()


def world() -> World:
    """The real environment, clocks and randomness, for adapters."""
    from .world import World

    return World(
        environ=os.environ,
        clock=time.time,
        ticks=time.monotonic,
        sleep=time.sleep,
        chance=lambda: int.from_bytes(os.urandom(4)) / 2**32,
        new_id=_new_id,
    )


def _desk() -> Desk:
    settings = tuple(os.environ.get(name, "") for name in _NAMES)
    with _building:
        desk = _desks.get(settings)
        if desk is None:
            desk = _desks[settings] = _build(dict(zip(_NAMES, settings, strict=True)))
            _stale[settings] = time.time() + _SECRETS_HOLD
        elif time.time() >= _stale[settings]:
            named = dict(zip(_NAMES, settings, strict=True))
            if "ssm:" in {named["FORMS_SECRETS"][:4], named["FORMS_PEPPER"][:4]}:
                try:
                    desk = _desks[settings] = desk._replace(tokens=_tokens(named))
                except FormsError as error:
                    # The ones we have are good until somebody drops them: better than no answer.
                    _log("secrets", outcome="error", reason=_place(error))
            _stale[settings] = time.time() + _SECRETS_HOLD
    return desk


def _tokens(settings: Mapping[str, str]) -> Tokens:
    from .adapters import read_secrets
    from .tokens import Tokens

    read = [read_secrets(name, settings[name], world()) for name in ("FORMS_SECRETS", "FORMS_PEPPER")]
    if not read[0]:
        msg = "FORMS_SECRETS is not set"
        raise SettingsError(msg)
    return Tokens(*read)


def _build(settings: Mapping[str, str]) -> Desk:
    from .adapters import Late
    from .adapters import open_mailer
    from .adapters import open_shelf
    from .adapters import open_store
    from .adapters import open_vault
    from .definition import load
    from .desk import Desk
    from .desk import Site

    named = _needed(settings, "FORMS_STORE")
    tokens = _tokens(settings)
    site = Site(
        url=_needed(settings, "FORMS_SITE_URL").rstrip("/"),
        name=settings["FORMS_ORG_NAME"],
        address=settings["FORMS_ORG_ADDRESS"],
        team=settings["FORMS_TEAM"],
        sender=settings["FORMS_FROM"],
        release=settings["FORMS_RELEASE"],
    )
    forms = load(settings["FORMS_DEFINITIONS"] or None)
    # Last, when nothing else can be wrong: a store that is opened must be in a desk, or nobody closes it.
    outside = world()
    store = open_store(named, outside, create=True)
    return Desk(
        forms=forms,
        store=store,
        marks=store,
        meter=store,
        vault=Late(lambda: open_vault(settings["FORMS_VAULT"], outside, create=True)),
        mailer=Late(lambda: open_mailer(settings["FORMS_MAIL"], outside, config_set=settings["FORMS_SES_CONFIG_SET"])),
        shelf=Late(lambda: open_shelf(settings["FORMS_BOOK"], outside)),
        tokens=tokens,
        clock=time.time,
        new_id=_new_id,
        site=site,
        shell=_shell_reader(settings["FORMS_SHELL"]),
        screening=settings["FORMS_SCREENING"] != "off",
    )


def _needed(settings: Mapping[str, str], name: str) -> str:
    if not settings[name]:
        msg = f"{name} is not set"
        raise SettingsError(msg)
    return settings[name]


def _shell_reader(path: str) -> Callable[[], str]:
    path = path or os.path.join(os.path.dirname(__file__), "shell.html")

    def read() -> str:
        # Read each time: pages with errors are rare, and under `make serve` the file changes with the theme.
        try:
            with open(path, encoding="utf-8") as file:
                return file.read()
        except (OSError, UnicodeDecodeError):
            return ""

    return read


def _new_id() -> str:
    # Five bits a letter, 130 in all. (`base64.b32encode` would do; the module costs 1 ms at a cold start.)
    return "".join([_LETTERS[one & 31] for one in os.urandom(26)])


def _sorry(request: Request | None) -> dict[str, Any]:
    detail = "We could not do this just now. Please try again in a few minutes."
    if request is None or request.wants_json():
        return as_problem(500, detail)
    from . import words
    from .html import render_page

    return as_page(500, render_page(_shell_reader(os.environ.get("FORMS_SHELL", ""))(), *words.sorry(detail)))


def _place(error: BaseException) -> str:
    """Kind and place of an error, `ValueError@validate.py:12`; its message may hold what a visitor typed."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    at = f"{os.path.basename(trace.tb_frame.f_code.co_filename)}:{trace.tb_lineno}" if trace else "?"
    words = f" {error}" if isinstance(error, SettingsError | ImportError) else ""
    return f"{type(error).__name__}@{at}{words}"


def _counted(of: Callable[[Any], tuple[dict[str, float], dict[str, str]]]) -> dict[str, Any]:
    """The metrics that `of` finds, as members of a log line; none where they are not asked for (this machine)."""
    namespace = os.environ.get("FORMS_METRICS", "")
    if not namespace:
        return {}
    from . import metrics

    return metrics.embedded(namespace, time.time(), *of(metrics))


def _log(event: str, /, **facts: object) -> None:
    sys.stderr.write(json.dumps({"event": event, **{name: fact for name, fact in facts.items() if fact != ""}}) + "\n")

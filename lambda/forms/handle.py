"""From a request to an answer: the routes, and what each shows to a browser and to a program.

In: a `Request` and a `Desk`. Out: the answer and a word for the log. Refusals are `Refused` values from the rooms
below, turned into a page or problem details here, once.
"""

# ruff: noqa: PLC0415 - imports inside verbs: a cold start pays only for the path it takes
from __future__ import annotations

from . import words
from .answer import as_file
from .answer import as_json
from .answer import as_page
from .answer import as_problem
from .answer import see_other
from .body import read_fields
from .errors import Refused
from .errors import StoreError
from .errors import TokenExpired
from .errors import TokenInvalid
from .html import page
from .html import render_form
from .html import render_page
from .record import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Mapping
    from typing import Any

    from .definition import Form
    from .desk import Desk
    from .lead import Lead
    from .request import Request

    Answer = dict[str, Any]

__all__ = ["Handled", "handle", "route_of"]

_MEDIA = {"pdf": "application/pdf", "epub": "application/epub+zip"}
#: What a browser is told when a form is stored; the same for new, repeated and quarantined, and it tells nothing of
#: what was there before.
_FORMS = "/api/forms/"


class Handled(NamedTuple):
    """An answer and what the log says of it."""

    answer: Answer
    #: `stored`, `repeated`, `quarantined`, `invalid`, `refused`, `shown`, …
    outcome: str
    reason: str = ""
    #: Id of the form that it is about, "" for none; a metric's dimension.
    form: str = ""


def route_of(path: str) -> str:
    """The route's name for the log; a path may hold anything, a route is one of a few words."""
    return _FORMS + "{form}" if path.startswith(_FORMS) else path if path in _ROUTES else "unknown"


def handle(desk: Callable[[], Desk], request: Request) -> Handled:
    """Answer `request`. `desk` is called only by routes that need it: health needs no store."""
    try:
        if request.path == "/api/health":
            _allow(request, "GET")
            return Handled(as_json(200, {"status": "ok"}), "shown")
        if request.path.startswith(_FORMS):
            return _forms(desk(), request)
        return _verb(request)(desk(), request)
    except Refused as refused:
        return _refusal(desk, request, refused)
    except StoreError as error:
        detail = "We could not do this just now. Please try again in a minute."
        if request.wants_json():
            answer = as_problem(503, detail, headers={"retry-after": "30"})
        else:
            html = render_page(desk().shell(), *words.sorry(detail))
            answer = as_page(503, html, {"retry-after": "30"})
        return Handled(answer, "failed", type(error).__name__)


def _verb(request: Request) -> Callable[[Desk, Request], Handled]:
    verbs = _ROUTES.get(request.path)
    if verbs is None:
        raise Refused(404, "no-such-route", "There is no such page.")
    _allow(request, *verbs)
    return verbs["GET" if request.method == "HEAD" else request.method]


def _allow(request: Request, *methods: str) -> None:
    allowed = [*methods, *(["HEAD"] if "GET" in methods else [])]
    if request.method not in allowed:
        headers = {"allow": ", ".join(sorted(allowed))}
        raise Refused(405, "method", "This address does not take requests of this kind.", headers=headers)


def _same_site(desk: Desk, request: Request) -> None:
    if request.cross_site(desk.site.url):
        raise Refused(403, "cross-site", "This was sent from another website. Please use the form on our own page.")


def _refusal(desk: Callable[[], Desk], request: Request, refused: Refused) -> Handled:
    if request.wants_json():
        answer = as_problem(refused.status, refused.detail, refused.errors, refused.headers)
    else:
        tools = desk() if refused.reason != "method" or request.path != "/api/health" else None
        form = tools.forms.get(request.path.removeprefix(_FORMS)) if tools else None
        title, main = words.refused(refused.status, refused.detail, form.page if form else "")
        answer = as_page(refused.status, render_page(tools.shell() if tools else "", title, main), refused.headers)
    return Handled(answer, "refused", refused.reason)


def _forms(desk: Desk, request: Request) -> Handled:
    from .lead import CANARY
    from .submit import submit
    from .validate import check

    form = desk.forms.get(request.path.removeprefix(_FORMS))
    if form is None:
        raise Refused(404, "no-such-form", "There is no such form.")
    _allow(request, "POST")
    _same_site(desk, request)
    sent = read_fields(request)
    source = request.source(desk.site.url, sent.get("page", ""))
    try:
        done = submit(desk, form, sent, page=source, visitor=request.caller)
    except StoreError as error:
        return _unsaved(desk, request, _Typed(form, sent, check(form, sent).shown(), {}, source), error)
    if done.flood:
        return _flooded(desk, request, _Typed(form, sent, done.checked.shown(), {}, source), done.flood)
    if done.lead is None:
        errors = done.checked.errors
        if request.wants_json():
            answer = as_problem(422, "Please correct the fields named below and send again.", errors)
        else:
            answer = _again(desk, 422, _Typed(form, sent, done.checked.shown(), errors, source))
        return Handled(answer, "invalid", ",".join(errors), form.id)
    if done.challenge:
        from .gate import held

        return held(desk, request, done.lead, repeated=done.repeated)
    held_back = done.lead.quarantined is not None
    outcome = "repeated" if done.repeated else "quarantined" if held_back else "stored"
    if CANARY in done.lead.reasons:
        outcome = CANARY  # no metric counts it
    reason = ",".join(done.lead.reasons) if outcome == "quarantined" else "unmetered" if done.unmetered else ""
    if request.wants_json():
        status = "pending" if form.double_opt_in else "received"
        return Handled(as_json(200, {"status": status, "id": done.lead.id}), outcome, reason, form.id)
    return Handled(see_other(form.thanks), outcome, reason, form.id)


def _flooded(desk: Desk, request: Request, typed: _Typed, wait: float) -> Handled:
    """Far too much from one network: not stored, everything that was typed is handed back."""
    headers = {"retry-after": str(int(wait) + 1)}
    if request.wants_json():
        detail = "Too many messages come from your network. Nothing was stored. Send it again later."
        return Handled(as_problem(429, detail, headers=headers), "refused", "flood", typed.form.id)
    answer = _again(desk, 429, typed, words.flooded())
    answer["headers"].update(headers)
    return Handled(answer, "refused", "flood", typed.form.id)


class _Typed(NamedTuple):
    """A form with what was typed into it, to be shown again."""

    form: Form
    sent: Mapping[str, str]
    #: Normalised values and ticks.
    shown: Mapping[str, str]
    errors: Mapping[str, str]
    #: Slug of the page that led to the form.
    source: str


def _again(desk: Desk, status: int, typed: _Typed, note: str = "") -> Answer:
    from .submit import release_of

    form = typed.form
    release = release_of(typed.sent, desk.site.release)
    stamped = _stamp(desk, typed.sent.get("rendered", "")) if desk.screening else ""
    drawn = render_form(
        form, values=typed.shown, errors=typed.errors, page=typed.source, release=release, rendered=stamped
    )
    return as_page(status, render_page(desk.shell(), f"Error: {form.title}", page(form, note + drawn)))


def _stamp(desk: Desk, shown: str) -> str:
    """The stamp for a form that is shown again: the one it came with, or one of a moment ago.

    The form was filled in before, so a quick correction is not haste.
    """
    from .stamp import FASTEST
    from .stamp import make
    from .stamp import read

    now = desk.clock()
    return (
        shown
        if shown and read(desk.tokens, shown, now) in {"", "fast"}
        else make(desk.tokens, now - FASTEST, desk.new_id())
    )


def _unsaved(desk: Desk, request: Request, typed: _Typed, error: StoreError) -> Handled:
    """The store failed: say so, and hand everything that was typed back."""
    detail = "We could not save this just now. Nothing was sent. Please try again in a minute."
    if request.wants_json():
        answer = as_problem(503, detail, headers={"retry-after": "30"})
    else:
        note = f'<div class="errors" role="alert" tabindex="-1"><h2>There is a problem</h2><p>{detail}</p></div>\n'
        answer = _again(desk, 503, typed, note)
        answer["headers"]["retry-after"] = "30"
    return Handled(answer, "failed", type(error).__name__)


def _page(desk: Desk, status: int, shown: tuple[str, str], outcome: str = "shown", reason: str = "") -> Handled:
    return Handled(as_page(status, render_page(desk.shell(), *shown)), outcome, reason)


def _dead(request: Request, page: Handled, title: str) -> Handled:
    """A link that does nothing: a person is shown `page`, a program gets problem details with its title."""
    return page._replace(answer=as_problem(page.answer["statusCode"], f"{title}.")) if request.wants_json() else page


def _found(desk: Desk, request: Request, purpose: str, token: str) -> tuple[Form, Lead] | Handled:
    """The form and lead of a link, or the page that says why not."""
    from .follow import find

    try:
        found = find(desk, purpose, token)
    except TokenInvalid as error:
        shown = words.broken()
        return _dead(request, _page(desk, 400, shown, "refused", f"token-{error}"), shown[0])
    except TokenExpired:
        shown = words.expired(f"/api/{purpose}", token)
        return _dead(request, _page(desk, 410, shown, "expired"), shown[0])
    shown = words.gone(purpose)
    return found or _dead(request, _page(desk, 410, shown, "gone"), shown[0])


def _resent(desk: Desk, request: Request, purpose: str, token: str) -> Handled:
    from .follow import resend

    try:
        form = resend(desk, purpose, token)
    except TokenInvalid as error:
        shown = words.broken()
        return _dead(request, _page(desk, 400, shown, "refused", f"token-{error}"), shown[0])
    if form is None:
        shown = words.gone(purpose)
        return _dead(request, _page(desk, 410, shown, "gone"), shown[0])
    return Handled(see_other(form.thanks), "asked-again")


def _show_confirm(desk: Desk, request: Request) -> Handled:
    token = request.query().get("token", "")
    found = _found(desk, request, "confirm", token)
    return found if isinstance(found, Handled) else _page(desk, 200, words.confirm(token))


def _do_confirm(desk: Desk, request: Request) -> Handled:
    from .follow import confirm

    _same_site(desk, request)
    sent = read_fields(request)
    token = sent.get("token", "")
    if sent.get("again"):
        return _resent(desk, request, "confirm", token)
    found = _found(desk, request, "confirm", token)
    if isinstance(found, Handled):
        return found
    confirm(desk, *found, token)
    if request.wants_json():
        return Handled(as_json(200, {"status": "confirmed", "id": found[1].id}), "confirmed", "", found[0].id)
    return Handled(see_other(found[0].confirmed or found[0].thanks), "confirmed", "", found[0].id)


def _show_book(desk: Desk, request: Request) -> Handled:
    query = request.query()
    token, kind = query.get("token", ""), query.get("format", "")
    found = _found(desk, request, "book", token)
    if isinstance(found, Handled):
        return found
    form = found[0]
    if not kind:
        return _page(desk, 200, words.book(form, token))
    name = form.book_files.get(kind)
    if name is None:
        raise Refused(404, "no-such-format", "The book does not come in this format.")
    content = desk.shelf.read(name)
    if content is None:
        detail = "The book cannot be fetched just now. Please try the link again later."
        return _page(desk, 503, words.sorry(detail), "failed", "book-missing")
    return Handled(as_file(content, _MEDIA.get(kind, "application/octet-stream"), name), "book", kind, form.id)


def _do_book(desk: Desk, request: Request) -> Handled:
    _same_site(desk, request)
    return _resent(desk, request, "book", read_fields(request).get("token", ""))


def _show_unsubscribe(desk: Desk, request: Request) -> Handled:
    token = request.query().get("token", "")
    found = _found(desk, request, "unsubscribe", token)
    if isinstance(found, Handled):
        return found
    from .preferences import choices_url

    # Who never confirmed is on no list: there is nothing to choose, only to stop.
    choices = choices_url(desk, found[1]) if found[1].confirmed is not None else ""
    return _page(desk, 200, words.unsubscribe(token, choices))


def _do_unsubscribe(desk: Desk, request: Request) -> Handled:
    # RFC 8058: the mail program POSTs to the link itself, from its own site; the token is all the proof there is.
    # Only a POST without it in the address (our own button) has it in the body.
    from .follow import unsubscribe

    token = request.query().get("token", "") or read_fields(request).get("token", "")
    found = _found(desk, request, "unsubscribe", token)
    if isinstance(found, Handled):
        return found
    unsubscribe(desk, *found, token)
    if request.wants_json():
        return Handled(as_json(200, {"status": "unsubscribed"}), "unsubscribed")
    return _page(desk, 200, words.unsubscribed(found[0]), "unsubscribed")


def _show_preferences(desk: Desk, request: Request) -> Handled:
    from .preferences import show

    token = request.query().get("token", "")
    found = _found(desk, request, "preferences", token)
    return found if isinstance(found, Handled) else _page(desk, 200, show(desk, *found, token))


def _do_preferences(desk: Desk, request: Request) -> Handled:
    from .preferences import obey

    _same_site(desk, request)
    sent = read_fields(request)
    found = _found(desk, request, "preferences", sent.get("token", ""))
    if isinstance(found, Handled):
        return found
    shown, outcome = obey(desk, *found, sent)
    if request.wants_json():
        return Handled(as_json(200, {"status": outcome}), outcome)
    return _page(desk, 200, shown, outcome)


def _show_stamp(desk: Desk, request: Request) -> Handled:
    from .gate import show_stamp

    return show_stamp(desk, request)


def _show_challenge(desk: Desk, request: Request) -> Handled:
    from .gate import show_challenge

    return show_challenge(desk, request)


def _do_challenge(desk: Desk, request: Request) -> Handled:
    from .gate import do_challenge

    _same_site(desk, request)
    return do_challenge(desk, request)


_ROUTES: dict[str, dict[str, Callable[[Desk, Request], Handled]]] = {
    "/api/health": {},
    "/api/confirm": {"GET": _show_confirm, "POST": _do_confirm},
    "/api/book": {"GET": _show_book, "POST": _do_book},
    "/api/challenge": {"GET": _show_challenge, "POST": _do_challenge},
    "/api/preferences": {"GET": _show_preferences, "POST": _do_preferences},
    "/api/stamp": {"GET": _show_stamp},
    "/api/unsubscribe": {"GET": _show_unsubscribe, "POST": _do_unsubscribe},
}

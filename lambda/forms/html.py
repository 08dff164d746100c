"""How a form is drawn: the same markup in the built page and in the answer to a wrong entry.

In: a `Form`, what was typed, what is wrong with it. Out: an HTML fragment, complete without script, every value
escaped, no `style=`. `novalidate` because our own errors, in words and with a summary, replace the browser's bubbles
(GOV.UK: "turn off HTML5 validation"); the same checks run in `validate.py`.
"""

from __future__ import annotations

import re

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from .definition import Consent
    from .definition import Field
    from .definition import Form

__all__ = ["escape", "link_text", "page", "render_form", "render_page"]

_ESCAPES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;"})
#: `[text](target)` in the prose of a definition; only these targets become links.
_LINK = r"\[([^\[\]]+)\]\(((?:/|tel:|sms:|mailto:|https://)[^()\s\"'<>]*)\)"

#: Used when the site's own shell is not there: a missing file must not cost a visitor the answer.
_PLAIN_SHELL = """\
<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title><!--title--></title>
</head>
<body>
<main id="main">
<!--main-->
</main>
</body>
</html>
"""


def escape(text: str) -> str:
    """Make `text` safe as HTML text and in a double- or single-quoted attribute."""
    return text.translate(_ESCAPES)


def link_text(text: str) -> str:
    """Escape `text` and turn its `[words](target)` into links."""
    return re.sub(_LINK, r'<a href="\2">\1</a>', escape(text))


def render_page(shell: str, title: str, main: str) -> str:
    """Put `main` (HTML) and `title` (text) into the site's shell; an empty shell means the built-in one."""
    # `main` last and by `partition`-like single replaces: a visitor's text may contain a marker itself.
    before, marker, after = (shell or _PLAIN_SHELL).partition("<!--main-->")
    if not marker:
        before, _, after = _PLAIN_SHELL.partition("<!--main-->")
    words = escape(title)
    return before.replace("<!--title-->", words) + main + after.replace("<!--title-->", words)


def page(form: Form, fragment: str) -> str:
    """The main part of an answer that shows `form` again: heading, then the drawn form."""
    return f"<h1>{escape(form.title)}</h1>\n{fragment}"


def render_form(  # noqa: PLR0913 - each is one thing the markup shows
    form: Form,
    *,
    values: Mapping[str, str] | None = None,
    errors: Mapping[str, str] | None = None,
    page: str = "",
    release: str = "",
    rendered: str = "",
) -> str:
    """Draw `form` as an HTML fragment (`<form class="form">…</form>`).

    `values` (field → what was typed) are kept, `errors` (field → sentence) are summed up on top and shown at their
    fields. `page` is the slug of the page that led here, `release` the site's release, `rendered` the signed time of
    drawing; each is a hidden input when not empty.
    """
    values = values or {}
    errors = errors or {}
    parts = [f'<form class="form" id="form-{form.id}" action="/api/forms/{form.id}" method="post" novalidate>']
    if errors:
        parts.append(_summary(errors))
    if form.warning:
        parts.append(
            '<div class="admonition warning">'
            f'<p class="admonition-title">{escape(form.warning_title)}</p><p>{link_text(form.warning)}</p></div>'
        )
    if form.intro:
        parts.append(f'<p class="form__intro">{link_text(form.intro)}</p>')
    parts += [_field(field, values.get(field.name, ""), errors.get(field.name, "")) for field in form.fields]
    parts += [_consent(box, values.get(box.name, ""), errors.get(box.name, "")) for box in form.consents]
    # Hidden by class, not by `type=hidden`, which robots skip. Without CSS the label tells people what to do.
    parts.append(
        f'<div class="hp"><label for="{form.honeypot}">Leave this box empty</label>'
        f'<input type="text" id="{form.honeypot}" name="{form.honeypot}" tabindex="-1" autocomplete="off"></div>'
    )
    for name, value in (("page", page), ("release", release), ("rendered", rendered)):
        if value:
            parts.append(f'<input type="hidden" name="{name}" value="{escape(value)}">')
    parts.append(f'<button class="button" type="submit">{escape(form.button)}</button>')
    parts.append("</form>")
    return "\n".join(parts)


def _summary(errors: Mapping[str, str]) -> str:
    items = "".join(f'<li><a href="#{escape(name)}">{escape(text)}</a></li>' for name, text in errors.items())
    return (
        f'<div class="errors" role="alert" tabindex="-1" id="errors"><h2>There is a problem</h2><ul>{items}</ul></div>'
    )


def _error(name: str, text: str) -> str:
    return f'<p class="error" id="{name}-error"><span class="vh">Error: </span>{escape(text)}</p>' if text else ""


def _described(*ids: str) -> str:
    named = " ".join(one for one in ids if one)
    return f' aria-describedby="{named}"' if named else ""


def _field(field: Field, value: str, error: str) -> str:
    name = field.name
    # One that another answer makes needed says so in its hint.
    optional = "" if field.required or field.required_if else " (optional)"
    hint = f'<span class="hint" id="{name}-hint">{link_text(field.hint)}</span>' if field.hint else ""
    described = _described(f"{name}-hint" if hint else "", f"{name}-error" if error else "")
    invalid = ' aria-invalid="true"' if error else ""
    required = " required" if field.required else ""
    group = f'<div class="field{" field--error" if error else ""}">'
    words = f"{escape(field.label)}{optional}"
    if field.kind == "radio":
        return (
            f'{group}<fieldset role="radiogroup"{described}{invalid}><legend>{words}</legend>{hint}'
            f"{_error(name, error)}{_choices(field, value, required)}</fieldset></div>"
        )
    label = f'<label for="{name}">{words}</label>{hint}{_error(name, error)}'
    if field.kind == "select":
        fill = f' autocomplete="{field.autocomplete}"' if field.autocomplete else ""
        control = (
            f'<select id="{name}" name="{name}"{fill}{required}{described}{invalid}>'
            f'<option value="">Choose one</option>{_options(field, value)}</select>'
        )
    else:
        control = _typed(field, value, required + described + invalid)
    return f"{group}{label}{control}</div>"


def _options(field: Field, value: str) -> str:
    return "".join(
        f'<option value="{escape(one.value)}"{" selected" if one.value == value else ""}>{escape(one.label)}</option>'
        for one in field.options
    )


def _choices(field: Field, value: str, more: str) -> str:
    """Radio buttons. The first has the field's own name as its id: the link in the list of errors leads there."""
    parts = []
    for number, one in enumerate(field.options):
        identity = field.name if number == 0 else f"{field.name}-{number + 1}"
        checked = " checked" if one.value == value else ""
        parts.append(
            f'<div class="check"><input type="radio" id="{identity}" name="{field.name}" value="{escape(one.value)}"'
            f'{checked}{more}><label for="{identity}">{escape(one.label)}</label></div>'
        )
    return "".join(parts)


def _typed(field: Field, value: str, more: str) -> str:
    name = field.name
    attributes = f' id="{name}" name="{name}"'
    if not field.multiline:  # on a textarea it would cut a pasted message silently; there our own error speaks
        attributes += f' maxlength="{field.longest}"'
    if field.autocomplete:
        attributes += f' autocomplete="{field.autocomplete}"'
    if field.inputmode:
        attributes += f' inputmode="{field.inputmode}"'
    if field.kind == "email":
        attributes += ' autocapitalize="none" spellcheck="false"'
    attributes += more
    if field.multiline:
        # A parser drops one newline after <textarea>: without this one a typed leading line break would be lost.
        return f'<textarea rows="{field.rows}"{attributes}>\n{escape(value)}</textarea>'
    kept = f' value="{escape(value)}"' if value else ""
    return f'<input type="{field.kind}"{attributes}{kept}>'


def _consent(box: Consent, value: str, error: str) -> str:
    # The wording's own id: a page that stayed open over a release must not pass for consent to words it did not show.
    attributes = f' id="{box.name}" name="{box.name}" value="{escape(box.id)}"'
    if box.required:
        attributes += " required"
    if value == "yes":
        attributes += " checked"
    attributes += _described(f"{box.name}-error" if error else "")
    if error:
        attributes += ' aria-invalid="true"'
    return (
        f'<div class="field{" field--error" if error else ""}">{_error(box.name, error)}<div class="check">'
        f'<input type="checkbox"{attributes}><label for="{box.name}">{link_text(box.text)}</label></div></div>'
    )

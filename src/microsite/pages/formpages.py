"""What pages say about forms, from the definitions alone: a page for a form that has none, and what each form keeps.

In: forms, the pages that are written by hand. Out: Markdown and views. A definition file is a whole form: without a
page of its own it still stands somewhere, thanks, and is listed on the page on privacy.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from typing import Any

from forms.html import render_form

if TYPE_CHECKING:
    from collections.abc import Collection
    from collections.abc import Iterable
    from collections.abc import Iterator
    from collections.abc import Mapping

    from forms.definition import Field
    from forms.definition import Form

__all__ = ["FormPage", "form_pages", "form_view", "kept_markdown"]


@dataclass(frozen=True, slots=True)
class FormPage:
    """A page that nobody wrote."""

    #: Below docs/, such as `survey/thanks/index.md`.
    path: str
    url: str
    title: str
    standfirst: str
    #: With front matter.
    markdown: str
    #: The form that stands on it; None on the pages after sending and confirming.
    form: Form | None = None


def form_pages(forms: Iterable[Form], written: Collection[str]) -> Iterator[FormPage]:
    """The pages that the definitions name and that are not among `written` (paths below docs/)."""
    for form in forms:
        asks = "Look into your mail: one click in our email is left to do." if form.double_opt_in else ""
        pages = [
            (form.page, form.title, "", form),
            (
                form.thanks,
                f"Thank you: {form.title}",
                asks or "What you sent is stored, and a person will read it.",
                None,
            ),
        ]
        if form.confirmed:
            pages.append((form.confirmed, f"Confirmed: {form.title}", "Your address is confirmed.", None))
        for url, title, standfirst, shown in pages:
            inside = url.strip("/")
            if inside and f"{inside}/index.md" not in written and f"{inside}.md" not in written:
                # JSON strings are YAML strings: a title may hold anything.
                markdown = f"---\ntitle: {_quoted(title)}\ndescription: {_quoted(standfirst or title)}\n---\n"
                yield FormPage(f"{inside}/index.md", url, title, standfirst, markdown, shown)


def form_view(page: FormPage) -> dict[str, Any]:
    """What the templates may know of a page from `form_pages`."""
    return {
        "kind": "form" if page.form else "thanks",
        "url": page.url,
        "slug": page.url.strip("/").replace("/", "-"),
        "crumbs": [{"title": "Home", "url": "/"}],
        "standfirst": page.standfirst,
        "form": page.form.id if page.form else "",
        "form_html": render_form(page.form) if page.form else "",
        "noindex": page.form is None,
    }


def kept_markdown(forms: Iterable[Form], paths: Mapping[str, str]) -> str:
    """The table of what each form keeps, for how long, and who reads it: Markdown, with a caption.

    `paths` is address → path below docs/ of every page.
    """
    rows = [
        "Table: What each form keeps, for how long, and who reads it",
        "",
        "| Form | We ask for | Kept for | Who reads it |",
        "|---|---|---|---|",
    ]
    for form in forms:
        cells = (f"[{_cell(form.title)}](/{paths[form.page]})", _asked(form), _kept(form), _read_by(form))
        rows.append(f"| {' | '.join(cells)} |")
    return "\n".join(rows)


def _asked(form: Form) -> str:
    return "; ".join(_cell(field.label).rstrip("?") + _how(field) for field in form.fields)


def _how(field: Field) -> str:
    if field.private:
        return " (kept apart, optional)" if not field.required else " (kept apart)"
    return "" if field.required else " (only for that way of answering)" if field.required_if else " (optional)"


def _kept(form: Form) -> str:
    parts = []
    if form.double_opt_in:
        parts.append(
            f"{_days(form.unconfirmed_days)} if you do not confirm; {_days(form.retention_days)} after you did"
        )
    else:
        parts.append(_days(form.retention_days))
    if form.vault_days:
        parts.append(f"what is kept apart: {_days(form.vault_days)}")
    return "; ".join(parts)


def _read_by(form: Form) -> str:
    team = form.notify == "team"
    if form.private:
        return "our team; the email to the team says only that something came" if team else "our team"
    return "our team, by email" if team else "nobody by routine; our team can look it up"


def _days(count: int) -> str:
    return "1 day" if count == 1 else f"{count} days"


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


def _quoted(text: str) -> str:
    import json  # noqa: PLC0415 (used when a page is missing, which is rare)

    return json.dumps(text, ensure_ascii=False)

"""The forms of the site at run time: a POST becomes a durable record, then a mail.

Standard library only; imports nothing of `microsite`. Runs unchanged under the local server and in the function.
Nothing is imported here: a cold start pays only for the path it takes. Enter by `forms.aws` (events),
`forms.definition` (what a form is) or `forms.html` (how it is drawn).
"""

from __future__ import annotations

__all__: list[str] = []

"""Every error that `forms` raises on purpose.

The tree::

    FormsError                    base; `str(error)` is one sentence for a log, never a visitor's words
    ├── SettingsError             the function is configured wrongly (an environment variable, a missing secret)
    ├── DefinitionError           a form definition cannot be used; carries the mistakes with file and line
    ├── Refused                   a request that is answered with a 4xx; carries status and words for the visitor
    ├── TokenError                a signed link cannot be used
    │   ├── TokenInvalid          not ours, cut short, or made for another purpose
    │   └── TokenExpired          ours, but too old; carries whom it was made for
    ├── StoreError                the store failed, nothing is known to be written
    │   └── StoreBusy             others kept changing the same record; try again
    ├── MailError                 the mailer did not take the mail; it stays due
    └── CallError                 a service of AWS said no or could not be reached; adapters make one of the above of it

Adapters translate foreign errors (`sqlite3.Error`, `OSError`) into this tree with `from`.
"""

from __future__ import annotations

TYPE_CHECKING = False  # `typing` costs milliseconds at a cold start; checkers know this spelling
if TYPE_CHECKING:
    from collections.abc import Mapping
    from collections.abc import Sequence

    from .check import Mistake

__all__ = [
    "CallError",
    "DefinitionError",
    "FormsError",
    "MailError",
    "Refused",
    "SettingsError",
    "StoreBusy",
    "StoreError",
    "TokenError",
    "TokenExpired",
    "TokenInvalid",
]


class FormsError(Exception):
    """Base of the tree."""


class SettingsError(FormsError):
    """The function is configured wrongly; the message names the variable."""


class DefinitionError(FormsError):
    """A form definition cannot be used."""

    def __init__(self, message: str, mistakes: Sequence[Mistake] = ()) -> None:
        super().__init__(message)
        #: What is wrong, with file, line and fix.
        self.mistakes = tuple(mistakes)


class Refused(FormsError):  # noqa: N818 - named for what happens, as an answer and not a failure
    """A request that gets a 4xx answer. `reason` is for the log, `detail` for the visitor."""

    def __init__(
        self,
        status: int,
        reason: str,
        detail: str,
        *,
        errors: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(reason)
        #: HTTP status, 400 to 499.
        self.status = status
        #: A stable word for logs and metrics, such as `body-too-large`.
        self.reason = reason
        #: One or two plain sentences for the visitor. Never holds what the visitor sent.
        self.detail = detail
        #: Field name → message, for 422.
        self.errors = dict(errors or {})
        #: Extra response headers, such as `Allow`.
        self.headers = dict(headers or {})


class TokenError(FormsError):
    """A signed link cannot be used."""


class TokenInvalid(TokenError):  # noqa: N818 - read as a sentence: "except TokenInvalid"
    """The token is not ours, is cut short, or was made for another purpose."""


class TokenExpired(TokenError):  # noqa: N818
    """The token is ours and too old."""

    def __init__(self, message: str, *, subject: str) -> None:
        super().__init__(message)
        #: The lead id the token was made for: proven by the signature, so a new link may be offered.
        self.subject = subject


class StoreError(FormsError):
    """The store failed; nothing is known to be written."""


class StoreBusy(StoreError):  # noqa: N818
    """A record kept changing under us; the caller may try again."""


class MailError(FormsError):
    """The mailer did not take the mail; it stays due and is tried again."""

    def __init__(self, message: str, *, uncertain: bool = False) -> None:
        super().__init__(message)
        #: Whether the mail may have gone out all the same: the whole request was handed over and no answer came.
        self.uncertain = uncertain


class CallError(FormsError):
    """A service of AWS said no, or could not be reached.

    `str(error)` names code and status, never the service's message: SES and DynamoDB repeat addresses and values there.
    """

    def __init__(self, code: str, *, uncertain: bool, status: int = 0, body: bytes = b"") -> None:
        super().__init__(f"{code} ({status})" if status else code)
        #: The service's own, such as `ThrottlingException`; or `connect`, `timeout`, `lost` (before the first byte of
        #: the answer), `cut` (in the middle of it), `garbled`, `certificate`.
        self.code = code
        #: Whether it may have been done all the same.
        self.uncertain = uncertain
        #: HTTP status, 0 when there was no answer.
        self.status = status
        self.body = body

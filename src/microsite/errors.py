"""Every error that `microsite` raises on purpose.

The tree::

    MicrositeError            something a user can act on; the command prints it and exits with 1
    ├── ConfigError           a setting or a file of settings is wrong (path and key are named)
    ├── ContentError          the content has findings of severity "error"; carries them
    ├── BuildError            the builder or a pass after it failed
    ├── ServeError            the local server cannot start (port in use, no right to bind)
    ├── BookError             the book cannot be typeset
    ├── PackageError          the function's zip cannot be made
    ├── SearchError           a collection, a judgement file or an index cannot be read
    └── DeployError           a release did not happen; what visitors see is as it was, or the message says so
        ├── AccessDenied      the keys in use may not do something; carries the action and the role
        ├── WrongTarget       bucket, stack, store, region or account is not ours, or not there
        ├── Locked            somebody else is releasing; carries who and until when
        ├── Refused           a guard said no: half a site, too many deletes, a name with other bytes
        │   └── Moved         the store of the live release was changed by somebody else meanwhile
        ├── Unverified        a release does not answer as its manifest says; carries every problem
        └── Interrupted       throttled to the end, connection lost, keys expired: running it again is safe

What an editor can mend in a page is not an error but a `microsite.findings.Finding`, returned as a value.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from .findings import Finding

__all__ = [
    "AccessDenied",
    "BookError",
    "BuildError",
    "ConfigError",
    "ContentError",
    "DeployError",
    "Interrupted",
    "Locked",
    "MicrositeError",
    "Moved",
    "PackageError",
    "Refused",
    "SearchError",
    "ServeError",
    "Unverified",
    "WrongTarget",
]


class MicrositeError(Exception):
    """Base of the tree. `str(error)` is one sentence for a person; `fix` says what to do about it."""

    def __init__(self, message: str, *, fix: str = "") -> None:
        super().__init__(message)
        #: What the person can do about it, one sentence; empty when the message already says it.
        self.fix = fix


class ConfigError(MicrositeError):
    """A setting is missing or wrong."""

    def __init__(self, message: str, *, path: Path | None = None, key: str = "", fix: str = "") -> None:
        super().__init__(message, fix=fix)
        #: The file that holds the setting, if it is in a file.
        self.path = path
        #: The dotted name of the setting, such as `extra.contact.phone`.
        self.key = key


class ContentError(MicrositeError):
    """The content cannot be published; `findings` says where and why."""

    def __init__(self, message: str, findings: Sequence[Finding] = (), *, fix: str = "") -> None:
        super().__init__(message, fix=fix)
        #: All findings of the run, errors and warnings, in order of place.
        self.findings = tuple(findings)


class BuildError(MicrositeError):
    """The builder failed, or a pass over its output did."""


class ServeError(MicrositeError):
    """The local server cannot start."""


class BookError(MicrositeError):
    """The book cannot be typeset."""


class SearchError(MicrositeError):
    """A collection, a file of questions or judgements, or an index cannot be used."""


class PackageError(MicrositeError):
    """The function's zip cannot be made."""


class DeployError(MicrositeError):
    """A release did not happen."""


class AccessDenied(DeployError):  # noqa: N818 - named for what happened
    """The keys in use may not do something."""

    def __init__(self, message: str, *, action: str = "", role: str = "", fix: str = "") -> None:
        super().__init__(message, fix=fix)
        #: What may not be done, such as `s3:PutObject`; empty when AWS did not say.
        self.action = action
        #: ARN of who asked; empty when AWS did not say.
        self.role = role


class WrongTarget(DeployError):  # noqa: N818 - named for what happened
    """What the release goes to is not ours, or not there."""


class Locked(DeployError):  # noqa: N818 - named for what happened
    """Somebody else is releasing."""

    def __init__(self, message: str, *, by: str = "", until: float = 0.0, fix: str = "") -> None:
        super().__init__(message, fix=fix)
        #: Who holds the lock.
        self.by = by
        #: When it ends by itself, seconds since 1970.
        self.until = until


class Refused(DeployError):  # noqa: N818 - named for what happened
    """A guard said no; nothing was changed."""


class Moved(Refused):
    """The store of the live release is not the one that a change was thought out on."""


class Unverified(DeployError):  # noqa: N818 - named for what happened
    """A release does not answer as its manifest says."""

    def __init__(self, message: str, problems: Sequence[str] = (), *, fix: str = "") -> None:
        super().__init__(message, fix=fix)
        #: Each thing that is not as it should be, with its address.
        self.problems = tuple(problems)


class Interrupted(DeployError):  # noqa: N818 - named for what happened
    """Something outside gave up; running the same command again goes on where this one stopped."""

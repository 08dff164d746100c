"""Every error that `microsite` raises on purpose.

The tree::

    MicrositeError            something a user can act on; the command prints it and exits with 1
    ├── ConfigError           a setting or a file of settings is wrong (path and key are named)
    ├── ContentError          the content has findings of severity "error"; carries them
    ├── BuildError            the builder or a pass after it failed
    ├── ServeError            the local server cannot start (port in use, no right to bind)
    ├── BookError             the book cannot be typeset
    ├── PackageError          the function's zip cannot be made
    └── SearchError           a collection, a judgement file or an index cannot be read

What an editor can mend in a page is not an error but a `microsite.findings.Finding`, returned as a value.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from .findings import Finding

__all__ = [
    "BookError",
    "BuildError",
    "ConfigError",
    "ContentError",
    "MicrositeError",
    "PackageError",
    "SearchError",
    "ServeError",
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

"""The machine-local side of the forms: a folder with the store, the outbox and a secret, and the function's environ."""

from __future__ import annotations

import os
import re
import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING
from typing import Any
from typing import Final

from microsite.errors import ConfigError
from microsite.errors import ServeError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

__all__ = ["LocalData", "forms_environ", "open_data"]

_SECRET: Final = re.compile(r"[0-9a-f]{64}(,[0-9a-f]{64})*")


@dataclass(frozen=True, slots=True)
class LocalData:
    """The folder that keeps what people sent; deleting it forgets everything."""

    folder: Path
    #: Hexadecimal keys joined by commas, newest first, for signing links.
    secrets: str

    @property
    def store(self) -> Path:
        """The SQLite file."""
        return self.folder / "leads.sqlite3"

    @property
    def vault(self) -> Path:
        """The SQLite file of sensitive answers, which no export holds."""
        return self.folder / "private.sqlite3"

    @property
    def outbox(self) -> Path:
        """The folder of `.eml` files: every mail that the site would have sent."""
        return self.folder / "outbox"


def open_data(folder: Path) -> LocalData:
    """Make the folder, or take it as it is; the secret is drawn once and kept, so links outlive a restart.

    Raises ServeError when the folder cannot be written, ConfigError when the secret's file holds something else.
    """
    path = folder / "secret"
    try:
        # Names, addresses and messages: for this user only.
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        (folder / "outbox").mkdir(mode=0o700, exist_ok=True)
        if not path.exists():
            _write_once(path, secrets.token_hex(32))
        kept = path.read_text(encoding="ascii").strip()
    except UnicodeDecodeError:
        kept = ""
    except OSError as error:
        message = f"the data folder {folder} cannot be used: {error.strerror}"
        raise ServeError(message, fix="name another one: make serve DATA=/some/folder") from error
    if not _SECRET.fullmatch(kept):
        message = f"{path} does not hold a secret of 64 hexadecimal digits"
        raise ConfigError(message, path=path, fix="delete the file; links in mails already sent stop working")
    return LocalData(folder, kept)


def forms_environ(  # noqa: PLR0913 (each one is a setting of its own)
    data: LocalData, *, root: Path, url: str, extra: Mapping[str, Any], release: str, screening: bool
) -> dict[str, str]:
    """The function's settings for this machine, the same names that the template sets on AWS.

    `extra` is the mapping of that name in `mkdocs.yml`; `release` the id of the site's build.
    """
    contact = extra.get("contact") or {}
    organisation = extra.get("organisation") or {}
    team = str(contact.get("email", "team@localhost"))
    definitions = root / "lambda" / "forms" / "definitions"
    return {
        "FORMS_BOOK": str(root / "build" / "book"),
        "FORMS_DEFINITIONS": str(definitions) if definitions.is_dir() else "",
        "FORMS_FROM": team,
        "FORMS_MAIL": f"outbox:{data.outbox}",
        "FORMS_ORG_ADDRESS": str(organisation.get("postal_address", "")),
        "FORMS_ORG_NAME": str(organisation.get("name", "")),
        # The oldest secret: putting a new one in front must not lose whom we may not mail.
        "FORMS_PEPPER": data.secrets.rpartition(",")[2],
        "FORMS_RELEASE": release,
        "FORMS_SCREENING": "on" if screening else "off",
        "FORMS_SECRETS": data.secrets,
        "FORMS_SES_CONFIG_SET": "",
        "FORMS_SHELL": str(root / "build" / "forms" / "shell.html"),
        "FORMS_SITE_URL": url.rstrip("/"),
        "FORMS_STORE": f"sqlite:{data.store}",
        "FORMS_TEAM": team,
        "FORMS_VAULT": f"sqlite:{data.vault}",
    }


def _write_once(path: Path, text: str) -> None:
    """Write a file that only we may read, whole or not at all; whoever comes second keeps the first one's."""
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(f"{text}\n")
        file.flush()
        os.fsync(file.fileno())
    try:
        # link, not rename: it fails when the name is there, which makes two servers agree on one secret.
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()

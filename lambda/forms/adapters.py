"""From a setting such as `dynamodb:TABLE` to the adapter it names: for the function and the command line alike.

In: the setting and a `World`. Out: a port. Nothing is made that is not there, unless `create` says so. Raises
`SettingsError` with the variable's name, `StoreError` when a file cannot be opened.
"""

# ruff: noqa: PLC0415 - imports inside verbs: a cold start pays only for the path it takes
from __future__ import annotations

from _thread import allocate_lock

from .errors import SettingsError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any
    from typing import Protocol

    from .ports import Mailer
    from .ports import Marks
    from .ports import Meter
    from .ports import Shelf
    from .ports import Store
    from .ports import Vault
    from .world import World

    class FullStore(Store, Marks, Meter, Protocol):
        """What one table or file is: store, marks and meter in one."""

        def close(self) -> None:
            """Let go of file or connections."""
            ...

    class FullVault(Vault, Protocol):
        """A vault that can be let go of."""

        def close(self) -> None:
            """Let go of file or connections."""
            ...


__all__ = ["Late", "open_mailer", "open_shelf", "open_store", "open_vault", "read_secrets"]


class Late:
    """Makes an adapter when it is first used: most requests mail nothing and hold no sensitive answer."""

    def __init__(self, make: Callable[[], Any]) -> None:
        self._make = make
        self._made: Any = None
        self._making = allocate_lock()

    def __getattr__(self, name: str) -> Any:
        with self._making:
            if self._made is None:
                self._made = self._make()
        return getattr(self._made, name)

    def close(self) -> None:
        """Let go of what was made, if anything was."""
        close = getattr(self._made, "close", None)
        if close is not None:
            close()


def open_store(named: str, world: World, *, create: bool = False) -> FullStore:
    """Store, marks and meter in one: `sqlite:PATH` or `dynamodb:TABLE`."""
    kind, place = _parts(named)
    if kind == "sqlite" and place:
        from .sqlite import SqliteStore

        return SqliteStore(place, create=create)
    if kind == "dynamodb" and place:
        from .dynamodb import DynamoStore

        return DynamoStore(_table(place, world), world.new_id)
    msg = "FORMS_STORE must be sqlite:PATH or dynamodb:TABLE"
    raise SettingsError(msg)


def open_vault(named: str, world: World, *, create: bool = False) -> FullVault:
    """Sensitive answers: `sqlite:PATH` or `dynamodb:TABLE`."""
    kind, place = _parts(named)
    if kind == "sqlite" and place:
        from .sqlite import SqliteVault

        return SqliteVault(place, create=create)
    if kind == "dynamodb" and place:
        from .dynamodb import DynamoVault

        return DynamoVault(_table(place, world))
    msg = "FORMS_VAULT must be sqlite:PATH or dynamodb:TABLE"
    raise SettingsError(msg)


def open_mailer(named: str, world: World, *, config_set: str = "") -> Mailer:
    """`outbox:FOLDER` or `ses`."""
    kind, place = _parts(named)
    if kind == "outbox" and place:
        from .outbox import Outbox

        return Outbox(place)
    if kind == "ses" and not place:
        from .cloud import Client
        from .ses import SesMailer

        return SesMailer(Client("email", world, signed_as="ses"), config_set=config_set)
    msg = "FORMS_MAIL must be outbox:FOLDER or ses"
    raise SettingsError(msg)


def open_shelf(named: str, world: World) -> Shelf:
    """A folder, or `s3:BUCKET/PREFIX`."""
    if named.startswith("s3:"):
        from .cloud import Client
        from .s3 import Bucket

        bucket, _, prefix = named[3:].partition("/")
        if not bucket:
            msg = "FORMS_BOOK must be a folder or s3:BUCKET/PREFIX"
            raise SettingsError(msg)
        return Bucket(Client("s3", world), bucket, prefix)
    from .folder import Folder

    return Folder(named)


def read_secrets(variable: str, named: str, world: World) -> list[bytes]:
    """Secrets in hex, by commas, newest first; or `ssm:/PATH/NAME`, a parameter with such a value. May be none."""
    text = named
    if named.startswith("ssm:"):
        from .cloud import Client
        from .ssm import read_parameter

        client = Client("ssm", world)
        try:
            text = read_parameter(client, named[4:])
        finally:
            client.close()
    try:
        secrets = [bytes.fromhex(one) for one in text.split(",") if one.strip()]
    except ValueError:
        secrets = [b""]
    if any(len(one) < 16 for one in secrets):
        msg = f"{variable} must be secrets of at least 16 bytes in hex, separated by commas, or ssm:/PATH/NAME of such"
        raise SettingsError(msg)
    return secrets


def _table(name: str, world: World) -> Any:
    from .cloud import Client
    from .table import Table

    return Table(name, Client("dynamodb", world))


def _parts(named: str) -> tuple[str, str]:
    kind, _, place = named.partition(":")
    return kind, place

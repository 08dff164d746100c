"""What goes with a release besides files: stack, functions, book, canary; as the steps that `apply` takes.

In: the parameters, the template, the functions' zip, the head of the live release. Out: `Steps`, and lines for the
plan. Nothing is asked of Lambda or CloudFormation when template, parameters and code are those of the live release. The
order, and who meets whom at each moment of it::

    stack      adds what the new code needs; aliases keep their versions    old pages, old functions
    publish    versions that nobody calls                                   old pages, old functions
    shift      the alias `live`                                             old pages, NEW functions
    switch     the release                                                  new pages, new functions
    back       first the switch, then the aliases                           OLD pages, new functions; then both old

Pages that stay open while all this happens meet functions one release newer, after a rollback one release older. Hence
the rule, which `tests/deploy/test_compatible.py` holds: what a page sends, the functions of the release before it and
after it take. A field that becomes required, a route that goes, a wording that is dropped needs two releases.
"""

from __future__ import annotations

import hashlib
from contextlib import suppress
from typing import TYPE_CHECKING

from microsite.errors import DeployError

from .canary import canary
from .functions import OUTPUTS
from .functions import PARAMETERS
from .functions import code_key
from .functions import store_code
from .job import Steps
from .ports import Headers
from .stack import digest
from .stack import store_template

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Iterator
    from collections.abc import Mapping
    from contextlib import AbstractContextManager
    from pathlib import Path

    from .canary import Submission
    from .config import Target
    from .functions import Functions
    from .manifest import Head
    from .ports import Bucket
    from .stack import ChangeSet
    from .stack import Stack
    from .verify import Door
    from .web import Fetch

__all__ = ["Infrastructure", "names_of", "store_book"]

_BOOK = "book/"
_MEDIA = {".epub": "application/epub+zip", ".pdf": "application/pdf"}


def names_of(outputs: Mapping[str, str]) -> dict[str, str]:
    """Function → its name on Lambda."""
    return {name: outputs.get(output, "") for name, output in OUTPUTS.items()}


class Infrastructure:
    """Stack and functions of one target, on their way from the live release to this one."""

    def __init__(  # noqa: PLR0913 - what there is, and what is to be
        self,
        target: Target,
        stack: Stack,
        functions: Functions,
        artifacts: Bucket,
        *,
        template: bytes,
        package: Path,
        live: Head | None,
        run: str,
        allow_dangerous: bool = False,
    ) -> None:
        """`run` is a random word, for the change set's name."""
        self._target = target
        self._stack = stack
        self._functions = functions
        self._artifacts = artifacts
        self._template = template
        self._package = package
        self._live = live
        self._name = f"release-{run}"
        self._allow_dangerous = allow_dangerous
        self._published: Mapping[str, str] = {}
        self._before: Mapping[str, str] = {}
        self.code = hashlib.sha256(package.read_bytes()).hexdigest()
        self.digest = digest(template, target.config.parameters)

    @property
    def stack_changes(self) -> bool:
        """Whether template or parameters are other than those of the live release."""
        return self._live is None or self._live.stack != self.digest

    @property
    def code_changes(self) -> bool:
        """Whether the functions' code is other than that of the live release."""
        return self._live is None or self._live.code != self.code

    def lines(self) -> Iterator[str]:
        """For the plan. A change set is made, shown and deleted again; nothing else is changed."""
        if self.stack_changes:
            with self._proposed(self._functions.live(), plan=True) as found:
                if found is None:
                    yield "stack: nothing to change"
                for line in found.lines() if found is not None else ():
                    yield f"stack: {line}"
        if self.code_changes:
            yield f"functions: new code {self.code[:12]}; {len(OUTPUTS)} versions are made, checked, then live"

    def change_stack(self) -> ChangeSet | None:
        """Bring the stack up to date, or make it; what was changed, None for nothing. Aliases stay where they are."""
        before = self._functions.live()
        with self._proposed(before) as found:
            if found is not None:
                try:
                    self._stack.execute(found, allow_dangerous=self._allow_dangerous)
                except DeployError:
                    # CloudFormation goes back to the parameters of its last update, which may name older versions.
                    with suppress(DeployError):
                        self._functions.shift(before)
                    raise
            return found

    def steps(
        self, fetch: Fetch, sent: Submission | None, *, sleep: Callable[[float], None], ticks: Callable[[], float]
    ) -> Steps:
        """For `apply`; `sent` is the canary's submission, None for none."""

        def send(door: Door) -> str:
            return canary(self._functions, fetch, door, sent, sleep=sleep, ticks=ticks) if sent is not None else ""

        return Steps(self.publish, self.shift, self.undo, send, self.code, self.digest)

    def publish(self) -> Mapping[str, str]:
        """Stack, then code; the versions of this release."""
        if self.stack_changes:
            self.change_stack()
        if self._live is not None and not self.stack_changes and not self.code_changes and self._live.functions:
            return self._live.functions
        store_code(self._artifacts, self._package, self.code)
        self._published = self._functions.publish(self._target.config.artifacts, self.code)
        return self._published

    def shift(self) -> None:
        """Check the new versions, then send visitors to them.

        Without new ones the aliases are seen to point where the live release says: a run that died may have left them.
        """
        live = self._live.functions if self._live is not None else {}
        if self._published:
            self._functions.check(self._published)
            before = self._functions.shift(self._published)
            self._before = live or before
        elif live:
            self._functions.shift(live)

    def undo(self) -> None:
        """Send visitors back to the versions from before."""
        if self._before:
            self._functions.shift(self._before, back=True)
            self._before = {}

    def _proposed(self, live: Mapping[str, str], *, plan: bool = False) -> AbstractContextManager[ChangeSet | None]:
        config = self._target.config
        # A plan may be that of a pull request: what it stores must not lie where a release will look.
        if not plan:
            store_code(self._artifacts, self._package, self.code)
        folder = "plans" if plan else "templates"
        url = store_template(self._artifacts, self._template, config.artifacts, config.region, folder=folder)
        parameters = {
            **config.parameters,
            "CodeBucket": config.artifacts,
            "CodeKey": code_key(self.code),
            **{PARAMETERS[name]: version for name, version in live.items()},
        }
        return self._stack.proposed(url, parameters, name=self._name)


def store_book(site: Bucket, folder: Path) -> list[str]:
    """Put the book's files where the functions read them, those that are other than what is there; their names."""
    there = {one.key: one for one in site.list(_BOOK)}
    sent = []
    for path in sorted(one for one in folder.glob("*") if one.suffix in _MEDIA):
        content = path.read_bytes()
        found = there.get(_BOOK + path.name)
        if found is None or found.md5 != hashlib.md5(content, usedforsecurity=False).hexdigest():
            headers = Headers(_MEDIA[path.suffix], "no-store")
            site.put(_BOOK + path.name, content, headers, hashlib.sha256(content).hexdigest())
            sent.append(path.name)
    return sent

"""For any site, and any edit of it: what was released is what visitors get, and what is live needs no release."""

from __future__ import annotations

import string
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st

from microsite.deploy.job import Limits
from microsite.deploy.memory import Crash
from microsite.deploy.memory import Faults

from .conftest import SITE
from .conftest import Account
from .conftest import lay
from .conftest import page

if TYPE_CHECKING:
    from collections.abc import Mapping

_NAME = st.text(string.ascii_lowercase + "ä -_&+'%#", min_size=1, max_size=6).filter(lambda name: name.strip() == name)
_PATH = st.lists(_NAME, min_size=1, max_size=3).map("/".join)
_WORDS = st.text(string.ascii_letters + " äß€😀\n", max_size=40)
_FILES = st.one_of(
    st.tuples(_PATH.map("{}/index.html".format), _WORDS.map(page)),
    st.tuples(_PATH.map("{}.txt".format), _WORDS),
    st.tuples(_PATH.map("{}.pdf".format), st.binary(max_size=200)),
    st.tuples(st.integers(0, 9).map("search/r.{}.bin".format), st.binary(max_size=200)),
    # The content is what the name says.
    st.integers(0, 99).map(lambda number: (f"assets/x.{number:010x}.svg", f"<svg><!--{number}--></svg>")),
    st.integers(0, 99).map(lambda number: (f"search/t.{number:09x}.bin", bytes([number]) * number)),
)
_SITES = st.lists(_FILES, max_size=12).map(lambda files: {**SITE, **dict(files)})


def _bytes(files: Mapping[str, str | bytes]) -> dict[str, bytes]:
    return {path: text if isinstance(text, bytes) else text.encode() for path, text in files.items()}


@settings(max_examples=20, deadline=None)
@given(st.lists(st.tuples(_SITES, st.integers(0, 30), st.booleans()), min_size=1, max_size=4), st.integers(1, 3))
def test_after_any_edits_with_any_accidents_visitors_get_what_was_released_last(
    history: list[tuple[dict[str, str | bytes], int, bool]], parallel: int
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        account = Account(Path(folder, "site"))
        account.bucket._now = account.now
        seen: dict[str, bytes] = {}
        limits = Limits(parallel=parallel, keep=2, keep_days=0, max_delete=30, agreed=True)
        for files, crash, after in history:
            wanted = _bytes(files)
            lay(account.folder, wanted)
            account.clock += 3600
            account.fault(Faults(crash=crash, when="after" if after else "before"))
            try:
                account.release(limits)
            except Crash:
                account.fault(None)
                visible = account.seen() if account.live else {}
                assert visible in (seen, wanted)
                account.clock += 3600
                if not account.plan()[0].empty:
                    account.release(limits)
            account.fault(None)
            seen = account.seen()
            assert seen == wanted
            assert account.plan()[0].empty
            # The prefix of the release holds the folder's files, no more and no less.
            prefix = f"releases/{account.live}/"
            below = {key.removeprefix(prefix) for key in account.bucket.objects if key.startswith(prefix)}
            assert below | {path for path in wanted if path in account.bucket.objects} == set(wanted)

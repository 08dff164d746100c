"""What is asked of the world before a submission is judged: its stamp, its rates, its text's.

In: a desk, a checked submission, the visitor's internet address. Out: `Judged`. The judgement itself is `screen`.
Everything that fails here lets the submission through: a spam filter that is down must not cost a message.
"""

from __future__ import annotations

from . import limits
from . import stamp
from .errors import StoreError
from .record import NamedTuple
from .screen import Facts
from .screen import Verdict
from .screen import in_distress
from .screen import screen

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from .definition import Form
    from .desk import Desk
    from .validate import Checked

__all__ = ["Judged", "judge"]


class Judged(NamedTuple):
    """A verdict, and what the path must know besides."""

    verdict: Verdict
    #: Seconds to wait when the network floods us and nothing is stored; 0 otherwise.
    flood: float = 0.0
    #: Whether a meter could not be asked, for the metric.
    unmetered: bool = False


def judge(desk: Desk, form: Form, sent: Mapping[str, str], checked: Checked, visitor: str, key: str) -> Judged:  # noqa: PLR0913, PLR0917 - each is one thing that counts
    """Judge one checked submission; `key` is its fingerprint, by which a retry is told from another message."""
    now = desk.clock()
    taken = limits.take(desk, visitor, now)
    # Both: behind a phone company's gateway thousands share a network, and after a broadcast they all write.
    if taken.over_network and taken.over_address and not in_distress(form, checked):
        return Judged(Verdict(), flood=max(taken.wait, 1.0))
    shown = sent.get("rendered", "")
    facts = Facts(
        trapped=bool(sent.get(form.honeypot, "").strip()),
        stamp=stamp.read(desk.tokens, shown, now),
        over_address=taken.over_address,
        over_network=taken.over_network,
        host=desk.site.url.partition("://")[2].partition("/")[0].partition(":")[0],
    )
    verdict = screen(form, checked, facts)
    # What has points already is looked at once more. Most people's messages have none, and need no write for it; the
    # same text has the same points each time, so none of its copies is missed.
    if verdict.score:
        text = "\n".join(checked.values.get(one.name, "") for one in form.fields if one.multiline)
        reused = bool(shown) and not facts.stamp and _reused(desk, shown, key, now)
        repeated = limits.repeated(desk, text, now)
        if reused or repeated:
            facts = facts._replace(repeated=repeated, stamp="reused" if reused else facts.stamp)
            verdict = screen(form, checked, facts)
    return Judged(verdict, unmetered=taken.failed)


def _reused(desk: Desk, shown: str, key: str, now: float) -> bool:
    """Whether the stamp came with another message; with the same one it is a retry."""
    mark = f"stamp/{shown.rpartition('.')[2]}"
    try:
        return not desk.marks.claim(mark, key, now=now, until=now + stamp.LONGEST)
    except StoreError:
        return False

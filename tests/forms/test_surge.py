"""The surge of `benchmarks/surge`, shorter: nothing acknowledged is lost, no mail goes twice, the backlog drains."""

from __future__ import annotations

import pytest
from benchmarks.surge import Limits
from benchmarks.surge import Surge

#: Tight: a thousand submissions a second at a table that takes a ninth of them, a mail every fourteenth of a second.
TIGHT = Limits(
    "tight", writes=600, mails=14, quota=10_000, lambdas=400, notify_timeout=12, sweep_timeout=10, crashes=0.02
)
AMPLE = Limits("ample", writes=16_000, mails=200, quota=2_000_000)


@pytest.mark.parametrize("limits", [TIGHT, AMPLE], ids=lambda one: one.name)
def test_a_surge_costs_time_and_nothing_else(limits: Limits) -> None:
    run = Surge(limits, seconds=6)
    outcome = run.run()
    table = run.table
    assert outcome.acknowledged
    assert outcome.acknowledged <= set(table.leads), "lost after it was acknowledged"
    assert run.ses.twice == 0
    assert not table.waiting, "the backlog drains"
    for lead_id in outcome.acknowledged:
        for job in table.leads[lead_id].jobs:
            assert (job.sent is not None and job.id in run.ses.sent) or job.reason, job
    if limits is TIGHT:
        assert table.throttled, "the limits are felt"
        assert sum(outcome.refused.values()), "somebody is asked to try again"
        assert run.ses.refused
        assert outcome.killed["sweep"], "a sweep does not end in time"
        assert outcome.killed["notify"], "nor does a notifier"
        assert outcome.mended, "some are killed after SES took a mail and before that is written down: its report tells"

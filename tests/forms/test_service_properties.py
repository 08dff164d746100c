"""The whole service in a storm: faults before and after every call, races, clock jumps, key rotation.

The model and what it must hold are in `benchmarks/rig/storm.py`; `make bench` runs it longer.
"""

from __future__ import annotations

import pytest
from benchmarks.rig.storm import OutboxStorm
from benchmarks.rig.storm import SesStorm
from hypothesis import HealthCheck
from hypothesis import settings
from hypothesis.stateful import run_state_machine_as_test

#: The same choices each time: a failure of `make test` is one that anybody can see again.
FIXED = settings(
    derandomize=True,
    database=None,
    deadline=None,
    max_examples=40,
    stateful_step_count=20,
    suppress_health_check=list(HealthCheck),
)


@pytest.mark.parametrize("storm", [OutboxStorm, SesStorm])
def test_nothing_is_lost_or_doubled_and_everything_is_mailed_in_the_end(storm: type[OutboxStorm | SesStorm]) -> None:
    run_state_machine_as_test(storm, settings=FIXED)

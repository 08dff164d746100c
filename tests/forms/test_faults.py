"""The fault table, small: the same runs as `make bench` part `faults`, with a few hundred submissions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchmarks.faults.cloud import storm_the_cloud

if TYPE_CHECKING:
    from pathlib import Path


def test_dynamodb_and_ses_that_fail_lose_nothing_and_double_nothing(tmp_path: Path) -> None:
    result = storm_the_cloud(tmp_path, 120)
    assert (result.lost, result.doubled, result.doubled_mails, result.unmailed) == (0, 0, 0, 0)
    assert result.sent == 120
    assert sum(result.faults.values()) > 60, "the services were well"

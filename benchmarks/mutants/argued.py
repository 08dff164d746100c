"""Edits that pass the check and may: each kind and place with the reason why nothing is lost.

In: patterns of kind and place. Out: the reason, or "" when nobody has argued it. A survivor without a reason is a hole.
"""

from __future__ import annotations

import re
from typing import Final

__all__ = ["reason"]

#: Kind, place, reason; patterns are searched for.
_ARGUED: Final = (
    ("", r"/Sid$", "a statement's name decides nothing"),
    ("", r"PolicyName$", "the name of an inline policy decides nothing"),
    ("another word", r"(Name|LogGroupName)(/Fn::Sub)?$", "a name that still begins with the stack's; nothing reads it"),
    ("", r"Rules/\d+/(Id|Name)$|MetricName$|Metrics/0/Id$|EventDestination/Name$", "a word in a list"),
    ("", r"S3SuffixPath$", "folders of the log by day"),
    ("copy an item", r"Policies$", "the same rights under a second name"),
    ("halve a number", r"Alarm/Properties/Threshold$", "rings earlier"),
    (
        "halve a number",
        (
            r"(Days|DaysAfterInitiation|BatchSize|Seconds|TTL|Limit|maxReceiveCount|PasswordLength|Threshold|MaximumConcurrency|\w*InSeconds"
            r"|VisibilityTimeout|Timeout|MemorySize|ReservedConcurrentExecutions(/Fn::If/1)?|\w*Attempts)$"
        ),
        "within the range that the assertion gives",
    ),
    ("", r"Parameters/\w+/(MinValue|MinLength)$", "within the range that the assertion gives"),
    ("halve a number|delete a list item", r"LogDays/AllowedValues", "another choice of days within the range"),
    ("delete a key|delete a list item|empty|another word", r"(Tags|HealthCheckTags)", "labels"),
    ("halve a number", r"Parameters/\w+/(Default|MaxValue)$", "within the range that the assertion gives"),
    ("halve a number", r"AccessControlMaxAgeSec$", "a year is what the preload list asks for"),
    ("delete a list item", r"SubjectAlternativeNames/0$", "the certificate's own name, said twice"),
    ("", r"RecordFields/\d+$", "a field that is not needed to find a failure"),
    ("delete a list item", r"HealthCheckConfig/Regions", "three places are enough"),
)  # fmt: skip


def reason(kind: str, place: str) -> str:
    """Why this edit may pass; "" when nobody has said so."""
    return next((why for kinds, places, why in _ARGUED if re.search(kinds, kind) and re.search(places, place)), "")

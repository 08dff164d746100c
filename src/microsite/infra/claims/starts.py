"""What starts the functions: the table's stream, the schedule, the queue of mail events."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING
from typing import Final

from microsite.infra.events import passes
from microsite.infra.expect import ABSENT
from microsite.infra.expect import Absent
from microsite.infra.expect import Among
from microsite.infra.expect import Between
from microsite.infra.expect import Default
from microsite.infra.expect import Free
from microsite.infra.expect import Optional
from microsite.infra.policy import allow
from microsite.infra.spec import Claims

from .common import NAMED
from .functions import role

if TYPE_CHECKING:
    from microsite.infra.view import View

__all__ = ["CLAIMS"]

CLAIMS = Claims()
#: Of leads' ids: RFC 4648, section 6, in lower case (lambda/forms/aws.py).
_LETTERS: Final = "abcdefghijklmnopqrstuvwxyz234567"


@CLAIMS(
    "stream",
    "Each new or changed lead comes to the notifier, in batches whose bad part alone comes again, and "
    "what is given up is kept.",
)
def stream(view: View) -> None:
    view.must(
        "NotifyStream",
        {
            "FunctionName": "${NotifyAlias}",
            "EventSourceArn": "${LeadsTable.StreamArn}",
            "Enabled": "true",
            # From the oldest: what came in while the mapping was away is mailed too.
            "StartingPosition": "TRIM_HORIZON",
            # Ten times five is what a surge of 1,000 submissions a second was measured with.
            "BatchSize": Between(10, 100),
            "ParallelizationFactor": Between(5, 10),
            "BisectBatchOnFunctionError": True,
            "FunctionResponseTypes": ["ReportBatchItemFailures"],
            "MaximumBatchingWindowInSeconds": Default(Between(0, 1, "seconds")),
            "MaximumRetryAttempts": Between(2, 20),
            # -1 would hold the shard up for a day behind one poisoned record.
            "MaximumRecordAgeInSeconds": Between(600, 21600, "seconds"),
            "DestinationConfig": {"OnFailure": {"Destination": "${NotifyFailures.Arn}"}},
            "TumblingWindowInSeconds": Default(0),
            "KmsKeyArn": ABSENT,
        },
    )
    _filter(view)


def _filter(view: View) -> None:
    """Every lead passes, new or changed, and nothing else does: marks, keys and meters have ids that begin with #."""
    filters = view.get("NotifyStream", "FilterCriteria/Filters")
    if filters is None:
        resource = view.resources.get("NotifyStream")
        if resource is not None:
            view.wrong(resource.raw, "NotifyStream has no FilterCriteria: each mark and meter would start the notifier")
        return
    patterns = []
    for one in filters.parts:
        node = one.entries.get("Pattern")
        if node is not None:
            node.seen = True
            patterns.append(node)
    try:
        for kind in ("INSERT", "MODIFY"):
            for number, letter in enumerate((*_LETTERS, "#key/", "#mark/", "#meter/")):
                event = {"eventName": kind, "dynamodb": {"Keys": {"id": {"S": f"{letter}{_LETTERS[number:]}x"}}}}
                passed = any(passes(json.loads(node.text), event) for node in patterns)
                if passed == letter.startswith("#"):
                    told = "lets through" if passed else "leaves out"
                    view.wrong(filters, f"NotifyStream.FilterCriteria {told} ids that begin with {letter} ({kind})")
    except ValueError as error:
        view.wrong(filters, f"NotifyStream.FilterCriteria cannot be read: {error}")


@CLAIMS(
    "sweep",
    "Every five minutes at most, what fell between is mailed and what is over is ended, seldom two sweeps at once.",
)
def sweep(view: View) -> None:
    view.must(
        "SweepSchedule",
        {
            "Name": NAMED,
            "GroupName": Default("default"),
            "State": Default("ENABLED"),
            "ScheduleExpression": Among(
                [
                    "rate(5 minutes)",
                    "rate(1 minute)",
                    *(f"rate({n} minutes)" for n in range(2, 5)),
                    "cron(0/5 * * * ? *)",
                    "cron(*/5 * * * ? *)",
                ]
            ),
            "ScheduleExpressionTimezone": Optional(Free("a rate knows no hour")),
            "FlexibleTimeWindow": {"Mode": "OFF"},
            "StartDate": ABSENT,
            "EndDate": Absent("mail never ends"),
            "Target": {
                "Arn": "${SweepAlias}",
                "RoleArn": "${ScheduleRole.Arn}",
                "RetryPolicy": {
                    "MaximumRetryAttempts": Between(0, 3),
                    "MaximumEventAgeInSeconds": Between(60, 300, "seconds"),
                },
                "Input": ABSENT,
            },
        },
    )
    role(
        view,
        "Schedule",
        [allow("lambda:InvokeFunction", "${SweepAlias}")],
        service="scheduler.amazonaws.com",
        logs=False,
        StringEquals={"aws:SourceAccount": "${AWS::AccountId}"},
    )
    view.must(
        "SweepOnce",
        {
            "FunctionName": Among(["${SweepFunction}", "${SweepFunction.Arn}"]),
            "Qualifier": "live",
            # The next sweep comes in five minutes.
            "MaximumRetryAttempts": 0,
            "MaximumEventAgeInSeconds": Between(60, 300, "seconds"),
        },
    )


@CLAIMS(
    "feedback",
    "What SES says of our mail reaches the function that acts on it, and what fails again and again is "
    "kept to be looked at.",
)
def feedback(view: View) -> None:
    view.must(
        "FeedbackMessages",
        {
            "FunctionName": "${FeedbackAlias}",
            "EventSourceArn": "${FeedbackQueue.Arn}",
            "Enabled": "true",
            "BatchSize": Between(1, 10),
            "MaximumBatchingWindowInSeconds": Default(Between(0, 5, "seconds")),
            "FunctionResponseTypes": ["ReportBatchItemFailures"],
            "ScalingConfig": {"MaximumConcurrency": Between(5, 50)},
            "FilterCriteria": Absent("every event counts"),
        },
    )

"""Alarms: each watches a number that somebody reports, in the direction that hurts, and tells a person."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING
from typing import Final
from typing import NamedTuple

from microsite.infra.expect import ABSENT
from microsite.infra.expect import Among
from microsite.infra.expect import Between
from microsite.infra.expect import Context
from microsite.infra.expect import Default
from microsite.infra.expect import Free
from microsite.infra.expect import Optional
from microsite.infra.expect import Outcome
from microsite.infra.expect import compare
from microsite.infra.expect import fits
from microsite.infra.metric_math import alike
from microsite.infra.spec import Claims

from .common import LABEL

if TYPE_CHECKING:
    from collections.abc import Mapping

    from microsite.infra.expect import Want
    from microsite.infra.load import Node
    from microsite.infra.view import View

__all__ = ["ALARMS", "CLAIMS", "Alarm", "Metric"]

CLAIMS = Claims()


class Metric(NamedTuple):
    """A number that a service or our functions report."""

    namespace: str
    name: str
    statistic: str
    dimensions: Mapping[str, str] = {}

    def wanted(self) -> list[Want]:
        """Its dimensions as CloudFormation writes them."""
        return [{"Name": name, "Value": value} for name, value in self.dimensions.items()]


class Alarm(NamedTuple):
    """What an alarm must be. `lines` maps ids to metrics, for an alarm on the sum or share of several."""

    #: After the stack's name; RUNBOOK.md has a heading of it.
    name: str
    metric: Metric | None
    comparison: str
    threshold: Between
    #: Seconds of one period, and how many in a row ring it.
    period: int
    periods: int
    missing: str
    lines: Mapping[str, Metric] = {}
    formula: str = ""


_OVER, _REACHES, _UNDER = "GreaterThanThreshold", "GreaterThanOrEqualToThreshold", "LessThanThreshold"
_NONE: Final = Between(0, 0)
_MINUTES: Final = 300
_FORMS: Final = "${AWS::StackName}/forms"
_API: Final = {"ApiId": "${Api}", "Stage": "$default"}
_SITE: Final = {"DistributionId": "${Distribution}", "Region": "Global"}


def _ours(name: str, statistic: str, event: str) -> Metric:
    return Metric(_FORMS, name, statistic, {"event": event})


def _function(name: str, role: str, statistic: str = "Sum") -> Metric:
    return Metric("AWS/Lambda", name, statistic, {"FunctionName": f"${{{role}Function}}"})


def _queue(name: str, role: str) -> Metric:
    return Metric("AWS/SQS", name, "Maximum", {"QueueName": f"${{{role}.QueueName}}"})


def _table(name: str, role: str, **index: str) -> Metric:
    return Metric("AWS/DynamoDB", name, "Sum", {"TableName": f"${{{role}}}", **index})


def _breaks(role: str) -> Alarm:
    return Alarm(f"{role.lower()}-breaks", _function("Errors", role), _OVER, _NONE, _MINUTES, 1, "notBreaching")


def _filled(*names: str) -> str:
    return " + ".join(f"FILL({name}, 0)" for name in names)


def _share(status: str, least: int) -> tuple[dict[str, Metric], str]:
    lines = {
        "bad": Metric("AWS/ApiGateway", status, "Sum", _API),
        "all": Metric("AWS/ApiGateway", "Count", "Sum", _API),
    }
    return lines, f"IF(all >= {least}, 100 * bad / all, 0)"


_API_5XX, _API_5XX_SHARE = _share("5xx", 20)
_API_4XX, _API_4XX_SHARE = _share("4xx", 200)
_THROTTLED: Final = {
    one.lower()[0]: _function("Throttles", one) for one in ("Http", "Notify", "Sweep", "Feedback", "Missing")
}
_BUSY: Final = {
    "lw": _table("WriteThrottleEvents", "LeadsTable"),
    "lr": _table("ReadThrottleEvents", "LeadsTable"),
    "vw": _table("WriteThrottleEvents", "VaultTable"),
    "due": _table("WriteThrottleEvents", "LeadsTable", GlobalSecondaryIndexName="due"),
}
_FAILED: Final = {"n": _ours("failed", "Sum", "notify"), "s": _ours("failed", "Sum", "sweep")}
_LONG: Final = 900

#: Role → what it must be.
ALARMS: Final[Mapping[str, Alarm]] = {
    # No number: the sweeper, which reports one each time, is silent.
    "MailWaitsAlarm": Alarm(
        "mail-waits",
        _ours("oldest_unsent", "Maximum", "sweep"),
        _OVER,
        Between(600, 3600, "seconds"),
        300,
        3,
        "breaching",
    ),
    "MailFailsAlarm": Alarm(
        "mail-fails", None, _OVER, Between(1, 20), _LONG, 1, "notBreaching", _FAILED, _filled("n", "s")
    ),
    "FormsFailAlarm": Alarm(
        "forms-fail", _ours("errors", "Sum", "http"), _REACHES, Between(1, 10), _MINUTES, 1, "notBreaching"
    ),
    "FormsSlowAlarm": Alarm(
        "forms-slow",
        Metric("AWS/ApiGateway", "Latency", "p99", _API),
        _OVER,
        Between(2000, 10000, "ms"),
        _MINUTES,
        3,
        "notBreaching",
    ),
    "Api5xxAlarm": Alarm(
        "api-5xx", None, _OVER, Between(0.1, 2, "%"), _MINUTES, 2, "notBreaching", _API_5XX, _API_5XX_SHARE
    ),
    "ApiRefusesAlarm": Alarm(
        "api-refuses", None, _OVER, Between(20, 60, "%"), _MINUTES, 3, "notBreaching", _API_4XX, _API_4XX_SHARE
    ),
    **{f"{role}BreaksAlarm": _breaks(role) for role in ("Http", "Notify", "Sweep", "Feedback", "Missing")},
    "FunctionsThrottledAlarm": Alarm(
        "functions-throttled", None, _OVER, _NONE, _MINUTES, 1, "notBreaching", _THROTTLED, _filled(*_THROTTLED)
    ),
    "NotifyLagsAlarm": Alarm(
        "notify-lags",
        _function("IteratorAge", "Notify", "Maximum"),
        _OVER,
        Between(60_000, 900_000, "ms"),
        _MINUTES,
        2,
        "notBreaching",
    ),
    "NotifyFailuresAlarm": Alarm(
        "notify-failures",
        _queue("ApproximateNumberOfMessagesVisible", "NotifyFailures"),
        _OVER,
        _NONE,
        _MINUTES,
        1,
        "notBreaching",
    ),
    "FeedbackDeadLettersAlarm": Alarm(
        "feedback-dead-letters",
        _queue("ApproximateNumberOfMessagesVisible", "FeedbackDeadLetters"),
        _OVER,
        _NONE,
        _MINUTES,
        1,
        "notBreaching",
    ),
    # After 15 minutes without news a mail in doubt goes again.
    "FeedbackLagsAlarm": Alarm(
        "feedback-lags",
        _queue("ApproximateAgeOfOldestMessage", "FeedbackQueue"),
        _OVER,
        Between(120, 840, "seconds"),
        _MINUTES,
        1,
        "notBreaching",
    ),
    "TablesThrottledAlarm": Alarm(
        "tables-throttled", None, _OVER, _NONE, _MINUTES, 1, "notBreaching", _BUSY, _filled(*_BUSY)
    ),
    # Amazon reviews an account at 5 % and 0.1 %. https://docs.aws.amazon.com/ses/latest/dg/reputationdashboard-bounce-complaint.html
    "BouncesAlarm": Alarm(
        "bounces",
        Metric("AWS/SES", "Reputation.BounceRate", "Maximum"),
        _OVER,
        Between(0.01, 0.045),
        3600,
        1,
        "notBreaching",
    ),
    "ComplaintsAlarm": Alarm(
        "complaints",
        Metric("AWS/SES", "Reputation.ComplaintRate", "Maximum"),
        _OVER,
        Between(0.0002, 0.0009),
        3600,
        1,
        "notBreaching",
    ),
    "Site5xxAlarm": Alarm(
        "site-5xx",
        Metric("AWS/CloudFront", "5xxErrorRate", "Average", _SITE),
        _OVER,
        Between(0.5, 5, "%"),
        _MINUTES,
        3,
        "notBreaching",
    ),
    "Site4xxAlarm": Alarm(
        "site-4xx",
        Metric("AWS/CloudFront", "4xxErrorRate", "Average", _SITE),
        _OVER,
        Between(10, 40, "%"),
        _LONG,
        2,
        "notBreaching",
    ),
    "SiteUnreachableAlarm": Alarm(
        "site-unreachable",
        Metric("AWS/Route53", "HealthCheckStatus", "Minimum", {"HealthCheckId": "${SiteCheck}"}),
        _UNDER,
        Between(1, 1),
        60,
        3,
        "breaching",
    ),
    "FormsUnreachableAlarm": Alarm(
        "forms-unreachable",
        Metric("AWS/Route53", "HealthCheckStatus", "Minimum", {"HealthCheckId": "${FormsCheck}"}),
        _UNDER,
        Between(1, 1),
        60,
        3,
        "breaching",
    ),
}


def _certificate(view: View) -> Alarm:
    arn = "${CertificateArn}" if view.value("CertificateArn") else "${Certificate}"
    metric = Metric("AWS/CertificateManager", "DaysToExpiry", "Minimum", {"CertificateArn": arn})
    # Amazon renews 60 days before the end and the number comes twice a day: 30 days left means that it could not.
    return Alarm("certificate-expires", metric, _UNDER, Between(20, 45, "days"), 86400, 2, "breaching")


@CLAIMS(
    "alarm",
    "Each alarm watches a number that somebody reports, rings when it hurts, and tells a person, also when it is over.",
)
def alarms(view: View) -> None:
    for role, alarm in {**ALARMS, "CertificateExpiresAlarm": _certificate(view)}.items():
        tells = ["${AlarmTopic}"]
        want: dict[str, Want] = {
            "AlarmName": f"${{AWS::StackName}}-{alarm.name}",
            "AlarmDescription": Optional(Free("words")),
            "ActionsEnabled": Default("true"),
            "AlarmActions": tells,
            "OKActions": tells,
            "InsufficientDataActions": Optional(Among([tells, []])),
            **_limit(view, role, alarm),
            "TreatMissingData": alarm.missing,
            "EvaluationPeriods": alarm.periods,
            "DatapointsToAlarm": Default(alarm.periods),
            "EvaluateLowSampleCountPercentile": ABSENT,
        }
        if alarm.metric is not None:
            want |= _single(alarm.metric, alarm.period)
        else:
            want["Metrics"] = _several(view, role, alarm)
        view.must(role, want)


def _limit(view: View, role: str, alarm: Alarm) -> dict[str, Want]:
    """Comparison and threshold: `> 0` of what is counted is `>= 1`."""
    node = view.get(role, "ComparisonOperator")
    written, low, high = node.text if node is not None else "", alarm.threshold.low, alarm.threshold.high
    if alarm.comparison == _OVER and written == _REACHES:
        low, high = (low + 1, high + 1) if alarm.threshold == _NONE else (low, high)
    elif (alarm.comparison, written) in {(_REACHES, _OVER), (_UNDER, "LessThanOrEqualToThreshold")}:
        low, high = low - 1, high - 1
    else:
        return {"ComparisonOperator": alarm.comparison, "Threshold": alarm.threshold}
    return {"ComparisonOperator": written, "Threshold": Between(low, high, alarm.threshold.unit)}


def _several(view: View, role: str, alarm: Alarm) -> list[Want]:
    """Metrics of an alarm on several numbers, under whatever ids they have, and an expression that adds up the same."""
    numbers: dict[str, dict[str, Want]] = {
        name: {
            "Stat": metric.statistic,
            "Period": alarm.period,
            "Unit": ABSENT,
            "Metric": {
                "Namespace": metric.namespace,
                "MetricName": metric.name,
                "Dimensions": metric.wanted(),
            },
        }
        for name, metric in alarm.lines.items()
    }
    node = view.get(role, "Metrics")
    ids = {name: name for name in numbers}
    for item in node.parts if node is not None else ():
        written = item.at("Id")
        for name, number in numbers.items():
            context = Context(item, "", view.resolver.fill)
            if written is not None and fits(item.at("MetricStat"), number, context):
                ids[name] = written.text
    return [
        {
            "Id": LABEL,
            "Expression": Computes(alarm.formula, ids),
            "Label": Optional(Free("words")),
            "ReturnData": Default("true"),
        },
        *(
            {"Id": ids[name], "ReturnData": False, "Label": Optional(Free("words")), "MetricStat": number}
            for name, number in numbers.items()
        ),
    ]


@dataclass(frozen=True, slots=True)
class Computes:
    """An expression that gives what `formula` gives; `ids` says what each id of the formula is called there."""

    formula: str
    ids: Mapping[str, str]

    def meet(self, node: Node | None, context: Context) -> Outcome:
        """See `expect.Matcher`."""
        if node is None:
            return compare(None, self.formula, context)
        formula = re.sub(r"\b[a-z]\w*\b", lambda found: self.ids.get(found[0], found[0]), self.formula)
        if len(set(self.ids.values())) == len(self.ids) and alike(node.text, formula, sorted(self.ids.values())):
            return Outcome([], [node])
        return compare(node, formula, context)


def _single(metric: Metric, period: int) -> dict[str, Want]:
    extended = metric.statistic.startswith("p")
    return {
        "Namespace": metric.namespace,
        "MetricName": metric.name,
        "Dimensions": metric.wanted() if metric.dimensions else ABSENT,
        "Statistic": ABSENT if extended else metric.statistic,
        "ExtendedStatistic": metric.statistic if extended else ABSENT,
        "Period": period,
        # A unit that the metric does not have finds nothing.
        "Unit": ABSENT,
    }

"""Who hears of trouble, what looks from outside, what the month may cost, and the firewall before it all."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING
from typing import Any
from typing import Final

from microsite.infra.expect import ABSENT
from microsite.infra.expect import Among
from microsite.infra.expect import Between
from microsite.infra.expect import Default
from microsite.infra.expect import Each
from microsite.infra.expect import Free
from microsite.infra.expect import Optional
from microsite.infra.policy import Policy
from microsite.infra.policy import allow
from microsite.infra.spec import Claims

from .common import LABEL
from .common import NAMED
from .common import OURS
from .mail import no_plain_topic

if TYPE_CHECKING:
    from collections.abc import Iterator

    from microsite.infra.expect import Want
    from microsite.infra.view import View

__all__ = ["CLAIMS"]

CLAIMS = Claims()
#: What the dashboard shows, each reported by a service or by our functions.
_REPORTED: Final = {
    *(("<stack>/forms", name) for name in ("received", "quarantined", "flooded", "unmetered", "mailed", "failed")),
    ("<stack>/forms", "oldest_unsent"),
    *(("AWS/CloudFront", name) for name in ("Requests", "4xxErrorRate", "5xxErrorRate")),
    *(("AWS/ApiGateway", name) for name in ("Count", "4xx", "5xx", "Latency")),
    ("AWS/Lambda", "ConcurrentExecutions"),
    *(("AWS/SES", f"Reputation.{name}Rate") for name in ("Bounce", "Complaint")),
}
#: From where Route 53 can ask.
_PLACES: Final = (
    *("us-east-1", "us-west-1", "us-west-2", "eu-west-1", "ap-southeast-1", "ap-southeast-2", "ap-northeast-1"),
    "sa-east-1",
)
#: Amazon's rules that would refuse a message for its words or its sender's browser: they may count, never refuse.
_BODIES: Final = {
    "AWSManagedRulesAmazonIpReputationList": (),
    "AWSManagedRulesKnownBadInputsRuleSet": ("JavaDeserializationRCE_BODY", "Log4JRCE_BODY", "ReactJSRCE_BODY"),
    "AWSManagedRulesCommonRuleSet": (
        # Mail programs that unsubscribe with one click send none.
        "NoUserAgent_HEADER",
        *("SizeRestrictions_BODY", "CrossSiteScripting_BODY", "EC2MetaDataSSRF_BODY", "GenericLFI_BODY"),
        "GenericRFI_BODY",
    ),
}


@CLAIMS(
    "alarm-mail", "An alarm, and the budget's, becomes a mail to a person, and nobody else may send one in its name."
)
def topic(view: View) -> None:
    view.must("AlarmTopic", {
        "TopicName": NAMED,
        "KmsMasterKeyId": Among(["${OperationsKey.Arn}", "${OperationsKey}"]),
        "FifoTopic": Default("false"),
    })  # fmt: skip
    senders = ["Service:cloudwatch.amazonaws.com", "Service:budgets.amazonaws.com"]
    view.must("AlarmTopicPolicy", {
        "Topics": ["${AlarmTopic}"],
        "PolicyDocument": Policy([
            allow("sns:Publish", "${AlarmTopic}", to=senders, when=OURS),
            no_plain_topic("AlarmTopic"),
        ]),
    })  # fmt: skip
    view.must("AlarmSubscription", {
        "TopicArn": "${AlarmTopic}",
        "Protocol": "email",
        "Endpoint": "${AlarmMail}",
        "FilterPolicy": ABSENT,
    })  # fmt: skip


@CLAIMS("outside", "From outside somebody asks twice a minute whether site and forms answer, through the front door.")
def outside(view: View) -> None:
    for role, path in (("SiteCheck", "/"), ("FormsCheck", "/api/health")):
        view.must(role, {
            "HealthCheckConfig": {
                "Type": "HTTPS",
                "FullyQualifiedDomainName": "${DomainName}",
                "Port": 443,
                "ResourcePath": path,
                "RequestInterval": Among([10, 30]),
                "FailureThreshold": Between(2, 5),
                "EnableSNI": "true",
                "Inverted": Default("false"),
                "Disabled": Default("false"),
                "MeasureLatency": Optional(Free("a graph")),
                # Three at least, says Route 53.
                "Regions": Each(Among(_PLACES), least=3),
            },
            "HealthCheckTags": Optional(Free("labels")),
        })  # fmt: skip


@CLAIMS("budget", "What the month costs is watched, spent and foreseen, and a person is told before it is spent.")
def budget(view: View) -> None:
    tells = [{"SubscriptionType": "SNS", "Address": "${AlarmTopic}"}]
    mails: Want = Among([tells, [{"SubscriptionType": "EMAIL", "Address": "${AlarmMail}"}]])
    view.must("Budget", {
        "Budget": {
            "BudgetName": NAMED,
            "BudgetType": "COST",
            "TimeUnit": "MONTHLY",
            "BudgetLimit": {"Amount": "${BudgetUsd}", "Unit": "USD"},
        },
        "NotificationsWithSubscribers": [
            {
                "Notification": {
                    "NotificationType": kind,
                    "ComparisonOperator": "GREATER_THAN",
                    "Threshold": Between(*share, "%"),
                    "ThresholdType": "PERCENTAGE",
                },
                "Subscribers": mails,
            }
            for kind, share in (("ACTUAL", (50, 90)), ("FORECASTED", (80, 120)))
        ],
    })  # fmt: skip


@CLAIMS("firewall", "The firewall stops floods and known attackers, and never refuses a message for its words.")
def firewall(view: View) -> None:
    def seen(name: str) -> dict[str, Want]:
        # Samples would show addresses and what was asked for.
        return {"CloudWatchMetricsEnabled": True, "MetricName": name, "SampledRequestsEnabled": False}

    rate = {
        "Name": "rate",
        "Priority": 0,
        "Action": {"Block": {"CustomResponse": {"ResponseCode": 429}}},
        "Statement": {
            "RateBasedStatement": {
                # Many people are behind one address of a phone company or a hospital.
                "Limit": Between(1000, 4000),
                "AggregateKeyType": "IP",
                "EvaluationWindowSec": 300,
                "ScopeDownStatement": {
                    "ByteMatchStatement": {
                        "FieldToMatch": {"UriPath": {}},
                        "PositionalConstraint": "STARTS_WITH",
                        "SearchString": "/api/",
                        "TextTransformations": [{"Priority": 0, "Type": "NONE"}],
                    }
                },
            }
        },
        "VisibilityConfig": seen("rate"),
    }
    groups = [
        {
            "Name": LABEL,
            "Priority": number,
            # `Count` here would turn the whole group off.
            "OverrideAction": {"None": {}},
            "Statement": {
                "ManagedRuleGroupStatement": {
                    "VendorName": "AWS",
                    "Name": group,
                    "RuleActionOverrides": [{"Name": one, "ActionToUse": {"Count": {}}} for one in counted],
                }
            },
            "VisibilityConfig": {**seen(""), "MetricName": LABEL},
        }
        for number, (group, counted) in enumerate(_BODIES.items(), 1)
    ]
    view.must("WebAcl", {
        "Name": NAMED,
        "Scope": "CLOUDFRONT",
        "DefaultAction": {"Allow": {}},
        "VisibilityConfig": seen("all"),
        "Rules": [rate, *groups],
    })  # fmt: skip


@CLAIMS("dashboard", "The dashboard draws numbers that somebody reports, of this stack.")
def dashboard(view: View) -> None:
    view.must("Dashboard", {"DashboardName": "${AWS::StackName}"})
    node = view.get("Dashboard", "DashboardBody")
    if node is None:
        return
    node.see()
    try:
        body = json.loads(node.text)
    except ValueError:
        view.wrong(node, "Dashboard.DashboardBody is no JSON")
        return
    known = {one.strip("<>") for one in view.resources} | {"$default"}
    drawn = " ".join(_texts(body))
    for name in sorted(set(re.findall(r"<([\w ]+)>", drawn)) - known - {"stack"}):
        view.wrong(node, f"Dashboard.DashboardBody names {name}, which is not there")
    for namespace, metric, of in _rows(body):
        known_of = [{key: view.resolver.fill(text) for key, text in one.items()} for one in _of(namespace, metric)]
        if of not in known_of:
            told = ", ".join(f"{key}={value}" for key, value in of.items()) or "nothing"
            view.wrong(node, f"Dashboard.DashboardBody draws {metric} of {told}: nobody reports it there")
    shown = set(_drawn(body))
    for namespace, metric in sorted(shown - _REPORTED):
        view.wrong(node, f"Dashboard.DashboardBody draws {metric} of {namespace or 'no namespace'}: nobody reports it")
    for namespace, metric in sorted(_REPORTED - shown):
        view.wrong(node, f"Dashboard.DashboardBody does not draw {metric} of {namespace}")


def _of(namespace: str, metric: str) -> list[dict[str, str]]:
    """What a metric can be told for: its dimensions."""
    functions = ("Http", "Notify", "Sweep", "Feedback", "Missing")
    senders = ("sweep",) if metric == "oldest_unsent" else ("notify", "sweep")
    return {
        "<stack>/forms": [{"event": one} for one in senders],
        "AWS/ApiGateway": [{"ApiId": "${Api}", "Stage": "$default"}],
        "AWS/CloudFront": [{"DistributionId": "${Distribution}", "Region": "Global"}],
        "AWS/Lambda": [{"FunctionName": f"${{{one}Function}}"} for one in functions],
    }.get(namespace, [{}])


def _rows(body: Any) -> Iterator[tuple[str, str, dict[str, str]]]:
    """Namespace, name and dimensions of each metric that a row names; `.` and `...` stand for the row above.

    https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CloudWatch-Dashboard-Body-Structure.html
    """
    for widget in body.get("widgets", ()):
        above: list[str] = []
        for row in widget.get("properties", {}).get("metrics", ()):
            texts = [str(one) for one in row if not isinstance(one, dict)]
            if texts[:1] == ["..."]:
                texts = above[: 1 - len(texts)] + texts[1:]
            above = [above[n] if one == "." and n < len(above) else one for n, one in enumerate(texts)]
            if above:
                yield above[0], above[1], dict(zip(above[2::2], above[3::2], strict=False))


def _drawn(body: Any) -> Iterator[tuple[str, str]]:
    """Namespace and name of each metric of a dashboard; `.` is what stood there in the row above."""
    for widget in body.get("widgets", ()):
        above = ["", ""]
        for row in widget.get("properties", {}).get("metrics", ()):
            if isinstance(row[0], dict):
                yield from re.findall(r"\{([^,}]+),[^}]*\} MetricName=\"(\w+)\"", str(row[0].get("expression")))
            elif row[0] != "...":
                above = [old if new == "." else str(new) for new, old in zip(row[:2], above, strict=True)]
                yield above[0], above[1]


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    for child in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from _texts(child)

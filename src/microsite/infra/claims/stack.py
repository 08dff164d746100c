"""infra/template.yml as it is known before it is read: parameters, the roles of resources, outputs, claims."""

from __future__ import annotations

from typing import TYPE_CHECKING
from typing import Final

from microsite.infra.expect import ABSENT
from microsite.infra.expect import Between
from microsite.infra.expect import Each
from microsite.infra.expect import Pattern
from microsite.infra.spec import Output
from microsite.infra.spec import Parameter
from microsite.infra.spec import Role
from microsite.infra.spec import Spec
from microsite.infra.spec import always

from . import alarms
from . import api
from . import bucket
from . import data
from . import edge
from . import front
from . import functions
from . import mail
from . import starts
from . import watch

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Mapping

    from microsite.infra.expect import Want
    from microsite.infra.view import View

__all__ = ["STACK"]

_BAD_HOSTS: Final = ("https://a.example", "a.example/", "A.example", "a", "a..example", "a.example:8080", "a.example b")
_HOST: Final = Pattern(("ketamine-guide.example", "a1.b-c.example"), ("", *_BAD_HOSTS))
_HOST_OR_NONE: Final = Pattern(("", "www.ketamine-guide.example"), _BAD_HOSTS)
_BAD_MAIL: Final = (
    "",
    "team",
    "team@",
    "@a.example",
    "a b@a.example",
    "Ann <a@a.example>",
    "a@b@c.example",
    "a@a.example,b@a.example",
)
_MAIL: Final = Pattern(("team@ketamine-guide.example", "first.last+tag@a-b.example"), _BAD_MAIL)
_YES_NO: Final = ["yes", "no"]


def _text(sample: str, **want: Want) -> Parameter:
    """A text; one that must be set unless it has a Default."""
    return Parameter({"Type": "String", "Default": ABSENT, "NoEcho": ABSENT, **want}, sample)


def _choice(default: str) -> Parameter:
    return Parameter({"Type": "String", "Default": default, "AllowedValues": _YES_NO}, "")


def _number(default: Between, sample: str, **want: Want) -> Parameter:
    return Parameter({"Type": "Number", "Default": default, **want}, sample)


_VERSION: Final = _text(
    "", Default="$LATEST", AllowedPattern=Pattern(("$LATEST", "17"), ("", "live", "LATEST", "1.0", "$LATEST,1"))
)
_PARAMETERS: Final[Mapping[str, Parameter]] = {
    "DomainName": _text("domain.example", AllowedPattern=_HOST),
    "AlternateDomain": _text("alternate.example", Default="", AllowedPattern=_HOST_OR_NONE),
    "PreviewDomain": _text("preview.example", Default="", AllowedPattern=_HOST_OR_NONE),
    "HostedZoneId": _text(
        "Z0ZONE", Default="", AllowedPattern=Pattern(("", "Z0123456789ABC"), ("zone", "/hostedzone/Z01", "A0123"))
    ),
    "CertificateArn": _text(
        "arn:aws:acm:us-east-1:111122223333:certificate/12ab",
        Default="",
        # CloudFront takes certificates of us-east-1 only.
        AllowedPattern=Pattern(
            ("", "arn:aws:acm:us-east-1:111122223333:certificate/12ab-34cd"),
            (
                "arn:aws:acm:eu-west-1:111122223333:certificate/12ab",
                "12ab",
                "arn:aws:iam::111122223333:server-certificate/x",
            ),
        ),
    ),
    "PriceClass": Parameter(
        {
            "Type": "String",
            "Default": "PriceClass_100",
            "AllowedValues": [f"PriceClass_{one}" for one in (100, 200, "All")],
        },
        "PriceClass_200",
    ),
    "MailDomain": _text("mail.example", AllowedPattern=_HOST),
    "MailFrom": _text("post@mail.example", AllowedPattern=_MAIL),
    "TeamMail": _text("team@mail.example", AllowedPattern=_MAIL),
    "OrganisationName": _text("Organization", MinLength=Between(1, 3)),
    "OrganisationAddress": _text("1 Example Street", MinLength=Between(1, 10)),
    "AlarmMail": _text("alarm@mail.example", AllowedPattern=_MAIL),
    "BudgetUsd": _number(Between(5, 500, "USD"), "5101", MinValue=Between(1, 5)),
    "OutsideCheck": _choice("yes"),
    # A television mention is 1,000 a second; more than this is a bill, less turns people away.
    "ApiRate": _number(
        Between(1000, 3000, "a second"), "1501", MinValue=Between(1, 100), MaxValue=Between(5000, 10000)
    ),
    "ApiBurst": _number(Between(1000, 5000, "at once"), "3001", MinValue=Between(1, 100), MaxValue=Between(2000, 5000)),
    "WarmReads": _number(Between(12000, 40000), "12001", MinValue=Between(12000, 12000)),
    # A surge of 1,000 submissions a second writes 8,000 units.
    "WarmWrites": _number(Between(8000, 40000), "8001", MinValue=Between(4000, 8000)),
    "ReservedConcurrency": _choice("no"),
    "Firewall": _choice("no"),
    "LogDays": _number(Between(7, 400, "days"), "31", AllowedValues=Each(Between(1, 400, "days"))),
    "CodeBucket": _text("code-bucket"),
    "CodeKey": _text("code-key.zip"),
    **{
        f"{name}Version": _VERSION._replace(sample=f"{number}")
        for number, name in enumerate(("Http", "Notify", "Sweep", "Feedback"), 7101)
    },
    "OriginSecretSent": Parameter({"Type": "String", "Default": "one", "AllowedValues": ["one", "two"]}, ""),
    "OriginSecretOne": _number(Between(1, 999), "6101", MinValue=1),
    "OriginSecretTwo": _number(Between(1, 999), "6201", MinValue=1),
}


def _set(parameter: str, *values: str) -> Callable[[View], bool]:
    """There when the parameter is set, or has one of the values."""
    return lambda view: view.value(parameter) in values if values else bool(view.value(parameter))


def _both(*conditions: Callable[[View], bool]) -> Callable[[View], bool]:
    return lambda view: all(condition(view) for condition in conditions)


_ZONE: Final = _set("HostedZoneId")
_PREVIEWS: Final = _set("PreviewDomain")
_ALTERNATE: Final = _set("AlternateDomain")
_OUTSIDE: Final = _set("OutsideCheck", "yes")
_L: Final = "AWS::Lambda::"


def _named(kind: str, member: str, name: str, **more: object) -> Role:
    return Role(kind, {member: f"<stack>{name}"}, **more)  # type: ignore[arg-type]


def _functions() -> dict[str, Role]:
    """The roles around each function."""
    found: dict[str, Role] = {}
    for name in ("Http", "Notify", "Sweep", "Feedback", "Missing"):
        handler = "index.page" if name == "Missing" else f"forms.aws.{name.lower()}"
        found |= {
            f"{name}Function": Role(f"{_L}Function", {"Handler": handler}),
            f"{name}Log": Role("AWS::Logs::LogGroup", by=f"{name}Function/LoggingConfig/LogGroup"),
            f"{name}Role": Role("AWS::IAM::Role", by=f"{name}Function/Role"),
        }
        if name != "Missing":
            found[f"{name}Alias"] = Role(f"{_L}Alias", {"FunctionName": f"${{{name}Function}}"})
    return found


def _records() -> dict[str, Role]:
    kind = "AWS::Route53::RecordSet"
    hosts = {
        "Site": ("${DomainName}", _ZONE),
        "Alternate": ("${AlternateDomain}", _both(_ZONE, _ALTERNATE)),
        "Preview": ("*.${PreviewDomain}", _both(_ZONE, _PREVIEWS)),
    }
    return {
        **{
            f"{name}{suffix}": Role(kind, {"Name": host, "Type": record}, when=when)
            for name, (host, when) in hosts.items()
            for suffix, record in (("V4", "A"), ("V6", "AAAA"))
        },
        **{f"Dkim{n}": Role(kind, {"Name": f"${{MailIdentity.DkimDNSTokenName{n}}}"}, when=_ZONE) for n in (1, 2, 3)},
        "BounceMx": Role(kind, {"Type": "MX"}, when=_ZONE),
        "BounceSpf": Role(kind, {"Type": "TXT"}, when=_ZONE),
    }


def _alarms() -> dict[str, Role]:
    kind = "AWS::CloudWatch::Alarm"
    outside = {"SiteUnreachableAlarm", "FormsUnreachableAlarm"}
    names = {role: alarm.name for role, alarm in alarms.ALARMS.items()} | {
        "CertificateExpiresAlarm": "certificate-expires"
    }
    return {
        role: Role(kind, {"AlarmName": f"<stack>-{name}"}, when=_OUTSIDE if role in outside else always)
        for role, name in names.items()
    }


_ROLES: Final[Mapping[str, Role]] = {
    "VaultKey": Role("AWS::KMS::Key", by="VaultTable/SSESpecification/KMSMasterKeyId", keep=True),
    "VaultKeyAlias": Role("AWS::KMS::Alias", {"AliasName": "alias/<stack>-vault"}),
    "OperationsKey": Role("AWS::KMS::Key", by="AlarmTopic/KmsMasterKeyId", keep=True),
    "OperationsKeyAlias": Role("AWS::KMS::Alias", {"AliasName": "alias/<stack>-operations"}),
    "SiteBucket": Role("AWS::S3::Bucket", by="MissingFunction/Environment/Variables/SITE_BUCKET", keep=True),
    "SiteBucketPolicy": Role("AWS::S3::BucketPolicy", {"Bucket": "${SiteBucket}"}),
    "LogBucket": Role("AWS::S3::Bucket", by="LogDestination/DestinationResourceArn", keep=True),
    "LogBucketPolicy": Role("AWS::S3::BucketPolicy", {"Bucket": "${LogBucket}"}),
    "LogSource": Role("AWS::Logs::DeliverySource"),
    "LogDestination": Role("AWS::Logs::DeliveryDestination"),
    # Without the policy in place the delivery writes one of its own.
    "LogDelivery": Role("AWS::Logs::Delivery", after=("LogBucketPolicy",)),
    "LiveRelease": Role("AWS::CloudFront::KeyValueStore"),
    "Router": _named("AWS::CloudFront::Function", "Name", "-router"),
    "PreviewMark": _named("AWS::CloudFront::Function", "Name", "-preview-mark", when=_PREVIEWS),
    "BucketAccess": Role(
        "AWS::CloudFront::OriginAccessControl", {"OriginAccessControlConfig/OriginAccessControlOriginType": "s3"}
    ),
    "MissingAccess": Role(
        "AWS::CloudFront::OriginAccessControl", {"OriginAccessControlConfig/OriginAccessControlOriginType": "lambda"}
    ),
    "PageCache": Role(
        "AWS::CloudFront::CachePolicy", by="Distribution/DistributionConfig/DefaultCacheBehavior/CachePolicyId"
    ),
    "AssetCache": Role(
        "AWS::CloudFront::CachePolicy", by="Distribution/DistributionConfig/CacheBehaviors/*/CachePolicyId"
    ),
    "SecurityHeaders": Role("AWS::CloudFront::ResponseHeadersPolicy"),
    "Distribution": Role("AWS::CloudFront::Distribution"),
    "MissingUrl": Role(f"{_L}Url"),
    "MissingUrlPermission": Role(f"{_L}Permission", {"Action": "lambda:InvokeFunctionUrl"}),
    "MissingInvokePermission": Role(
        f"{_L}Permission", {"Action": "lambda:InvokeFunction", "Principal": "cloudfront.amazonaws.com"}
    ),
    "LeadsTable": Role("AWS::DynamoDB::Table", {"StreamSpecification/StreamViewType": "KEYS_ONLY"}, keep=True),
    "VaultTable": Role("AWS::DynamoDB::Table", keep=True),
    "OriginSecretA": _named("AWS::SecretsManager::Secret", "Name", "/origin/one-${OriginSecretOne}"),
    "OriginSecretB": _named("AWS::SecretsManager::Secret", "Name", "/origin/two-${OriginSecretTwo}"),
    "FeedbackQueue": _named("AWS::SQS::Queue", "QueueName", "-feedback"),
    "FeedbackDeadLetters": _named("AWS::SQS::Queue", "QueueName", "-feedback-dead-letters"),
    "NotifyFailures": _named("AWS::SQS::Queue", "QueueName", "-notify-failures"),
    **{
        f"{one}Policy": Role("AWS::SQS::QueuePolicy", {"Queues/*": f"${{{one}}}"})
        for one in ("FeedbackQueue", "FeedbackDeadLetters", "NotifyFailures")
    },
    "MailIdentity": Role("AWS::SES::EmailIdentity"),
    "ConfigurationSet": Role("AWS::SES::ConfigurationSet"),
    # SES asks whether it may publish when the destination is made.
    "MailEvents": Role("AWS::SES::ConfigurationSetEventDestination", after=("FeedbackTopicPolicy",)),
    "FeedbackTopic": _named("AWS::SNS::Topic", "TopicName", "-feedback"),
    "FeedbackTopicPolicy": Role("AWS::SNS::TopicPolicy", {"Topics/*": "${FeedbackTopic}"}),
    "FeedbackSubscription": Role("AWS::SNS::Subscription", {"TopicArn": "${FeedbackTopic}"}),
    **_functions(),
    "NotifyStream": Role(f"{_L}EventSourceMapping", {"EventSourceArn": "${LeadsTable.StreamArn}"}),
    "FeedbackMessages": Role(f"{_L}EventSourceMapping", {"EventSourceArn": "${FeedbackQueue.Arn}"}),
    "SweepSchedule": Role("AWS::Scheduler::Schedule"),
    # The name of an alias is no reference: nothing else says that it comes first.
    "SweepOnce": Role(f"{_L}EventInvokeConfig", after=("SweepAlias",)),
    "ScheduleRole": Role("AWS::IAM::Role", by="SweepSchedule/Target/RoleArn"),
    "Api": Role("AWS::ApiGatewayV2::Api"),
    "ApiToHttp": Role("AWS::ApiGatewayV2::Integration"),
    "ApiRoute": Role("AWS::ApiGatewayV2::Route"),
    "ApiStage": Role("AWS::ApiGatewayV2::Stage"),
    "ApiLog": Role("AWS::Logs::LogGroup", by="ApiStage/AccessLogSettings/DestinationArn"),
    "ApiMayCall": Role(f"{_L}Permission", {"Principal": "apigateway.amazonaws.com"}),
    "Certificate": Role("AWS::CertificateManager::Certificate", when=lambda view: not view.value("CertificateArn")),
    **_records(),
    "WebAcl": Role("AWS::WAFv2::WebACL", when=_set("Firewall", "yes")),
    "AlarmTopic": _named("AWS::SNS::Topic", "TopicName", "-alarms"),
    "AlarmTopicPolicy": Role("AWS::SNS::TopicPolicy", {"Topics/*": "${AlarmTopic}"}),
    "AlarmSubscription": Role("AWS::SNS::Subscription", {"TopicArn": "${AlarmTopic}"}),
    "SiteCheck": Role("AWS::Route53::HealthCheck", {"HealthCheckConfig/ResourcePath": "/"}, when=_OUTSIDE),
    "FormsCheck": Role("AWS::Route53::HealthCheck", {"HealthCheckConfig/ResourcePath": "/api/health"}, when=_OUTSIDE),
    **_alarms(),
    "Dashboard": Role("AWS::CloudWatch::Dashboard"),
    # A budget is refused a topic that it may not tell.
    "Budget": Role("AWS::Budgets::Budget", after=("AlarmTopicPolicy",)),
}


def _secret_sent(view: View) -> str:
    return "${OriginSecretA}" if view.value("OriginSecretSent") == "one" else "${OriginSecretB}"


_OUTPUTS: Final[Mapping[str, Output]] = {
    **{name: Output(f"${{{name}}}") for name in ("SiteBucket", "LeadsTable", "VaultTable", "ConfigurationSet")},
    **{f"{name}Function": Output(f"${{{name}Function}}") for name in ("Http", "Notify", "Sweep", "Feedback")},
    "DistributionId": Output("${Distribution}"),
    "DistributionDomain": Output("${Distribution.DomainName}"),
    "DistributionUrl": Output("https://${Distribution.DomainName}"),
    "KeyValueStoreArn": Output("${LiveRelease.Arn}"),
    "KeyValueStoreId": Output("${LiveRelease.Id}"),
    "ApiId": Output("${Api}"),
    "ApiEndpoint": Output("${Api.ApiEndpoint}"),
    "AlarmTopicArn": Output("${AlarmTopic}"),
    "DashboardName": Output("${Dashboard}"),
    "OriginSecretArn": Output(_secret_sent),
}


def _impossible(values: Mapping[str, str]) -> bool:
    """Parameters under which there is no certificate; the template must refuse them."""
    return not values.get("HostedZoneId") and not values.get("CertificateArn")


STACK: Final = Spec(
    "template.yml",
    _PARAMETERS,
    _ROLES,
    _OUTPUTS,
    tuple(
        claim
        for module in (front, bucket, edge, data, mail, functions, starts, api, alarms, watch)
        for claim in module.CLAIMS
    ),
    _impossible,
)

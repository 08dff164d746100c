"""The functions: what runs, with which settings, what it may do, and what starts it."""

from __future__ import annotations

from typing import TYPE_CHECKING
from typing import Final
from typing import NamedTuple

from microsite.infra.expect import ABSENT
from microsite.infra.expect import Absent
from microsite.infra.expect import Among
from microsite.infra.expect import Between
from microsite.infra.expect import Default
from microsite.infra.expect import Optional
from microsite.infra.iam import Call
from microsite.infra.iam import decide
from microsite.infra.needs import NEEDS
from microsite.infra.policy import allow
from microsite.infra.spec import Claims

from .common import LOG_DAYS
from .common import NAMED
from .common import ORIGIN_VALUE
from .common import own_statements
from .common import trusting

if TYPE_CHECKING:
    from collections.abc import Mapping
    from collections.abc import Sequence

    from microsite.infra.expect import Want
    from microsite.infra.iam import Statement
    from microsite.infra.policy import Rule
    from microsite.infra.view import View

__all__ = ["CLAIMS", "SETTINGS", "Shape", "function", "role"]

CLAIMS = Claims()
_BOUNDARY: Final = "arn:aws:iam::${AWS::AccountId}:policy/microsite/function-boundary"
_MAIL: Final = (
    "arn:aws:ses:us-east-1:${AWS::AccountId}:identity/${MailDomain}",
    "arn:aws:ses:us-east-1:${AWS::AccountId}:configuration-set/${ConfigurationSet}",
)
#: Place of a need → the resources it means.
_PLACES: Final[Mapping[str, tuple[str, ...]]] = {
    "leads": ("${LeadsTable.Arn}",),
    **{f"leads/index/{name}": (f"${{LeadsTable.Arn}}/index/{name}",) for name in ("due", "created", "until", "person")},
    "vault": ("${VaultTable.Arn}",),
    "book": ("${SiteBucket.Arn}/book/*",),
    "secrets": tuple(
        f"arn:aws:ssm:us-east-1:${{AWS::AccountId}}:parameter/${{AWS::StackName}}/forms/{name}"
        for name in ("pepper", "secrets")
    ),
    "mail": _MAIL,
}


_UNTRACED: Final = {"Mode": "PassThrough"}


class Shape(NamedTuple):
    """How large a function may be: megabytes, seconds, and how many at once (None: as many as come)."""

    memory: tuple[int, int]
    timeout: tuple[int, int]
    concurrency: tuple[int, int] | None = None


#: Lead, team and sender, as they stand in mails and answers.
_SITE: Final = {
    "FORMS_STORE": "dynamodb:${LeadsTable}",
    "FORMS_SECRETS": "ssm:/${AWS::StackName}/forms/secrets",
    "FORMS_PEPPER": "ssm:/${AWS::StackName}/forms/pepper",
    "FORMS_SITE_URL": "https://${DomainName}",
    "FORMS_METRICS": "${AWS::StackName}/forms",
}
_PEOPLE: Final = {
    "FORMS_ORG_NAME": "${OrganisationName}",
    "FORMS_ORG_ADDRESS": "${OrganisationAddress}",
    "FORMS_FROM": "${MailFrom}",
    "FORMS_TEAM": "${TeamMail}",
}
_SES: Final = {"FORMS_MAIL": "ses", "FORMS_SES_CONFIG_SET": "${ConfigurationSet}"}
_VAULT: Final = {"FORMS_VAULT": "dynamodb:${VaultTable}"}
#: Either order: the function takes both.
_ORIGIN: Final = {
    "FORMS_ORIGIN_SECRETS": Among(
        [f"{ORIGIN_VALUE % 'A'},{ORIGIN_VALUE % 'B'}", f"{ORIGIN_VALUE % 'B'},{ORIGIN_VALUE % 'A'}"]
    )
}
SETTINGS: Final[Mapping[str, Mapping[str, Want]]] = {
    "Http": {**_SITE, **_PEOPLE, **_VAULT, **_ORIGIN, "FORMS_BOOK": "s3:${SiteBucket}/book"},
    "Notify": {**_SITE, **_PEOPLE, **_SES},
    "Sweep": {**_SITE, **_PEOPLE, **_SES, **_VAULT},
    "Feedback": _SITE,
}
#: API Gateway waits 30 seconds; a batch of mails takes up to two minutes; a sweep ends before the next one.
_SHAPES: Final = {
    "Http": Shape((512, 3008), (20, 29)),
    "Notify": Shape((256, 3008), (90, 300)),
    # A run, and a release that asks in between.
    "Sweep": Shape((256, 3008), (200, 299), (2, 5)),
    "Feedback": Shape((256, 3008), (45, 120)),
}
#: What Lambda and DynamoDB do in a function's name.
_THROUGH_DYNAMODB: Final = {"StringEquals": {"kms:ViaService": "dynamodb.us-east-1.amazonaws.com"}}
_THROUGH_SSM: Final = {"StringEquals": {"kms:ViaService": "ssm.us-east-1.amazonaws.com"}}
_BESIDES: Final[Mapping[str, Sequence[Rule]]] = {
    "Http": (
        # The vault's key, for whoever writes there. https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/encryption.usagenotes.html
        allow(
            ["kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey*", "kms:ReEncrypt*"],
            "${VaultKey.Arn}",
            when=_THROUGH_DYNAMODB,
        ),
    ),
    "Notify": (
        allow(
            [f"dynamodb:{verb}" for verb in ("DescribeStream", "GetRecords", "GetShardIterator")],
            "${LeadsTable.StreamArn}",
        ),
        allow("dynamodb:ListStreams", ["${LeadsTable.StreamArn}"]),
        allow("sqs:SendMessage", "${NotifyFailures.Arn}"),
    ),
    "Sweep": (),
    "Feedback": (
        allow(
            [f"sqs:{verb}" for verb in ("DeleteMessage", "GetQueueAttributes", "ReceiveMessage")],
            "${FeedbackQueue.Arn}",
        ),
    ),
}


def function(  # noqa: PLR0913 - the parts of a function
    view: View, name: str, *, handler: str, shape: Shape, code: Want, settings: Mapping[str, Want]
) -> None:
    """Hold function, log group and the way from one to the other."""
    reserves = view.value("ReservedConcurrency") == "yes" and shape.concurrency is not None
    view.must(
        f"{name}Function",
        {
            # By this name the delivery role may change it.
            "FunctionName": f"${{AWS::StackName}}-{name.lower()}",
            "Runtime": view.facts.runtime,
            "Architectures": [view.facts.architecture],
            "Handler": handler,
            "PackageType": Default("Zip"),
            "MemorySize": Between(*shape.memory, "MB"),
            "Timeout": Between(*shape.timeout, "seconds"),
            "Role": f"${{{name}Role.Arn}}",
            "ReservedConcurrentExecutions": Between(*shape.concurrency, "at once")
            if reserves and shape.concurrency
            else ABSENT,
            "Code": code,
            # Active tracing would record addresses of requests.
            "TracingConfig": Default(_UNTRACED) if name == "Missing" else _UNTRACED,
            "LoggingConfig": {"LogGroup": f"${{{name}Log}}", "LogFormat": Default("Text")},
            "Environment": {"Variables": settings},
            "Layers": Absent("code of nobody else runs in it"),
            "VpcConfig": Absent("it needs no network of ours"),
        },
    )
    view.must(
        f"{name}Log",
        {
            # Lambda would make a group of its own, for ever, under another name than this.
            "LogGroupName": NAMED,
            "RetentionInDays": LOG_DAYS,
            # The keys let no log service use them: nothing would be written.
            "KmsKeyId": ABSENT,
            "LogGroupClass": Default("STANDARD"),
        },
    )


def role(
    view: View,
    name: str,
    rules: Sequence[Rule],
    *,
    service: str = "lambda.amazonaws.com",
    logs: bool = True,
    **when: dict[str, str],
) -> list[Statement]:
    """Hold a role to just these rules, whoever wrote them where; gives its statements."""
    wanted = f"{name}Role"
    resource = view.resources.get(wanted)
    if resource is None:
        return []
    view.must(
        wanted,
        {
            "RoleName": Default(NAMED),
            # The delivery role may make roles below this path only, and only with this boundary.
            "Path": "/${AWS::StackName}/",
            "PermissionsBoundary": _BOUNDARY,
            "AssumeRolePolicyDocument": trusting(service, **when),
            "ManagedPolicyArns": Absent("what AWS puts into its own policies changes"),
            "MaxSessionDuration": Optional(Between(3600, 3600)),
        },
    )
    policy = own_statements(view, wanted)
    own = [allow(["logs:CreateLogStream", "logs:PutLogEvents"], f"${{{name}Log.Arn}}")] if logs else []
    view.may(wanted, policy, [*rules, *own], resource.raw)
    return policy


def _rules(name: str) -> list[Rule]:
    """What the recorded calls of a function need."""
    rules = []
    for need in sorted(NEEDS[name.lower()]):
        # Whoever sends mail sends it from our address only.
        when = {"StringEquals": {"ses:FromAddress": "${MailFrom}"}} if need.place == "mail" else None
        rules.append(allow(need.action, _PLACES[need.place], when=when))
    if any(need.place == "secrets" for need in NEEDS[name.lower()]):
        rules.append(allow("kms:Decrypt", "${OperationsKey.Arn}", when=_THROUGH_SSM))
    return [*rules, *_BESIDES[name]]


@CLAIMS(
    "function",
    "Each function runs the packed code under its own role, in the runtime that it was compiled for, and "
    "logs to a group that ends.",
)
def functions(view: View) -> None:
    for name, shape in _SHAPES.items():
        code = {"S3Bucket": "${CodeBucket}", "S3Key": "${CodeKey}"}
        function(view, name, handler=f"forms.aws.{name.lower()}", shape=shape, code=code, settings=SETTINGS[name])


@CLAIMS("alias", "What calls a function calls the version that the release has checked.")
def aliases(view: View) -> None:
    for name in _SHAPES:
        view.must(
            f"{name}Alias",
            {
                "Name": "live",
                "FunctionName": Among([f"${{{name}Function}}", f"${{{name}Function.Arn}}"]),
                "FunctionVersion": f"${{{name}Version}}",
                "RoutingConfig": Absent("all of the traffic goes to the version that was checked"),
                "ProvisionedConcurrencyConfig": Absent("it costs all day"),
            },
        )


@CLAIMS("least-privilege", "Each function may do exactly what its code was recorded to do, and nothing else.")
def least(view: View) -> None:
    for name in _SHAPES:
        policy = role(view, name, _rules(name))
        place = view.resources.get(f"{name}Role")
        # And IAM's own evaluation of every recorded call, so that a refusal somewhere shows as well.
        if place is None:
            continue
        for need in sorted(NEEDS[name.lower()]):
            for resource in _PLACES[need.place]:
                told = view.resolver.fill(resource).replace("*", "steady-ground.pdf")
                context = {"ses:FromAddress": view.value("MailFrom")}
                if decide(policy, Call(need.action, told, context=context)) != "allow":
                    view.wrong(place.raw, f"{place.logical} refuses {need.action} on {told}, which the code calls")

"""infra/delivery-role.yml: who may release, from where, and what; and what it can never do."""

from __future__ import annotations

from typing import TYPE_CHECKING
from typing import Final

from microsite.infra.expect import ABSENT
from microsite.infra.expect import Absent
from microsite.infra.expect import Among
from microsite.infra.expect import Between
from microsite.infra.expect import Default
from microsite.infra.expect import Each
from microsite.infra.expect import Optional
from microsite.infra.expect import Pattern
from microsite.infra.iam import Call
from microsite.infra.iam import decide
from microsite.infra.iam import statements
from microsite.infra.policy import Policy
from microsite.infra.policy import allow
from microsite.infra.spec import Claims
from microsite.infra.spec import Output
from microsite.infra.spec import Parameter
from microsite.infra.spec import Role
from microsite.infra.spec import Spec

from .common import LABEL
from .common import PRIVATE
from .common import no_plain
from .common import own_statements
from .rights import BOUNDARY
from .rights import CLOUDFORMATION
from .rights import DEPLOY
from .rights import PLAN

if TYPE_CHECKING:
    from collections.abc import Mapping
    from collections.abc import Sequence

    from microsite.infra.policy import Rule
    from microsite.infra.view import View

__all__ = ["DELIVERY"]

CLAIMS = Claims()
_GITHUB: Final = "token.actions.githubusercontent.com"
#: https://github.blog/changelog/2023-06-27-github-actions-update-on-oidc-integration-with-aws/
_THUMBPRINTS: Final = ("6938fd4d98bab03faadb97b34396831e3780aea1", "1c58a3a8518e8759bf075b76b750d4f2df264fcd")
_STACK: Final = "arn:aws:cloudformation:us-east-1:${AWS::AccountId}:stack/${StackName}/*"


def _provider(view: View) -> str:
    return "${ProviderArn}" if view.value("ProviderArn") else "${GitHub}"


def _boundary(view: View) -> str:
    return "${BoundaryArn}" if view.value("BoundaryArn") else "${FunctionBoundary}"


def _token(view: View, *subjects: str) -> Policy:
    """Trust in tokens that GitHub makes for just these subjects, and for nobody but AWS."""
    when = {"StringEquals": {f"{_GITHUB}:aud": "sts.amazonaws.com", f"{_GITHUB}:sub": subjects}}
    return Policy([allow("sts:AssumeRoleWithWebIdentity", to=f"Federated:{_provider(view)}", when=when)])


@CLAIMS(
    "trust",
    "A release comes from one environment of one repository, a plan from its pull requests and its "
    "branch; no key is kept.",
)
def trust(view: View) -> None:
    view.must(
        "GitHub",
        {
            "Url": f"https://{_GITHUB}",
            "ClientIdList": ["sts.amazonaws.com"],
            # AWS knows GitHub's certificates itself; what is written must not say otherwise.
            "ThumbprintList": Optional(Each(Among(_THUMBPRINTS))),
        },
    )
    # CloudFormation, for this stack, in whoever's name the change was asked for.
    service = Policy(
        [
            allow(
                "sts:AssumeRole",
                to="Service:cloudformation.amazonaws.com",
                when={
                    "StringEquals": {"aws:SourceAccount": "${AWS::AccountId}"},
                    "ArnLike": {"aws:SourceArn": _STACK},
                },
            )
        ]
    )
    for role, name, trusted in (
        ("DeployRole", "deploy", _token(view, "repo:${Repository}:environment:${Environment}")),
        (
            "PlanRole",
            "plan",
            _token(view, "repo:${Repository}:pull_request", "repo:${Repository}:ref:refs/heads/${Branch}"),
        ),
        ("CloudFormationRole", "cloudformation", service),
    ):
        view.must(
            role,
            {
                "RoleName": f"${{StackName}}-{name}",
                "Path": "/microsite/",
                # A stolen session ends within the hour.
                "MaxSessionDuration": Default(3600) if role == "CloudFormationRole" else 3600,
                "AssumeRolePolicyDocument": trusted,
                "ManagedPolicyArns": Absent("what AWS puts into its own policies changes"),
                "PermissionsBoundary": ABSENT,
            },
        )


@CLAIMS("exact", "Who a token is for is compared letter by letter: no value of a parameter becomes a pattern.")
def exact(view: View) -> None:
    for role in ("DeployRole", "PlanRole"):
        document = view.get(role, "AssumeRolePolicyDocument")
        for statement in statements(document) if document is not None else ():
            condition = statement.node.entries.get("Condition")
            for operator, test in condition.entries.items() if condition is not None else ():
                if operator != "StringEquals":
                    view.wrong(test, f"{role}: {operator} takes * and ? of a name for a pattern, must be StringEquals")


@CLAIMS(
    "rights",
    "Each role may do what a release, a plan or a change of the stack needs, on what is called after the "
    "stack, and nothing else.",
)
def rights(view: View) -> None:
    for role, rules in (("DeployRole", DEPLOY), ("PlanRole", PLAN), ("CloudFormationRole", CLOUDFORMATION)):
        resource = view.resources.get(role)
        if resource is not None:
            view.may(role, own_statements(view, role), _bounded(view, rules), resource.raw)


def _bounded(view: View, rules: Sequence[Rule]) -> list[Rule]:
    """The rules with the boundary's ARN, which may be another environment's, filled in."""
    return [
        rule._replace(
            when={
                operator: {
                    key: [
                        one.replace("${BOUNDARY}", _boundary(view))
                        for one in ([told] if isinstance(told, str) else told)
                    ]
                    for key, told in keys.items()
                }
                for operator, keys in rule.when.items()
            }
        )
        for rule in rules
    ]


#: Calls by which a role could reach what it must not: role → action → resource.
_NEVER: Final[Mapping[str, Sequence[tuple[str, str]]]] = {
    "DeployRole": (
        ("iam:PassRole", "arn:aws:iam::${AWS::AccountId}:role/any"),
        ("iam:PutRolePolicy", "arn:aws:iam::${AWS::AccountId}:role/${StackName}/http"),
        ("cloudformation:DeleteStack", "arn:aws:cloudformation:us-east-1:${AWS::AccountId}:stack/${StackName}/1"),
        ("s3:PutBucketPolicy", "arn:aws:s3:::${StackName}-sitebucket-1"),
        ("s3:DeleteObject", "arn:aws:s3:::${StackName}-sitebucket-1/book/steady-ground.pdf"),
        ("dynamodb:Scan", "arn:aws:dynamodb:us-east-1:${AWS::AccountId}:table/${StackName}-leads"),
        ("dynamodb:GetItem", "arn:aws:dynamodb:us-east-1:${AWS::AccountId}:table/${StackName}-vault"),
        ("secretsmanager:GetSecretValue", "arn:aws:secretsmanager:us-east-1:${AWS::AccountId}:secret:any"),
        ("ssm:GetParameter", "arn:aws:ssm:us-east-1:${AWS::AccountId}:parameter/${StackName}/forms/secrets"),
    ),
    "PlanRole": (
        ("cloudformation:ExecuteChangeSet", "arn:aws:cloudformation:us-east-1:${AWS::AccountId}:stack/${StackName}/1"),
        ("s3:PutObject", "arn:aws:s3:::${StackName}-sitebucket-1/releases/r/index.html"),
        ("s3:PutObject", "arn:aws:s3:::${ArtifactBucketName}/templates/t.yml"),
        ("s3:PutObject", "arn:aws:s3:::${ArtifactBucketName}/functions/f.zip"),
        ("cloudfront-keyvaluestore:UpdateKeys", "arn:aws:cloudfront::${AWS::AccountId}:key-value-store/1"),
        ("lambda:InvokeFunction", "arn:aws:lambda:us-east-1:${AWS::AccountId}:function:${StackName}-sweep"),
        ("lambda:UpdateFunctionCode", "arn:aws:lambda:us-east-1:${AWS::AccountId}:function:${StackName}-http"),
        ("dynamodb:GetItem", "arn:aws:dynamodb:us-east-1:${AWS::AccountId}:table/${StackName}-leads"),
    ),
    "CloudFormationRole": (
        ("iam:AttachRolePolicy", "arn:aws:iam::${AWS::AccountId}:role/${StackName}/http"),
        ("iam:DeleteRolePermissionsBoundary", "arn:aws:iam::${AWS::AccountId}:role/${StackName}/http"),
        ("iam:PutRolePolicy", "arn:aws:iam::${AWS::AccountId}:role/microsite/deploy"),
        ("iam:CreateUser", "arn:aws:iam::${AWS::AccountId}:user/any"),
        ("dynamodb:GetItem", "arn:aws:dynamodb:us-east-1:${AWS::AccountId}:table/${StackName}-leads"),
        ("dynamodb:Scan", "arn:aws:dynamodb:us-east-1:${AWS::AccountId}:table/${StackName}-vault"),
        ("lambda:InvokeFunction", "arn:aws:lambda:us-east-1:${AWS::AccountId}:function:${StackName}-sweep"),
        ("ses:SendRawEmail", "arn:aws:ses:us-east-1:${AWS::AccountId}:identity/any"),
        ("s3:GetObject", "arn:aws:s3:::${StackName}-sitebucket-1/book/steady-ground.pdf"),
        ("kms:Decrypt", "arn:aws:kms:us-east-1:${AWS::AccountId}:key/1"),
    ),
}


@CLAIMS(
    "never",
    "No role reads what visitors wrote, passes a role on, deletes the stack, or makes a role without the boundary.",
)
def never(view: View) -> None:
    for role, calls in _NEVER.items():
        resource = view.resources.get(role)
        if resource is None:
            continue
        policy = own_statements(view, role)
        for action, place in calls:
            if decide(policy, Call(action, view.resolver.fill(place))) == "allow":
                view.wrong(resource.raw, f"{resource.logical} may {action} on {place}")
    boundary = view.get("FunctionBoundary", "PolicyDocument")
    if boundary is not None:
        for action in (
            "iam:CreateRole",
            "s3:PutBucketPolicy",
            "dynamodb:DeleteTable",
            "dynamodb:Scan",
            "kms:ScheduleKeyDeletion",
        ):
            if decide(statements(boundary), Call(action, "arn:aws:any:::any")) == "allow":
                view.wrong(boundary, f"FunctionBoundary allows {action}")


@CLAIMS(
    "boundary",
    "Whatever a changed template writes into a function's role, it can at most read and write items, send "
    "mail, read settings, log.",
)
def boundary(view: View) -> None:
    view.must(
        "FunctionBoundary",
        {
            # The stack names it so.
            "ManagedPolicyName": "function-boundary",
            "Path": "/microsite/",
            "PolicyDocument": Policy(BOUNDARY),
            "Roles": ABSENT,
            "Users": ABSENT,
            "Groups": ABSENT,
        },
    )


@CLAIMS(
    "artifacts",
    "The zip and the templates lie in a private bucket, an old one can be got back, and plans go after days.",
)
def artifacts(view: View) -> None:
    view.must(
        "ArtifactBucket",
        {
            **PRIVATE,
            "BucketName": "${ArtifactBucketName}",
            "VersioningConfiguration": {"Status": "Enabled"},
            "LifecycleConfiguration": {
                "Rules": [
                    {
                        "Id": Optional(LABEL),
                        "Status": "Enabled",
                        "NoncurrentVersionExpiration": {"NoncurrentDays": Between(14, 365, "days")},
                        "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": Between(1, 14, "days")},
                    },
                    {
                        "Id": Optional(LABEL),
                        "Status": "Enabled",
                        # Without a prefix the zip of the live function would go.
                        "Prefix": "plans/",
                        "ExpirationInDays": Between(1, 30, "days"),
                    },
                ]
            },
        },
    )
    view.must(
        "ArtifactBucketPolicy", {"Bucket": "${ArtifactBucket}", "PolicyDocument": Policy([no_plain("ArtifactBucket")])}
    )


def _text(sample: str, pattern: Pattern, default: object = ABSENT) -> Parameter:
    return Parameter({"Type": "String", "Default": default, "AllowedPattern": pattern}, sample)


_STARS: Final = ("*", "a*", "")
_PARAMETERS: Final[Mapping[str, Parameter]] = {
    "StackName": _text(
        "sample-stack",
        Pattern(("ketamine-guide-production", "ab"), ("A", "-a", "a_b", "a/b", *_STARS)),
        "ketamine-guide-production",
    ),
    # A wildcard here would let every repository, branch or environment release.
    "Repository": _text(
        "owner/name", Pattern(("owner/name", "O-1/n.a_me"), ("owner", "owner/*", "*/name", "a/b/c", "a/b:c", *_STARS))
    ),
    "Environment": _text(
        "live", Pattern(("production", "staging-2"), ("a:b", "Production", "a/b", *_STARS)), "production"
    ),
    "Branch": _text("trunk", Pattern(("main", "release/1.0"), ("a:b", "feature/*", *_STARS)), "main"),
    "ArtifactBucketName": _text(
        "artifact-bucket", Pattern(("ketamine-guide-artifacts-111122223333",), ("A", "a_b", "a/b", *_STARS))
    ),
    "ProviderArn": _text(
        f"arn:aws:iam::111122223333:oidc-provider/{_GITHUB}/sample",
        Pattern(
            ("", f"arn:aws:iam::111122223333:oidc-provider/{_GITHUB}"),
            (
                "*",
                "arn:aws:iam::111122223333:oidc-provider/*",
                "arn:aws:iam::111122223333:oidc-provider/other.example",
                "arn:aws:iam::111122223333:oidc-provider/other.githubusercontent.com",
                "arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com.other.example",
                "arn:aws:iam::111122223333:root",
            ),
        ),
        "",
    ),
    "BoundaryArn": _text(
        "arn:aws:iam::111122223333:policy/microsite/sample",
        Pattern(
            ("", "arn:aws:iam::111122223333:policy/microsite/function-boundary"),
            ("*", "arn:aws:iam::aws:policy/AdministratorAccess", "arn:aws:iam::111122223333:policy/other"),
        ),
        "",
    ),
}
_ROLES: Final[Mapping[str, Role]] = {
    "GitHub": Role("AWS::IAM::OIDCProvider", when=lambda view: not view.value("ProviderArn"), keep=True),
    "DeployRole": Role("AWS::IAM::Role", {"RoleName": "${StackName}-deploy"}),
    "PlanRole": Role("AWS::IAM::Role", {"RoleName": "${StackName}-plan"}),
    "CloudFormationRole": Role("AWS::IAM::Role", {"RoleName": "${StackName}-cloudformation"}),
    "FunctionBoundary": Role("AWS::IAM::ManagedPolicy", when=lambda view: not view.value("BoundaryArn"), keep=True),
    "ArtifactBucket": Role("AWS::S3::Bucket", keep=True),
    "ArtifactBucketPolicy": Role("AWS::S3::BucketPolicy"),
}
_OUTPUTS: Final[Mapping[str, Output]] = {
    **{f"{role}Arn": Output(f"${{{role}.Arn}}") for role in ("DeployRole", "PlanRole", "CloudFormationRole")},
    "ArtifactBucket": Output(Among(["${ArtifactBucket}", "${ArtifactBucketName}"])),
}
DELIVERY: Final = Spec("delivery-role.yml", _PARAMETERS, _ROLES, _OUTPUTS, tuple(CLAIMS))

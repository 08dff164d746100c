"""Who may release: what CloudFormation needs for the template it may do, and the paths to more than that are shut."""

from __future__ import annotations

import fnmatch
from importlib import import_module
from pathlib import Path
from typing import Any

import yaml

#: AWS's schemas of its resources, as cfn-lint ships them: what each handler calls.
SCHEMAS: Any = import_module("cfnlint.schema").PROVIDER_SCHEMA_MANAGER
INFRA = Path(__file__).parents[2] / "infra"


def _load(name: str) -> dict[str, Any]:
    class Loader(yaml.SafeLoader):
        pass

    def short(loader: Any, tag: str, node: yaml.Node) -> Any:
        if isinstance(node, yaml.ScalarNode):
            return loader.construct_scalar(node)
        if isinstance(node, yaml.SequenceNode):
            return [tag, *loader.construct_sequence(node, deep=True)]
        return loader.construct_mapping(node, deep=True)

    Loader.add_multi_constructor("!", short)
    found: dict[str, Any] = yaml.load((INFRA / name).read_text("utf-8"), Loader=Loader)
    return found


RESOURCES = _load("delivery-role.yml")["Resources"]
#: Rights in the handlers of AWS's schemas that properties need which the template does not use.
UNUSED = (
    # Item by item, imports, streams to Kinesis, replicas.
    *(f"dynamodb:{verb}" for verb in ("*Item", "Query", "Scan", "Import*", "*Replica", "*KinesisStreaming*")),
    "dynamodb:PutResourcePolicy", "dynamodb:DeleteResourcePolicy",
    "kinesis:*", "firehose:*", "kms:RevokeGrant", "kms:GenerateDataKey", "iam:CreateServiceLinkedRole",
    # Buckets: what they do not have (tables of metadata, replication, cross-origin rules, websites …).
    "s3tables:*", "s3files:*", "s3:*Metadata*", "s3:*ObjectLock*", "s3:*Abac", "s3:*Acl", "s3:*CORS", "s3:*Cors",
    "s3:*Website", "s3:PutBucketLogging", "s3:PutBucketNotification", "s3:PutAccelerate*", "s3:PutAnalytics*",
    "s3:PutIntelligent*", "s3:PutInventory*", "s3:PutMetrics*", "s3:*Replication*", "s3:DeleteBucketAnalytics*",
    "s3:DeleteBucketMetrics*", "s3:DeleteBucketEncryption", "s3:DeleteBucketLifecycle", "s3:DeleteObject",
    "s3:HeadObject", "s3:REST*", "s3:Update*", "s3:getObject", "s3:PutObjectAcl", "s3:GetObjectMetadata",
    # Functions without network, disks, layers, signing, provisioned capacity or traffic shifting by CodeDeploy.
    "ec2:*", "elasticfilesystem:*", "codedeploy:*", "lambda:*Provisioned*", "lambda:AssociateRuntimeAlias",
    "lambda:PassCapacityProvider", "lambda:PutRuntimeManagementConfig", "lambda:GetLayerVersion",
    # Roles with their policies written out, and a boundary that stays.
    "iam:AttachRolePolicy", "iam:DetachRolePolicy", "iam:DeleteRolePermissionsBoundary",
    # Log groups without keys, indexes or masking; deliveries of other services; topics without masking.
    "logs:AssociateKmsKey", "logs:DisassociateKmsKey", "logs:*IndexPolicy", "logs:*DataProtectionPolicy",
    "logs:PutBearer*", "logs:PutLogGroupDeletion*", "logs:CreateLogStream", "logs:DescribeLogStreams",
    "logs:PutLogEvents", "logs:DeleteResourcePolicy", "logs:AllowVended*", "autoloop:*", "codewhisperer:*",
    "workmail:*", "sns:PutDataProtectionPolicy",
    "acm-pca:*", "billing:*", "route53-recovery-control-config:*", "apigateway:TagResource",
    "apigateway:UntagResource", "secretsmanager:*Regions*", "payments:*",
)  # fmt: skip


def _statements(role: str) -> list[dict[str, Any]]:
    return [
        one for policy in RESOURCES[role]["Properties"]["Policies"] for one in policy["PolicyDocument"]["Statement"]
    ]


def _as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _actions(role: str, effect: str = "Allow") -> list[str]:
    found = [_as_list(one["Action"]) for one in _statements(role) if one["Effect"] == effect]
    return [action for actions in found for action in actions if not action.startswith("!")]


def _allowed(role: str, action: str) -> bool:
    return any(fnmatch.fnmatchcase(action.lower(), pattern.lower()) for pattern in _actions(role))


def test_cloudformation_may_do_what_the_template_needs() -> None:
    kinds = {one["Type"] for one in _load("template.yml")["Resources"].values()}
    missing = {
        (kind, action)
        for kind in kinds
        for verb, handler in SCHEMAS.get_resource_schema("us-east-1", kind).schema["handlers"].items()
        if verb != "list"
        for action in handler.get("permissions", ())
        if not _allowed("CloudFormationRole", action) and not any(fnmatch.fnmatchcase(action, one) for one in UNUSED)
    }
    assert not missing


def test_cloudformation_may_make_a_table_with_a_key_of_ours() -> None:
    """What DynamoDB lists, beyond the handler's permissions; and only through DynamoDB."""
    for verb in ("CreateGrant", "Decrypt", "DescribeKey", "Encrypt", "GenerateDataKeyWithoutPlaintext", "ReEncryptTo"):
        assert _allowed("CloudFormationRole", f"kms:{verb}"), verb
    (statement,) = (one for one in _statements("CloudFormationRole") if "kms:Decrypt" in _as_list(one["Action"]))
    assert statement["Condition"] == {"StringEquals": {"kms:ViaService": "dynamodb.us-east-1.amazonaws.com"}}


def test_cloudformation_reads_no_message_and_calls_nothing() -> None:
    for action in (
        "dynamodb:GetItem", "dynamodb:Scan", "dynamodb:Query", "dynamodb:PutItem", "dynamodb:ExportTableToPointInTime",
        "lambda:InvokeFunction", "lambda:InvokeFunctionUrl", "ses:SendEmail", "ses:SendRawEmail", "sqs:ReceiveMessage",
        "ssm:GetParameter", "s3:PutObject", "iam:CreateUser", "iam:CreateAccessKey", "iam:AttachRolePolicy",
        "iam:DeleteRolePermissionsBoundary", "iam:CreatePolicyVersion", "sts:AssumeRole", "sns:Publish",
    ):  # fmt: skip
        assert not _allowed("CloudFormationRole", action), action


def test_a_release_may_not_reach_for_more() -> None:
    for role in ("DeployRole", "PlanRole"):
        for action in (
            "iam:PassRole", "iam:CreateRole", "iam:PutRolePolicy", "cloudformation:DeleteStack", "dynamodb:GetItem",
            "cloudformation:CreateStack", "cloudformation:UpdateStack", "cloudformation:SetStackPolicy",
            "s3:DeleteBucket",
            "lambda:UpdateFunctionConfiguration", "lambda:AddPermission", "s3:PutBucketPolicy", "kms:Decrypt",
            "secretsmanager:GetSecretValue", "ssm:GetParameter", "cloudfront:UpdateDistribution", "ses:SendEmail",
        ):  # fmt: skip
            assert not _allowed(role, action), (role, action)
    for action in ("cloudformation:ExecuteChangeSet", "lambda:UpdateAlias", "cloudfront-keyvaluestore:UpdateKeys"):
        assert _allowed("DeployRole", action)
        assert not _allowed("PlanRole", action)


def test_only_jobs_of_one_repository_are_believed() -> None:
    for role, subjects in (
        ("DeployRole", {"repo:${Repository}:environment:${Environment}"}),
        ("PlanRole", {"repo:${Repository}:pull_request", "repo:${Repository}:ref:refs/heads/${Branch}"}),
    ):
        (statement,) = RESOURCES[role]["Properties"]["AssumeRolePolicyDocument"]["Statement"]
        assert statement["Action"] == "sts:AssumeRoleWithWebIdentity"
        assert set(statement["Condition"]) == {"StringEquals"}
        condition = statement["Condition"]["StringEquals"]
        assert condition["token.actions.githubusercontent.com:aud"] == "sts.amazonaws.com"
        assert set(_as_list(condition["token.actions.githubusercontent.com:sub"])) == subjects
        assert len(condition) == 2


def test_a_pull_request_cannot_lay_down_what_main_will_release() -> None:
    for statement in _statements("PlanRole"):
        if "s3:PutObject" in _as_list(statement["Action"]):
            assert statement["Resource"] == "${ArtifactBucket.Arn}/plans/*"
    (deny,) = (one for one in _statements("PlanRole") if one["Effect"] == "Deny")
    assert deny["Condition"]["StringNotLike"]["cloudformation:TemplateUrl"].endswith("/plans/*")
    (deny,) = (one for one in _statements("DeployRole") if one["Effect"] == "Deny")
    assert deny["Condition"]["StringNotLike"]["cloudformation:TemplateUrl"].endswith("/templates/*")


def test_roles_of_the_stack_stay_within_the_boundary() -> None:
    boundary = RESOURCES["FunctionBoundary"]["Properties"]["PolicyDocument"]["Statement"]
    most = [action for one in boundary for action in _as_list(one["Action"])]
    assert not any("*" in action and not action.startswith("kms:") for action in most)
    template = _load("template.yml")["Resources"]
    roles = [one["Properties"] for one in template.values() if one["Type"] == "AWS::IAM::Role"]
    assert len(roles) == 6
    for role in roles:
        assert role["PermissionsBoundary"].endswith(":policy/microsite/function-boundary")
        assert role["Path"] == "/${AWS::StackName}/"
        for policy in role["Policies"]:
            for statement in policy["PolicyDocument"]["Statement"]:
                given = {action for action in _as_list(statement["Action"]) if not action.startswith("!")}
                assert given <= set(most)


def test_inline_policies_of_a_role_fit() -> None:
    """IAM takes 10,240 characters of inline policies a role, white space left out."""
    for role in ("DeployRole", "PlanRole", "CloudFormationRole"):
        policies = RESOURCES[role]["Properties"]["Policies"]
        text = "".join(str(one["PolicyDocument"]).replace(" ", "") for one in policies)
        # Names are filled in: 40 letters for the stack and 12 for the account, where the template says less.
        filled = text.replace("${StackName}", "s" * 40).replace("${AWS::AccountId}", "1" * 12)
        assert len(filled) < 10_240, (role, len(filled))

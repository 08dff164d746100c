"""What `Ref` and `GetAtt` give: for each resource a name and addresses of one account that is always the same.

Two ways of writing one thing (`!GetAtt Table.Arn`, an ARN put together with `!Sub`) become the same text, and a
reference to another resource becomes another text. A resource without a name of its own is called after its role in
the template, which a new logical id does not change.
https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-template-resource-type-ref.html
"""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

__all__ = ["ACCOUNT", "NAME_OF", "OTHER_NAMES", "PSEUDO", "REGION", "attribute", "reference"]

#: AWS's own example of an account.
ACCOUNT: Final = "111122223333"
REGION: Final = "us-east-1"
PSEUDO: Final = MappingProxyType(
    {
        "AWS::AccountId": ACCOUNT,
        "AWS::Partition": "aws",
        "AWS::Region": REGION,
        "AWS::StackId": f"arn:aws:cloudformation:{REGION}:{ACCOUNT}:stack/<stack>/<id>",
        "AWS::StackName": "<stack>",
        "AWS::URLSuffix": "amazonaws.com",
    }
)
#: Type → the property that names a resource, where it has one that `Ref` or the ARN shows.
NAME_OF: Final = MappingProxyType(
    {
        "AWS::ApiGatewayV2::Stage": "StageName",
        "AWS::CloudFront::KeyValueStore": "Name",
        "AWS::CloudWatch::Alarm": "AlarmName",
        "AWS::CloudWatch::Dashboard": "DashboardName",
        "AWS::DynamoDB::Table": "TableName",
        "AWS::Events::Rule": "Name",
        "AWS::IAM::ManagedPolicy": "ManagedPolicyName",
        "AWS::IAM::Role": "RoleName",
        "AWS::KMS::Alias": "AliasName",
        "AWS::Lambda::Function": "FunctionName",
        "AWS::Logs::LogGroup": "LogGroupName",
        "AWS::S3::Bucket": "BucketName",
        "AWS::SES::ConfigurationSet": "Name",
        "AWS::SNS::Topic": "TopicName",
        "AWS::SQS::Queue": "QueueName",
        "AWS::SSM::Parameter": "Name",
        "AWS::Scheduler::Schedule": "Name",
        "AWS::SecretsManager::Secret": "Name",
    }
)
#: Type → where its name stands, of those whose `Ref` and ARN do not show it; it is still one of its kind.
OTHER_NAMES: Final = MappingProxyType(
    {
        "AWS::CloudFront::CachePolicy": "CachePolicyConfig/Name",
        "AWS::CloudFront::Function": "Name",
        "AWS::CloudFront::OriginAccessControl": "OriginAccessControlConfig/Name",
        "AWS::CloudFront::ResponseHeadersPolicy": "ResponseHeadersPolicyConfig/Name",
        "AWS::Logs::DeliveryDestination": "Name",
        "AWS::Logs::DeliverySource": "Name",
        "AWS::WAFv2::WebACL": "Name",
    }
)
#: Type → its ARN after `arn:aws:`, with the name for `{}`.
_ARN: Final = MappingProxyType(
    {
        "AWS::CertificateManager::Certificate": f"acm:{REGION}:{ACCOUNT}:certificate/{{}}",
        "AWS::CloudFront::Distribution": f"cloudfront::{ACCOUNT}:distribution/{{}}",
        "AWS::CloudFront::Function": f"cloudfront::{ACCOUNT}:function/{{}}",
        "AWS::CloudFront::KeyValueStore": f"cloudfront::{ACCOUNT}:key-value-store/{{}}",
        "AWS::CloudWatch::Alarm": f"cloudwatch:{REGION}:{ACCOUNT}:alarm:{{}}",
        "AWS::DynamoDB::Table": f"dynamodb:{REGION}:{ACCOUNT}:table/{{}}",
        "AWS::Events::Rule": f"events:{REGION}:{ACCOUNT}:rule/{{}}",
        "AWS::IAM::ManagedPolicy": f"iam::{ACCOUNT}:policy/{{}}",
        "AWS::IAM::OIDCProvider": f"iam::{ACCOUNT}:oidc-provider/{{}}",
        "AWS::IAM::Role": f"iam::{ACCOUNT}:role/{{}}",
        "AWS::KMS::Key": f"kms:{REGION}:{ACCOUNT}:key/{{}}",
        "AWS::Lambda::Function": f"lambda:{REGION}:{ACCOUNT}:function:{{}}",
        "AWS::Logs::LogGroup": f"logs:{REGION}:{ACCOUNT}:log-group:{{}}:*",
        "AWS::S3::Bucket": "s3:::{}",
        "AWS::SES::ConfigurationSet": f"ses:{REGION}:{ACCOUNT}:configuration-set/{{}}",
        "AWS::SNS::Topic": f"sns:{REGION}:{ACCOUNT}:{{}}",
        "AWS::SQS::Queue": f"sqs:{REGION}:{ACCOUNT}:{{}}",
        "AWS::Scheduler::Schedule": f"scheduler:{REGION}:{ACCOUNT}:schedule/default/{{}}",
        "AWS::SecretsManager::Secret": f"secretsmanager:{REGION}:{ACCOUNT}:secret:{{}}",
        "AWS::WAFv2::WebACL": f"wafv2:{REGION}:{ACCOUNT}:global/webacl/{{}}",
    }
)
#: Type and attribute → the address, with the name for `{}`.
_HOSTS: Final = MappingProxyType(
    {
        ("AWS::ApiGatewayV2::Api", "ApiEndpoint"): f"https://{{}}.execute-api.{REGION}.amazonaws.com",
        ("AWS::Lambda::Url", "FunctionUrl"): f"https://{{}}.lambda-url.{REGION}.on.aws/",
        ("AWS::S3::Bucket", "RegionalDomainName"): f"{{}}.s3.{REGION}.amazonaws.com",
    }
)
#: Types whose `Ref` is the ARN.
_REF_IS_ARN: Final = frozenset(
    {
        "AWS::CertificateManager::Certificate",
        "AWS::IAM::ManagedPolicy",
        "AWS::IAM::OIDCProvider",
        "AWS::SNS::Topic",
        "AWS::SecretsManager::Secret",
    }
)
#: Attributes that are another word for the name, or for the ARN.
_NAMES: Final = frozenset(
    {"ApiId", "DistributionId", "DomainName.Id", "Id", "KeyId", "Name", "QueueName", "TopicName", "RoleName"}
)
_ARNS: Final = frozenset({"Arn", "TopicArn", "FunctionARN", "SecretArn", "FunctionMetadata.FunctionARN"})


def reference(kind: str, name: str) -> str:
    """What `Ref` gives for a resource of type `kind` that is called `name`."""
    if kind in _REF_IS_ARN:
        return _arn(kind, name)
    if kind == "AWS::SQS::Queue":
        return f"https://sqs.{REGION}.amazonaws.com/{ACCOUNT}/{name}"
    return name


def attribute(kind: str, name: str, wanted: str) -> str:
    """What `GetAtt` gives for the attribute `wanted`."""
    if wanted in _ARNS:
        return _arn(kind, name)
    if wanted == "QueueUrl":
        return reference(kind, name)
    if wanted in _NAMES:
        return name
    return _HOSTS.get((kind, wanted), f"<{{}}.{wanted}>").format(name)


def _arn(kind: str, name: str) -> str:
    if kind == "AWS::Lambda::Alias":
        return name
    pattern = _ARN.get(kind)
    return f"arn:aws:{pattern.format(name)}" if pattern else f"<{name}.Arn>"

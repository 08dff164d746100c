"""What a service does anyway: properties written out with the value they would have if they were not there.

In: a resource's type, a property's path, its text. Out: whether it says nothing new. Only values that AWS's reference
of each type names as the default are here; where the default is the danger, an assertion asks for another value.
https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-template-resource-type-ref.html
"""

from __future__ import annotations

import re
from types import MappingProxyType
from typing import Final

__all__ = ["is_default"]

_ORIGIN: Final = {
    "ConnectionAttempts": "3",
    "ConnectionTimeout": "10",
    "CustomOriginConfig/HTTPPort": "80",
    "CustomOriginConfig/HTTPSPort": "443",
    "CustomOriginConfig/OriginKeepaliveTimeout": "5",
    "CustomOriginConfig/OriginReadTimeout": "30",
    "OriginPath": "",
    "OriginShield/Enabled": "false",
}
_BEHAVIOR: Final = {
    "FieldLevelEncryptionId": "",
    "GrpcConfig/Enabled": "false",
    "RealtimeLogConfigArn": "",
    "SmoothStreaming": "false",
}
#: Type → path (`*` for any item of a list) → text.
_DEFAULTS: Final = MappingProxyType(
    {
        "AWS::ApiGatewayV2::Api": {
            "ApiKeySelectionExpression": "$request.header.x-api-key",
            "DisableExecuteApiEndpoint": "false",
            "IpAddressType": "ipv4",
            "RouteSelectionExpression": "$request.method $request.path",
        },
        "AWS::ApiGatewayV2::Integration": {"ConnectionType": "INTERNET", "IntegrationMethod": "POST"},
        "AWS::ApiGatewayV2::Route": {"ApiKeyRequired": "false", "AuthorizationType": "NONE"},
        "AWS::CloudFront::Distribution": {
            **{f"DistributionConfig/Origins/*/{path}": text for path, text in _ORIGIN.items()},
            **{f"DistributionConfig/CacheBehaviors/*/{path}": text for path, text in _BEHAVIOR.items()},
            **{f"DistributionConfig/DefaultCacheBehavior/{path}": text for path, text in _BEHAVIOR.items()},
            "DistributionConfig/ContinuousDeploymentPolicyId": "",
            "DistributionConfig/DefaultRootObject": "",
            "DistributionConfig/Staging": "false",
        },
        "AWS::CloudWatch::Alarm": {"ActionsEnabled": "true"},
        "AWS::DynamoDB::Table": {
            "ContributorInsightsSpecification/Enabled": "false",
            "GlobalSecondaryIndexes/*/ContributorInsightsSpecification/Enabled": "false",
            "TableClass": "STANDARD",
        },
        "AWS::KMS::Key": {
            "BypassPolicyLockoutSafetyCheck": "false",
            "Enabled": "true",
            "KeySpec": "SYMMETRIC_DEFAULT",
            "KeyUsage": "ENCRYPT_DECRYPT",
            "MultiRegion": "false",
            "Origin": "AWS_KMS",
            "RotationPeriodInDays": "365",
        },
        "AWS::Lambda::EventSourceMapping": {"MaximumBatchingWindowInSeconds": "0", "TumblingWindowInSeconds": "0"},
        "AWS::Lambda::Function": {
            "EphemeralStorage/Size": "512",
            "LoggingConfig/LogFormat": "Text",
            "PackageType": "Zip",
            "RecursiveLoop": "Terminate",
            "RuntimeManagementConfig/UpdateRuntimeOn": "Auto",
            "SnapStart/ApplyOn": "None",
            "TracingConfig/Mode": "PassThrough",
        },
        "AWS::Lambda::Url": {"InvokeMode": "BUFFERED"},
        "AWS::Logs::LogGroup": {"LogGroupClass": "STANDARD"},
        "AWS::Route53::RecordSet": {"AliasTarget/EvaluateTargetHealth": "false"},
        "AWS::SNS::Subscription": {"Region": "us-east-1"},
        "AWS::SQS::Queue": {
            "DelaySeconds": "0",
            "KmsDataKeyReusePeriodSeconds": "300",
            "ReceiveMessageWaitTimeSeconds": "0",
        },
        "AWS::Scheduler::Schedule": {"GroupName": "default", "ScheduleExpressionTimezone": "UTC"},
        "AWS::SecretsManager::Secret": {
            **{f"GenerateSecretString/Exclude{name}": "false" for name in ("Lowercase", "Numbers", "Uppercase")},
            "GenerateSecretString/IncludeSpace": "false",
            "GenerateSecretString/RequireEachIncludedType": "true",
        },
    }
)


def is_default(kind: str, path: str, text: str) -> bool:
    """Whether `text` at `path` (keys and numbers with slashes) of a resource of type `kind` is what it would be."""
    known = _DEFAULTS.get(kind, {})
    return known.get(re.sub(r"/\d+(?=/|$)", "/*", path)) == text

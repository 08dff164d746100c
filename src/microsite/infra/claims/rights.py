"""What each role of infra/delivery-role.yml may do: the whole list, so that one right more is seen.

The stack's own names begin with its name, so that is how far these rights reach. Where AWS has nothing to narrow by
(CloudFront, keys before they are there, certificates), the verbs are listed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from typing import Final

from microsite.infra.policy import allow
from microsite.infra.policy import deny

if TYPE_CHECKING:
    from collections.abc import Mapping
    from collections.abc import Sequence

    from microsite.infra.policy import Rule

__all__ = ["BOUNDARY", "CLOUDFORMATION", "DEPLOY", "PLAN"]


def _may(
    service: str, verbs: str, *resources: str, when: Mapping[str, Mapping[str, str | Sequence[str]]] | None = None
) -> Rule:
    full = [one if one.startswith(("$", "*")) else f"arn:aws:{one}" for one in resources]
    return allow([f"{service}:{verb}" for verb in verbs.split()], full, when=when)


def _never(service: str, verbs: str, resource: str, when: Mapping[str, Mapping[str, str | Sequence[str]]]) -> Rule:
    return deny([f"{service}:{verb}" for verb in verbs.split()], resource, when=when)


DEPLOY: Final = (
    _may("s3", "ListBucket", "s3:::${StackName}-sitebucket-*"),
    _may(
        "s3",
        "AbortMultipartUpload GetObject PutObject",
        "s3:::${StackName}-sitebucket-*/assets/*",
        "s3:::${StackName}-sitebucket-*/book/*",
        "s3:::${StackName}-sitebucket-*/manifests/*",
        "s3:::${StackName}-sitebucket-*/releases/*",
        "s3:::${StackName}-sitebucket-*/search/*",
    ),
    _may(
        "s3",
        "DeleteObject",
        "s3:::${StackName}-sitebucket-*/assets/*",
        "s3:::${StackName}-sitebucket-*/manifests/*",
        "s3:::${StackName}-sitebucket-*/releases/*",
        "s3:::${StackName}-sitebucket-*/search/*",
    ),
    _may(
        "cloudfront-keyvaluestore",
        "DescribeKeyValueStore GetKey ListKeys UpdateKeys",
        "cloudfront::${AWS::AccountId}:key-value-store/*",
    ),
    _may(
        "lambda",
        ("GetAlias GetFunctionConfiguration InvokeFunction PublishVersion UpdateAlias UpdateFunctionCode"),
        "lambda:us-east-1:${AWS::AccountId}:function:${StackName}-feedback",
        "lambda:us-east-1:${AWS::AccountId}:function:${StackName}-feedback:*",
        "lambda:us-east-1:${AWS::AccountId}:function:${StackName}-http",
        "lambda:us-east-1:${AWS::AccountId}:function:${StackName}-http:*",
        "lambda:us-east-1:${AWS::AccountId}:function:${StackName}-notify",
        "lambda:us-east-1:${AWS::AccountId}:function:${StackName}-notify:*",
        "lambda:us-east-1:${AWS::AccountId}:function:${StackName}-sweep",
        "lambda:us-east-1:${AWS::AccountId}:function:${StackName}-sweep:*",
    ),
    _may(
        "s3",
        "AbortMultipartUpload GetObject PutObject",
        "${ArtifactBucket.Arn}/functions/*",
        "${ArtifactBucket.Arn}/templates/*",
    ),
    _may("s3", "ListBucket", "${ArtifactBucket.Arn}"),
    _may(
        "cloudformation",
        ("CreateChangeSet DeleteChangeSet DescribeChangeSet DescribeStackEvents DescribeStacks ExecuteChangeSet"),
        "cloudformation:us-east-1:${AWS::AccountId}:stack/${StackName}/*",
    ),
    _never(
        "cloudformation",
        "CreateChangeSet",
        "*",
        when={
            "StringNotLike": {
                "cloudformation:TemplateUrl": ["https://${ArtifactBucketName}.s3.us-east-1.amazonaws.com/templates/*"]
            }
        },
    ),
)
PLAN: Final = (
    _may("s3", "GetObject", "s3:::${StackName}-sitebucket-*/manifests/*"),
    _may("s3", "ListBucket", "s3:::${StackName}-sitebucket-*", when={"StringLike": {"s3:prefix": ["manifests/*", ""]}}),
    _may(
        "cloudfront-keyvaluestore",
        "DescribeKeyValueStore GetKey ListKeys",
        "cloudfront::${AWS::AccountId}:key-value-store/*",
    ),
    _may(
        "cloudformation",
        "CreateChangeSet DeleteChangeSet DescribeChangeSet DescribeStackEvents DescribeStacks",
        "cloudformation:us-east-1:${AWS::AccountId}:stack/${StackName}/*",
    ),
    _never(
        "cloudformation",
        "CreateChangeSet",
        "*",
        when={
            "StringNotLike": {
                "cloudformation:TemplateUrl": ["https://${ArtifactBucketName}.s3.us-east-1.amazonaws.com/plans/*"]
            }
        },
    ),
    _may("s3", "GetObject PutObject", "${ArtifactBucket.Arn}/plans/*"),
    _may("lambda", "GetAlias", "lambda:us-east-1:${AWS::AccountId}:function:${StackName}-*"),
    _may("acm", "DescribeCertificate ListCertificates", "*"),
    _may("cloudwatch", "DescribeAlarms", "*"),
)
CLOUDFORMATION: Final = (
    _may(
        "iam",
        "CreateRole PutRolePermissionsBoundary PutRolePolicy",
        "iam::${AWS::AccountId}:role/${StackName}/*",
        when={"StringEquals": {"iam:PermissionsBoundary": ["${BOUNDARY}"]}},
    ),
    _may(
        "iam",
        (
            "DeleteRole DeleteRolePolicy GetRole GetRolePolicy ListAttachedRolePolicies "
            "ListRolePolicies TagRole UntagRole UpdateAssumeRolePolicy UpdateRole "
            "UpdateRoleDescription"
        ),
        "iam::${AWS::AccountId}:role/${StackName}/*",
    ),
    _may(
        "iam",
        "PassRole",
        "iam::${AWS::AccountId}:role/${StackName}/*",
        when={"StringEquals": {"iam:PassedToService": ["lambda.amazonaws.com", "scheduler.amazonaws.com"]}},
    ),
    _may(
        "s3",
        (
            "CreateBucket DeleteBucket DeleteBucketPolicy GetAccelerateConfiguration "
            "GetAnalyticsConfiguration GetBucket* GetEncryptionConfiguration "
            "GetIntelligentTieringConfiguration GetInventoryConfiguration GetLifecycleConfiguration "
            "GetMetricsConfiguration GetReplicationConfiguration ListBucket ListTagsForResource "
            "PutBucketOwnershipControls PutBucketPolicy PutBucketPublicAccessBlock PutBucketTagging "
            "PutBucketVersioning PutEncryptionConfiguration PutLifecycleConfiguration TagResource "
            "UntagResource"
        ),
        "s3:::${StackName}-*",
    ),
    _may("s3", "GetObject GetObjectVersion", "${ArtifactBucket.Arn}/functions/*", "${ArtifactBucket.Arn}/templates/*"),
    _may(
        "dynamodb",
        (
            "CreateTable DeleteTable Describe* GetResourcePolicy ListTagsOfResource TagResource "
            "UntagResource UpdateContinuousBackups UpdateContributorInsights UpdateTable "
            "UpdateTimeToLive"
        ),
        "dynamodb:us-east-1:${AWS::AccountId}:table/${StackName}-*",
    ),
    _may(
        "sqs",
        ("CreateQueue DeleteQueue GetQueueAttributes GetQueueUrl ListQueueTags SetQueueAttributes TagQueue UntagQueue"),
        "sqs:us-east-1:${AWS::AccountId}:${StackName}-*",
    ),
    _may(
        "sns",
        (
            "CreateTopic DeleteTopic GetDataProtectionPolicy GetSubscriptionAttributes "
            "GetTopicAttributes ListSubscriptionsByTopic ListTagsForResource "
            "SetSubscriptionAttributes SetTopicAttributes Subscribe TagResource Unsubscribe "
            "UntagResource"
        ),
        "sns:us-east-1:${AWS::AccountId}:${StackName}-*",
    ),
    _may(
        "secretsmanager",
        ("CreateSecret DeleteSecret DescribeSecret GetSecretValue TagResource UntagResource UpdateSecret"),
        "secretsmanager:us-east-1:${AWS::AccountId}:secret:${StackName}/origin/*",
    ),
    _may("kms", "CreateKey ListAliases", "*"),
    _may("secretsmanager", "GetRandomPassword", "*"),
    _may(
        "kms",
        (
            "CreateAlias DeleteAlias DescribeKey DisableKey DisableKeyRotation EnableKey "
            "EnableKeyRotation GetKeyPolicy GetKeyRotationStatus ListResourceTags PutKeyPolicy "
            "ScheduleKeyDeletion TagResource UntagResource UpdateAlias UpdateKeyDescription"
        ),
        "kms:us-east-1:${AWS::AccountId}:alias/${StackName}-*",
        "kms:us-east-1:${AWS::AccountId}:key/*",
    ),
    _may(
        "kms",
        "CreateGrant Decrypt Encrypt GenerateDataKey* ReEncrypt*",
        "kms:us-east-1:${AWS::AccountId}:key/*",
        when={"StringEquals": {"kms:ViaService": ["dynamodb.us-east-1.amazonaws.com"]}},
    ),
    _may(
        "lambda",
        (
            "AddPermission CreateAlias CreateFunction CreateFunctionUrlConfig Delete* Get* ListTags "
            "PublishVersion PutFunction* RemovePermission TagResource UntagResource Update*"
        ),
        "lambda:us-east-1:${AWS::AccountId}:function:${StackName}-*",
    ),
    _may(
        "lambda",
        "CreateEventSourceMapping DeleteEventSourceMapping UpdateEventSourceMapping",
        "*",
        when={
            "ArnLike": {"lambda:FunctionArn": ["arn:aws:lambda:us-east-1:${AWS::AccountId}:function:${StackName}-*"]}
        },
    ),
    _may(
        "lambda",
        "GetEventSourceMapping ListTags TagResource UntagResource",
        "lambda:us-east-1:${AWS::AccountId}:event-source-mapping:*",
    ),
    _may(
        "scheduler",
        "CreateSchedule DeleteSchedule GetSchedule UpdateSchedule",
        "scheduler:us-east-1:${AWS::AccountId}:schedule/default/${StackName}-*",
    ),
    _may(
        "apigateway",
        "DELETE GET PATCH POST PUT",
        "apigateway:us-east-1::/apis",
        "apigateway:us-east-1::/apis/*",
        "apigateway:us-east-1::/tags/*",
    ),
    _may(
        "logs",
        (
            "CreateLogGroup DeleteLogGroup DeleteRetentionPolicy DescribeIndexPolicies "
            "GetDataProtectionPolicy ListTagsForResource PutRetentionPolicy TagResource UntagResource"
        ),
        "logs:us-east-1:${AWS::AccountId}:log-group:/aws/lambda/${StackName}-*",
        "logs:us-east-1:${AWS::AccountId}:log-group:/aws/vendedlogs/apis/${StackName}-*",
    ),
    _may(
        "logs",
        "DeleteDelivery* GetDelivery* ListTagsForResource PutDelivery* TagResource UntagResource",
        "logs:us-east-1:${AWS::AccountId}:delivery-destination:${StackName}-*",
        "logs:us-east-1:${AWS::AccountId}:delivery-source:${StackName}-*",
    ),
    _may(
        "logs",
        (
            "CreateDelivery CreateLogDelivery DeleteDelivery DeleteLogDelivery DescribeDeliveries "
            "DescribeLogGroups DescribeResourcePolicies GetDelivery GetLogDelivery ListLogDeliveries "
            "PutResourcePolicy UpdateDeliveryConfiguration UpdateLogDelivery"
        ),
        "*",
    ),
    _may(
        "cloudfront",
        (
            "AllowVendedLogDeliveryForResource Create* Delete* Describe* Get* ListTagsForResource "
            "PublishFunction TagResource UntagResource Update*"
        ),
        "cloudfront::${AWS::AccountId}:*",
    ),
    _may(
        "acm",
        (
            "AddTagsToCertificate DeleteCertificate DescribeCertificate ListTagsForCertificate "
            "RemoveTagsFromCertificate RequestCertificate UpdateCertificateOptions"
        ),
        "*",
    ),
    _may(
        "route53",
        (
            "ChangeResourceRecordSets ChangeTagsForResource CreateHealthCheck DeleteHealthCheck "
            "GetChange GetHealthCheck GetHostedZone ListHostedZones ListResourceRecordSets "
            "ListTagsForResource UpdateHealthCheck"
        ),
        "*",
    ),
    _may(
        "wafv2",
        ("CreateWebACL DeleteWebACL GetWebACL ListTagsForResource TagResource UntagResource UpdateWebACL"),
        "wafv2:us-east-1:${AWS::AccountId}:global/webacl/${StackName}-*/*",
        "wafv2:us-east-1:${AWS::AccountId}:global/managedruleset/*/*",
    ),
    _may(
        "cloudwatch",
        "DeleteAlarms DescribeAlarms ListTagsForResource PutMetricAlarm TagResource UntagResource",
        "cloudwatch:us-east-1:${AWS::AccountId}:alarm:${StackName}-*",
    ),
    _may(
        "cloudwatch",
        "DeleteDashboards GetDashboard ListTagsForResource PutDashboard TagResource UntagResource",
        "cloudwatch::${AWS::AccountId}:dashboard/${StackName}",
    ),
    _may(
        "budgets",
        "ListTagsForResource ModifyBudget TagResource UntagResource ViewBudget",
        "budgets::${AWS::AccountId}:budget/${StackName}-*",
    ),
    _may(
        "ses",
        (
            "CreateConfigurationSet CreateConfigurationSetEventDestination CreateEmailIdentity "
            "DeleteConfigurationSet DeleteConfigurationSetEventDestination DeleteEmailIdentity "
            "DescribeConfigurationSet GetConfigurationSet GetConfigurationSetEventDestinations "
            "GetEmailIdentity ListTagsForResource PutConfigurationSet* PutEmailIdentity* TagResource "
            "UntagResource UpdateConfigurationSetEventDestination"
        ),
        "ses:us-east-1:${AWS::AccountId}:configuration-set/${StackName}-*",
        "ses:us-east-1:${AWS::AccountId}:identity/*",
    ),
)
BOUNDARY: Final = (
    _may(
        "dynamodb",
        (
            "BatchGetItem DeleteItem DescribeStream GetItem GetRecords GetShardIterator ListStreams "
            "PutItem Query UpdateItem"
        ),
        "*",
    ),
    _may("lambda", "InvokeFunction", "*"),
    _may("logs", "CreateLogStream PutLogEvents", "*"),
    _may("s3", "GetObject", "*"),
    _may("ses", "SendEmail SendRawEmail", "*"),
    _may("sqs", "DeleteMessage GetQueueAttributes ReceiveMessage SendMessage", "*"),
    _may("ssm", "GetParameter", "*"),
    _may(
        "kms",
        "Decrypt Encrypt GenerateDataKey* ReEncrypt*",
        "*",
        when={"StringEquals": {"kms:ViaService": ["dynamodb.us-east-1.amazonaws.com", "ssm.us-east-1.amazonaws.com"]}},
    ),
)

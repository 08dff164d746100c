"""Tables, keys and secrets: what a fork cannot get back is kept, what is sensitive lies under a key of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING
from typing import Final

from forms.table import TTL
from forms.table import definition
from forms.table import vault_definition
from microsite.infra.expect import ABSENT
from microsite.infra.expect import Absent
from microsite.infra.expect import Among
from microsite.infra.expect import Between
from microsite.infra.expect import Default
from microsite.infra.expect import Free
from microsite.infra.expect import Optional
from microsite.infra.expect import Ordered
from microsite.infra.policy import Policy
from microsite.infra.policy import allow
from microsite.infra.spec import Claims

from .common import NAMED
from .common import OURS

if TYPE_CHECKING:
    from microsite.infra.expect import Want
    from microsite.infra.view import View

__all__ = ["CLAIMS"]

CLAIMS = Claims()
_ACCOUNT: Final = "arn:aws:iam::${AWS::AccountId}:root"
_USE: Final = ("kms:CreateGrant", "kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey*", "kms:ReEncrypt*")
#: Caring for a key, without any use of it.
_CARE: Final = (
    *("kms:CancelKeyDeletion", "kms:CreateAlias", "kms:DeleteAlias", "kms:Describe*", "kms:Disable*", "kms:Enable*"),
    *("kms:Get*", "kms:List*", "kms:Put*", "kms:RevokeGrant", "kms:RotateKeyOnDemand", "kms:ScheduleKeyDeletion"),
    *("kms:TagResource", "kms:UntagResource", "kms:Update*"),
)
_WARM: Final = {"ReadUnitsPerSecond": "${WarmReads}", "WriteUnitsPerSecond": "${WarmWrites}"}


@CLAIMS(
    "tables",
    "The tables are what lambda/forms/table.py describes, end by themselves what is over, and cannot be "
    "deleted in passing.",
)
def tables(view: View) -> None:
    for role, stated, days in (
        ("LeadsTable", definition("any"), Between(28, 35, "days")),
        # A backup keeps for so long what the retention has ended: a week, and no more.
        ("VaultTable", vault_definition("any"), Between(5, 7, "days")),
    ):
        indexes = [
            {**index, "KeySchema": Ordered(index["KeySchema"]), "WarmThroughput": _WARM}
            for index in stated.get("GlobalSecondaryIndexes", ())
        ]
        stream = {key: value for key, value in stated.get("StreamSpecification", {}).items() if key != "StreamEnabled"}
        want: dict[str, Want] = {
            "TableName": NAMED,
            "BillingMode": stated["BillingMode"],
            "KeySchema": Ordered(stated["KeySchema"]),
            "AttributeDefinitions": stated["AttributeDefinitions"],
            "GlobalSecondaryIndexes": indexes or ABSENT,
            "StreamSpecification": stream or Absent("sensitive answers do not travel"),
            # What a campaign of 1,000 submissions a second was measured with.
            "WarmThroughput": _WARM if indexes else Optional(_WARM),
            "TimeToLiveSpecification": {"AttributeName": TTL, "Enabled": True},
            "DeletionProtectionEnabled": True,
            "PointInTimeRecoverySpecification": {"PointInTimeRecoveryEnabled": True, "RecoveryPeriodInDays": days},
            "ResourcePolicy": Absent("nobody outside reads it"),
            "KinesisStreamSpecification": Absent("nothing copies it"),
            "ImportSourceSpecification": ABSENT,
            "TableClass": Default("STANDARD"),
        }
        view.must(role, want)


@CLAIMS(
    "encryption",
    "Sensitive answers lie under a key that works through DynamoDB alone; keys turn over and are slow to go.",
)
def keys(view: View) -> None:
    own = {"SSEEnabled": True, "SSEType": "KMS"}
    view.must("LeadsTable", {"SSESpecification": {**own, "KMSMasterKeyId": ABSENT}})
    view.must("VaultTable", {"SSESpecification": {**own, "KMSMasterKeyId": Among(["${VaultKey.Arn}", "${VaultKey}"])}})
    through = {"StringEquals": {"kms:ViaService": "dynamodb.us-east-1.amazonaws.com"}}
    policies = {
        "VaultKey": [allow(_CARE, "*", to=_ACCOUNT), allow(_USE, "*", to=_ACCOUNT, when=through)],
        # CloudWatch, Budgets and SES publish to topics under this key.
        "OperationsKey": [
            allow("kms:*", "*", to=_ACCOUNT),
            allow(
                ["kms:GenerateDataKey*", "kms:Decrypt"],
                "*",
                to=[f"Service:{one}.amazonaws.com" for one in ("cloudwatch", "budgets", "ses")],
                when=OURS,
            ),
        ],
    }
    for role, rules in policies.items():
        view.must(
            role,
            {
                "Enabled": Default("true"),
                "EnableKeyRotation": True,
                "RotationPeriodInDays": Default(Between(90, 365, "days")),
                # Whoever deletes a key by mistake has this long to see it.
                "PendingWindowInDays": Between(21, 30, "days"),
                "KeySpec": Default("SYMMETRIC_DEFAULT"),
                "KeyUsage": Default("ENCRYPT_DECRYPT"),
                "MultiRegion": Default("false"),
                "Origin": Default("AWS_KMS"),
                "KeyPolicy": Policy(rules),
                "BypassPolicyLockoutSafetyCheck": Default("false"),
            },
        )
        view.must(f"{role}Alias", {"AliasName": NAMED, "TargetKeyId": f"${{{role}}}"})


@CLAIMS(
    "origin-secret",
    "What CloudFront proves itself with is made by chance, long, in no text, and there are two, so that "
    "one can be changed.",
)
def secrets(view: View) -> None:
    for role, number in (("OriginSecretA", "OriginSecretOne"), ("OriginSecretB", "OriginSecretTwo")):
        other = {"OriginSecretA": "one", "OriginSecretB": "two"}[role]
        view.must(
            role,
            {
                # A higher number is another secret.
                "Name": f"${{AWS::StackName}}/origin/{other}-${{{number}}}",
                "GenerateSecretString": {
                    "SecretStringTemplate": "{}",
                    "GenerateStringKey": "secret",
                    "PasswordLength": Between(32, 128, "characters"),
                    # A header's value.
                    "ExcludePunctuation": True,
                    "ExcludeNumbers": Default("false"),
                    "ExcludeLowercase": Default("false"),
                    "ExcludeUppercase": Default("false"),
                    "IncludeSpace": Default("false"),
                    "ExcludeCharacters": Optional(Free("few letters less")),
                    "RequireEachIncludedType": Optional(Free("one of each or not")),
                },
                "SecretString": Absent("it would stand in the template"),
                "KmsKeyId": ABSENT,
            },
        )

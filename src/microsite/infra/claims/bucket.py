"""The site's bucket and its logs: nobody reads the one but through the distribution, the other tells of nobody."""

from __future__ import annotations

from typing import TYPE_CHECKING

from microsite.infra.expect import Absent
from microsite.infra.expect import Among
from microsite.infra.expect import Between
from microsite.infra.expect import Free
from microsite.infra.expect import Matches
from microsite.infra.expect import Optional
from microsite.infra.policy import Policy
from microsite.infra.policy import allow
from microsite.infra.spec import Claims

from .common import DISTRIBUTION
from .common import LABEL
from .common import LOG_DAYS
from .common import NAMED
from .common import PRIVATE
from .common import no_plain

if TYPE_CHECKING:
    from microsite.infra.view import View

__all__ = ["CLAIMS", "FIELDS"]

CLAIMS = Claims()
#: What an access log may say: nothing of the visitor (address, country, browser, referrer, cookie), no query.
FIELDS = (
    "date",
    "time",
    "timestamp",
    "timestamp(ms)",
    "x-edge-location",
    "sc-bytes",
    "cs-method",
    "x-host-header",
    "cs-uri-stem",
    "sc-status",
    "x-edge-result-type",
    "x-edge-detailed-result-type",
    "x-edge-response-result-type",
    "cs-protocol",
    "cs-protocol-version",
    "ssl-protocol",
    "ssl-cipher",
    "time-taken",
    "time-to-first-byte",
    "sc-content-type",
    "sc-content-len",
    "origin-fbl",
    "origin-lbl",
)


@CLAIMS("bucket-private", "The site's files are read through the distribution only: no public bucket by any route.")
def private(view: View) -> None:
    view.must("SiteBucket", PRIVATE)
    view.must("LogBucket", PRIVATE)
    view.must(
        "SiteBucketPolicy",
        {
            "Bucket": "${SiteBucket}",
            # No s3:ListBucket: whoever got past the router would see every release.
            "PolicyDocument": Policy(
                [
                    allow(
                        "s3:GetObject",
                        [f"${{SiteBucket.Arn}}/{folder}/*" for folder in ("assets", "releases", "search")],
                        to="Service:cloudfront.amazonaws.com",
                        when={"StringEquals": {"aws:SourceArn": DISTRIBUTION}},
                    ),
                    no_plain("SiteBucket"),
                ]
            ),
        },
    )


@CLAIMS("bucket-kept", "An old release, or a file deleted by mistake, can be got back for a while, and not for ever.")
def kept(view: View) -> None:
    view.must(
        "SiteBucket",
        {
            "VersioningConfiguration": {"Status": "Enabled"},
            "LifecycleConfiguration": {
                "Rules": [
                    {
                        "Id": Optional(LABEL),
                        "Status": "Enabled",
                        "NoncurrentVersionExpiration": {"NoncurrentDays": Between(14, 365, "days")},
                        "ExpiredObjectDeleteMarker": True,
                    },
                    {
                        "Id": Optional(LABEL),
                        "Status": "Enabled",
                        "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": Between(1, 14, "days")},
                    },
                ]
            },
            # Objects that are there (a live release among them) never end by themselves.
            "ObjectLockConfiguration": Absent("a lock would keep what a person asks to have deleted"),
        },
    )


@CLAIMS("site-log", "Requests are logged for a while, and nothing in the log tells who asked, or with which token.")
def log(view: View) -> None:
    view.must("LogSource", {"Name": NAMED, "LogType": "ACCESS_LOGS", "ResourceArn": DISTRIBUTION})
    view.must(
        "LogDestination",
        {
            "Name": NAMED,
            "DestinationResourceArn": "${LogBucket.Arn}",
            "OutputFormat": Among(["json", "w3c", "plain", "parquet"]),
        },
    )
    view.must(
        "LogDelivery",
        {
            "DeliverySourceName": "${LogSource}",
            "DeliveryDestinationArn": "${LogDestination.Arn}",
            # A folder is called by time or distribution, never by something of the visitor.
            "S3SuffixPath": Optional(
                Matches(r"([\w./=-]|\{(DistributionId|accountid|yyyy|MM|dd|HH)\})*", "folders by time or distribution")
            ),
            "S3EnableHiveCompatiblePath": Optional(Free("names of folders")),
            "FieldDelimiter": Optional(Free("how fields are set apart")),
        },
    )
    fields = view.get("LogDelivery", "RecordFields")
    if fields is None:
        if "LogDelivery" in view.resources:
            # The default has the visitor's address, the referrer and the query.
            view.wrong(
                view.resources["LogDelivery"].raw, "LogDelivery.RecordFields is missing: the default tells who asked"
            )
    else:
        for field in fields.parts:
            field.seen = True
            if field.text not in FIELDS:
                view.wrong(field, f"LogDelivery.RecordFields has {field.text}")
        for needed in ("date", "time", "cs-method", "cs-uri-stem", "sc-status", "x-edge-result-type"):
            if needed not in {one.text for one in fields.parts}:
                view.wrong(fields, f"LogDelivery.RecordFields has no {needed}: what failed cannot be found")
    view.must(
        "LogBucket",
        {
            "LifecycleConfiguration": {
                "Rules": [
                    {
                        "Id": Optional(LABEL),
                        "Status": "Enabled",
                        "ExpirationInDays": LOG_DAYS,
                        "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": Between(1, 14, "days")},
                    }
                ]
            },
        },
    )
    view.must(
        "LogBucketPolicy",
        {
            "Bucket": "${LogBucket}",
            # https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/AWS-logs-infrastructure-V2-S3.html
            "PolicyDocument": Policy(
                [
                    allow(
                        "s3:PutObject",
                        "${LogBucket.Arn}/AWSLogs/${AWS::AccountId}/*",
                        to="Service:delivery.logs.amazonaws.com",
                        when={
                            "StringEquals": {
                                "aws:SourceAccount": "${AWS::AccountId}",
                                "s3:x-amz-acl": "bucket-owner-full-control",
                            },
                            "ArnLike": {"aws:SourceArn": "arn:aws:logs:us-east-1:${AWS::AccountId}:delivery-source:*"},
                        },
                    ),
                    no_plain("LogBucket"),
                ]
            ),
        },
    )

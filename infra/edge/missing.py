"""The page for what is not there: 404.html of the release that was asked for, with status 404.

In: the event of a function URL, which only CloudFront may call. Out: its answer. CloudFront asks here when the bucket
has no such object (origin group of the template), so the API's own answers of 403 and 404 are never replaced.
infra/template.yml holds the same text.
"""

# ruff: noqa: INP001 - one file that Lambda takes as it is

import base64
import os
import re
import sys
from typing import Any

import boto3
from botocore.exceptions import ClientError

RELEASE = re.compile(r"/releases/([0-9]{8}t[0-9]{6}z-[0-9a-f]{8})/")
bucket = boto3.client("s3")


def page(event: dict[str, Any], context: object) -> dict[str, Any]:  # noqa: ARG001 - the signature is Lambda's
    """Answer one request."""
    found = RELEASE.match(event.get("rawPath", ""))
    headers = {"content-type": "text/plain; charset=utf-8", "cache-control": "public, max-age=0, s-maxage=60"}
    body = b"There is no such file.\n"
    if found:
        name = f"releases/{found[1]}/404.html"
        try:
            there = bucket.get_object(Bucket=os.environ["SITE_BUCKET"], Key=name)
            body = there["Body"].read()
            headers["content-type"] = there["ContentType"]
            if there.get("ContentEncoding"):
                headers["content-encoding"] = there["ContentEncoding"]
        except ClientError as error:
            # A release without the page is a mistake of ours; the visitor still gets an answer of 404.
            sys.stderr.write(f"{name}: {error.response['Error']['Code']}\n")
    return {"statusCode": 404, "headers": headers, "body": base64.b64encode(body).decode(), "isBase64Encoded": True}

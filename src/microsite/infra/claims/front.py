"""The distribution: which address goes where, what is kept, what an answer carries, who may ask the origins."""

from __future__ import annotations

from typing import TYPE_CHECKING

from microsite.infra.expect import ABSENT
from microsite.infra.expect import Absent
from microsite.infra.expect import Among
from microsite.infra.expect import Between
from microsite.infra.expect import Default
from microsite.infra.expect import Free
from microsite.infra.expect import Matches
from microsite.infra.expect import Optional
from microsite.infra.expect import Ordered
from microsite.infra.spec import Claims

from .common import NAMED
from .common import ORIGIN_VALUE

if TYPE_CHECKING:
    from microsite.infra.expect import Want
    from microsite.infra.view import View

__all__ = ["CLAIMS"]

CLAIMS = Claims()
_CONFIG = "DistributionConfig"
#: AWS's own policies, the same in every account.
#: https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/using-managed-cache-policies.html
_CACHING_DISABLED = "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"
_ALL_VIEWER_EXCEPT_HOST = "b689b0a8-53d0-40ab-baf2-68738e2966ac"
_READS = ["GET", "HEAD"]
_ALL_METHODS = ["GET", "HEAD", "OPTIONS", "PUT", "PATCH", "POST", "DELETE"]
#: CloudFront may call such an address only with TLS 1.2.
_TLS = {"OriginProtocolPolicy": "https-only", "OriginSSLProtocols": ["TLSv1.2"]}
_TRIES = {"ConnectionAttempts": Optional(Between(1, 3)), "ConnectionTimeout": Optional(Between(1, 10, "seconds"))}


def _alias(view: View) -> list[str]:
    hosts = ["${DomainName}"]
    hosts += ["${AlternateDomain}"] if view.value("AlternateDomain") else []
    return hosts + (["*.${PreviewDomain}"] if view.value("PreviewDomain") else [])


def _functions(view: View) -> list[Want]:
    """What runs at the edge before and after a page."""
    marks = [{"EventType": "viewer-response", "FunctionARN": "${PreviewMark.FunctionARN}"}]
    router = [{"EventType": "viewer-request", "FunctionARN": "${Router.FunctionARN}"}]
    return [*router, *(marks if view.value("PreviewDomain") else [])]


@CLAIMS("front-door", "The site answers under its own names, with TLS 1.2 of 2021 or newer, over HTTP/2 and HTTP/3.")
def door(view: View) -> None:
    view.must(
        "Distribution",
        {
            "Comment": Optional(Free("words")),
            "Enabled": True,
            "HttpVersion": "http2and3",
            "IPV6Enabled": True,
            # More places cost more and serve readers who are elsewhere: the parameter says which.
            "PriceClass": "${PriceClass}",
            "Aliases": _alias(view),
            "ViewerCertificate": {
                "AcmCertificateArn": "${CertificateArn}" if view.value("CertificateArn") else "${Certificate}",
                "MinimumProtocolVersion": Among(["TLSv1.2_2021", "TLSv1.2_2025", "TLSv1.3_2025"]),
                "SslSupportMethod": "sni-only",
            },
            "WebACLId": "${WebAcl.Arn}" if view.value("Firewall") == "yes" else ABSENT,
            "Restrictions": Default({"GeoRestriction": {"RestrictionType": "none", "Locations": ABSENT}}),
            "DefaultRootObject": Absent("the router knows the first page; CloudFront's would go round it"),
            "Logging": Absent("the older log has the visitor's address"),
            "Staging": Default("false"),
        },
        _CONFIG,
    )


@CLAIMS("origins", "CloudFront asks three places, each over TLS and with a proof that it is CloudFront who asks.")
def origins(view: View) -> None:
    number = "One" if view.value("OriginSecretSent") == "one" else "Two"
    letter = {"One": "A", "Two": "B"}[number]
    view.must(
        "Distribution",
        {
            "Origins": [
                {
                    "Id": "bucket",
                    "DomainName": "${SiteBucket.RegionalDomainName}",
                    "OriginAccessControlId": "${BucketAccess.Id}",
                    # The older way in, which must stay empty beside the new one.
                    "S3OriginConfig": {"OriginAccessIdentity": ""},
                    **_TRIES,
                },
                {
                    "Id": "missing",
                    "DomainName": _host_of_missing(view),
                    "OriginAccessControlId": "${MissingAccess.Id}",
                    "CustomOriginConfig": _TLS,
                    **_TRIES,
                },
                {
                    "Id": "api",
                    "DomainName": "${Api}.execute-api.us-east-1.amazonaws.com",
                    "CustomOriginConfig": {
                        **_TLS,
                        # The function may take 29 seconds.
                        "OriginReadTimeout": Between(30, 60, "seconds"),
                        "OriginKeepaliveTimeout": Default(Between(5, 60, "seconds")),
                        "HTTPSPort": Default(443),
                    },
                    # Never the secret itself: whoever reads the template would know it.
                    "OriginCustomHeaders": [
                        {
                            "HeaderName": Matches("(?i)X-Origin-Secret", "X-Origin-Secret"),
                            "HeaderValue": ORIGIN_VALUE % letter,
                        }
                    ],
                    **_TRIES,
                },
            ],
            # The bucket says 403 or 404 for what is missing; only then the function of the 404 page is asked. The API
            # is in no group, so its own 403 and 404 are its own.
            "OriginGroups": {
                "Quantity": 1,
                "Items": [
                    {
                        "Id": "site",
                        "FailoverCriteria": {"StatusCodes": {"Quantity": 2, "Items": [403, 404]}},
                        "Members": {"Quantity": 2, "Items": Ordered([{"OriginId": "bucket"}, {"OriginId": "missing"}])},
                        "SelectionCriteria": Default("default"),
                    }
                ],
            },
        },
        _CONFIG,
    )
    access = {"SigningBehavior": "always", "SigningProtocol": "sigv4", "Name": NAMED}
    for role, kind in (("BucketAccess", "s3"), ("MissingAccess", "lambda")):
        view.must(role, {"OriginAccessControlConfig": {**access, "OriginAccessControlOriginType": kind}})


def _host_of_missing(view: View) -> str:
    """The function's address without scheme and slash."""
    return view.resolver.fill("${MissingUrl.FunctionUrl}").removeprefix("https://").removesuffix("/")


@CLAIMS("api-path", "Every POST from the browser reaches the API with its body, and no answer of the API is ever kept.")
def api(view: View) -> None:
    view.must(
        "Distribution",
        {
            "CacheBehaviors": Ordered([_api_behavior(), _asset_behavior()]),
        }
        if _api_first(view)
        else {"CacheBehaviors": Ordered([_asset_behavior(), _api_behavior()])},
        _CONFIG,
    )


def _api_first(view: View) -> bool:
    first = view.get("Distribution", f"{_CONFIG}/CacheBehaviors/0/PathPattern")
    # The patterns have no address in common, so either may be first.
    return first is None or first.text not in {"/assets/*", "assets/*"}


def _api_behavior() -> dict[str, Want]:
    return {
        "PathPattern": Among(["/api/*", "api/*"]),
        "TargetOriginId": "api",
        # Never a redirect: a browser turns a redirected POST into a GET, and http:// has read the message by then.
        "ViewerProtocolPolicy": "https-only",
        "AllowedMethods": _ALL_METHODS,
        "CachedMethods": _READS,
        "Compress": True,
        "CachePolicyId": _CACHING_DISABLED,
        # Everything as it was sent, but not Host, by which the gateway knows itself.
        "OriginRequestPolicyId": _ALL_VIEWER_EXCEPT_HOST,
        "ResponseHeadersPolicyId": "${SecurityHeaders}",
        "FunctionAssociations": Absent("the router would send a form elsewhere"),
        "LambdaFunctionAssociations": Absent("nothing else reads what visitors send"),
        "SmoothStreaming": Default("false"),
    }


def _asset_behavior() -> dict[str, Want]:
    return {
        "PathPattern": Among(["/assets/*", "assets/*"]),
        **_page_behavior("${AssetCache}"),
        "FunctionAssociations": [{"EventType": "viewer-request", "FunctionARN": "${Router.FunctionARN}"}],
    }


def _page_behavior(cache: str) -> dict[str, Want]:
    return {
        "TargetOriginId": "site",
        "ViewerProtocolPolicy": "redirect-to-https",
        "AllowedMethods": _READS,
        "CachedMethods": _READS,
        "Compress": True,
        "CachePolicyId": cache,
        # Nothing of the visitor goes on to the bucket.
        "OriginRequestPolicyId": ABSENT,
        "ResponseHeadersPolicyId": "${SecurityHeaders}",
        "LambdaFunctionAssociations": ABSENT,
        "TrustedKeyGroups": Absent("the site is for everybody"),
        "TrustedSigners": Absent("the site is for everybody"),
        "SmoothStreaming": Default("false"),
    }


@CLAIMS("pages", "A page comes out of the live release, through the router, compressed and over TLS.")
def pages(view: View) -> None:
    page = {**_page_behavior("${PageCache}"), "FunctionAssociations": _functions(view)}
    view.must("Distribution", {"DefaultCacheBehavior": page}, _CONFIG)
    # Nothing of the visitor is in the key: no cookie, header or query, only what compression they take.
    key = {
        "EnableAcceptEncodingBrotli": True,
        "EnableAcceptEncodingGzip": True,
        "CookiesConfig": {"CookieBehavior": "none"},
        "HeadersConfig": {"HeaderBehavior": "none"},
        "QueryStringsConfig": {"QueryStringBehavior": "none"},
    }
    # Pages tell browsers to ask each time; CloudFront must not, or each view is a read of the bucket.
    least = {"PageCache": 3600, "AssetCache": 0}
    days = {"PageCache": Between(3600, 31536000, "seconds"), "AssetCache": Between(86400, 31536000, "seconds")}
    for role, default in days.items():
        view.must(
            role,
            {
                "CachePolicyConfig": {
                    "Name": NAMED,
                    "Comment": Optional(Free("words")),
                    # More would keep the page of a name that was taken back from the preview of the same release.
                    "MinTTL": Between(least[role], 86400, "seconds"),
                    "DefaultTTL": default,
                    "MaxTTL": Between(86400, 31536000, "seconds"),
                    "ParametersInCacheKeyAndForwardedToOrigin": key,
                }
            },
        )


@CLAIMS(
    "errors",
    "An error is told as the origin told it, and not kept for the next visitor; no page covers the API's answers.",
)
def errors(view: View) -> None:
    # CloudFront keeps these by itself for ten seconds, and the key has no query: one reader's expired link would be
    # everybody's. https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/HTTPStatusCodes.html
    codes = (400, 403, 404, 405, 414, 500, 501, 502, 503, 504)
    view.must(
        "Distribution",
        {
            "CustomErrorResponses": [
                {"ErrorCode": code, "ErrorCachingMinTTL": 0, "ResponsePagePath": ABSENT, "ResponseCode": ABSENT}
                for code in codes
            ]
        },
        _CONFIG,
    )


@CLAIMS(
    "security-headers",
    "Every answer, the API's too, carries the headers that the local server sends, and HSTS for the preload list.",
)
def headers(view: View) -> None:
    facts = dict(view.facts.headers)
    own = {
        "content-security-policy": ("ContentSecurityPolicy", "ContentSecurityPolicy"),
        "referrer-policy": ("ReferrerPolicy", "ReferrerPolicy"),
    }
    security: dict[str, Want] = {
        "StrictTransportSecurity": {
            # https://hstspreload.org asks for a year, subdomains, preload.
            "AccessControlMaxAgeSec": Between(31536000, 126144000, "seconds"),
            "IncludeSubdomains": True,
            "Preload": True,
            "Override": True,
        },
    }
    if facts.pop("x-content-type-options", "") == "nosniff":
        security["ContentTypeOptions"] = {"Override": True}
    for header, (name, member) in own.items():
        security[name] = {member: facts.pop(header, "<missing in serve/headers.py>"), "Override": True}
    custom = [
        {"Header": Matches(f"(?i){header}", header), "Value": value, "Override": True}
        for header, value in facts.items()
    ]
    view.must(
        "SecurityHeaders",
        {
            "ResponseHeadersPolicyConfig": {
                "Name": NAMED,
                "Comment": Optional(Free("words")),
                "SecurityHeadersConfig": security,
                "CustomHeadersConfig": {"Items": custom},
                "CorsConfig": Absent("same origin: nobody else's script reads us"),
                # What the origin tells of itself is nobody's business.
                "RemoveHeadersConfig": {
                    "Items": [
                        {"Header": Matches(f"(?i){name}", name)}
                        for name in ("server", "x-amz-server-side-encryption", "x-amz-version-id")
                    ]
                },
                "ServerTimingHeadersConfig": Absent("it tells how we are built"),
            }
        },
    )

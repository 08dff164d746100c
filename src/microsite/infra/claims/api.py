"""The API, and the names under which the world finds the site."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING
from typing import Final

from microsite.infra.expect import ABSENT
from microsite.infra.expect import Absent
from microsite.infra.expect import Among
from microsite.infra.expect import Between
from microsite.infra.expect import Default
from microsite.infra.expect import Free
from microsite.infra.expect import Optional
from microsite.infra.spec import Claims

from .common import LOG_DAYS
from .common import NAMED

if TYPE_CHECKING:
    from microsite.infra.expect import Want
    from microsite.infra.view import View

__all__ = ["CLAIMS", "LOGGED"]

CLAIMS = Claims()
#: What a line of the API's log may say: nothing of the visitor, no path (the route says enough), no query, no body.
LOGGED: Final = frozenset(
    f"$context.{one}"
    for one in (
        *(
            "requestTime",
            "requestTimeEpoch",
            "requestId",
            "extendedRequestId",
            "routeKey",
            "httpMethod",
            "status",
            "stage",
        ),
        *("responseLength", "responseLatency", "integrationLatency", "integrationStatus", "error.responseType"),
        *("integration.status", "integration.latency", "integration.error", "integrationErrorMessage", "protocol"),
    )
)
_ZONE_OF_CLOUDFRONT: Final = "Z2FDTNDATAQYW2"


@CLAIMS(
    "api", "Every method of every address below /api/ goes to the checked version of the function, whole and unchanged."
)
def api(view: View) -> None:
    view.must(
        "Api",
        {
            "Name": NAMED,
            "ProtocolType": "HTTP",
            "CorsConfiguration": Absent("same origin: nobody else's script sends forms"),
            "DisableExecuteApiEndpoint": Default("false"),
            "RouteKey": ABSENT,
            "Target": ABSENT,
            "Body": ABSENT,
            "IpAddressType": Optional(Free("how the edge comes here")),
        },
    )
    view.must(
        "ApiToHttp",
        {
            "ApiId": "${Api}",
            "IntegrationType": "AWS_PROXY",
            # Both forms are the same call; the gateway makes the second out of the first.
            "IntegrationUri": Among(
                [
                    "${HttpAlias}",
                    "arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/${HttpAlias}/invocations",
                ]
            ),
            "IntegrationMethod": Default("POST"),
            "PayloadFormatVersion": "2.0",
            # The function may take 29 seconds.
            "TimeoutInMillis": Between(29000, 30000, "ms"),
            "RequestParameters": Absent("what was sent comes as it was sent"),
            "ConnectionType": Default("INTERNET"),
        },
    )
    view.must(
        "ApiRoute",
        {
            "ApiId": "${Api}",
            "RouteKey": "ANY /api/{proxy+}",
            "Target": "integrations/${ApiToHttp}",
            "AuthorizationType": Default("NONE"),
        },
    )
    view.must(
        "ApiMayCall",
        {
            "FunctionName": "${HttpAlias}",
            "Action": "lambda:InvokeFunction",
            "Principal": "apigateway.amazonaws.com",
            "SourceArn": Among(
                [
                    f"arn:aws:execute-api:us-east-1:${{AWS::AccountId}}:${{Api}}/*/*{path}"
                    for path in ("/api/*", "/api/{proxy+}", "")
                ]
            ),
            "SourceAccount": Optional("${AWS::AccountId}"),
        },
    )


@CLAIMS("api-limits", "Requests have a limit a second, and a log line that tells nothing of who sent what.")
def stage(view: View) -> None:
    view.must(
        "ApiStage",
        {
            "ApiId": "${Api}",
            "StageName": "$default",
            "AutoDeploy": True,
            "DefaultRouteSettings": {
                "ThrottlingRateLimit": "${ApiRate}",
                "ThrottlingBurstLimit": "${ApiBurst}",
                "DetailedMetricsEnabled": True,
                # Bodies in the log.
                "DataTraceEnabled": Default("false"),
                "LoggingLevel": Default("OFF"),
            },
            "AccessLogSettings": {
                "DestinationArn": Among(
                    [
                        "${ApiLog.Arn}",
                        "arn:aws:logs:us-east-1:${AWS::AccountId}:log-group:/aws/vendedlogs/apis/${AWS::StackName}-forms",
                    ]
                )
            },
            "RouteSettings": Absent("one limit for all"),
            "StageVariables": ABSENT,
        },
    )
    line = view.get("ApiStage", "AccessLogSettings/Format")
    if line is None:
        stage = view.resources.get("ApiStage")
        if stage is not None:
            view.wrong(stage.raw, "ApiStage.AccessLogSettings.Format is missing")
    else:
        line.see()
        used = set(re.findall(r"\$[\w.]+", line.text))
        for name in sorted(used - LOGGED):
            view.wrong(line, f"ApiStage.AccessLogSettings.Format tells {name}")
        for name in ("$context.status", "$context.routeKey", "$context.requestId"):
            if name not in used:
                view.wrong(line, f"ApiStage.AccessLogSettings.Format lacks {name}: a failure cannot be found")
        try:
            json.loads(" ".join(line.text.split()))
        except ValueError:
            view.wrong(line, "ApiStage.AccessLogSettings.Format is no JSON: the log cannot be searched by field")
    view.must(
        "ApiLog",
        {
            "LogGroupName": NAMED,
            "RetentionInDays": LOG_DAYS,
            "KmsKeyId": ABSENT,
            "LogGroupClass": Default("STANDARD"),
        },
    )


@CLAIMS(
    "names",
    "The site's names lead to the distribution, over IPv4 and IPv6, under a certificate that is made for "
    "them; mail is signed for.",
)
def names(view: View) -> None:
    hosts = ["${DomainName}"]
    hosts += ["${AlternateDomain}"] if view.value("AlternateDomain") else []
    hosts += ["*.${PreviewDomain}"] if view.value("PreviewDomain") else []
    validation: list[Want] = [{"DomainName": one, "HostedZoneId": "${HostedZoneId}"} for one in hosts]
    view.must(
        "Certificate",
        {
            "DomainName": "${DomainName}",
            "SubjectAlternativeNames": Among([hosts, hosts[1:]]),
            "ValidationMethod": "DNS",
            "DomainValidationOptions": validation,
            "KeyAlgorithm": Default(Among(["RSA_2048", "EC_prime256v1"])),
            "CertificateTransparencyLoggingPreference": Default("ENABLED"),
        },
    )
    records = {"Site": "${DomainName}", "Alternate": "${AlternateDomain}", "Preview": "*.${PreviewDomain}"}
    for role, host in records.items():
        for suffix, kind in (("V4", "A"), ("V6", "AAAA")):
            view.must(
                f"{role}{suffix}",
                {
                    "HostedZoneId": "${HostedZoneId}",
                    "Name": Among([host, f"{host}."]),
                    "Type": kind,
                    "AliasTarget": {
                        "DNSName": "${Distribution.DomainName}",
                        "HostedZoneId": _ZONE_OF_CLOUDFRONT,
                        "EvaluateTargetHealth": Default("false"),
                    },
                },
            )
    bounce = "bounce.${MailDomain}"
    mail = {
        **{
            f"Dkim{n}": (f"${{MailIdentity.DkimDNSTokenName{n}}}", "CNAME", f"${{MailIdentity.DkimDNSTokenValue{n}}}")
            for n in (1, 2, 3)
        },
        "BounceMx": (bounce, "MX", "10 feedback-smtp.us-east-1.amazonses.com"),
        "BounceSpf": (bounce, "TXT", '"v=spf1 include:amazonses.com -all"'),
    }
    for role, (name, kind, value) in mail.items():
        view.must(
            role,
            {
                "HostedZoneId": "${HostedZoneId}",
                "Name": Among([name, f"{name}."]),
                "Type": kind,
                "TTL": Between(60, 86400, "seconds"),
                "ResourceRecords": [value],
            },
        )

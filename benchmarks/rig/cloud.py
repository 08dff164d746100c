"""The whole service on this machine, put together from the template: CloudFront, S3, the store of keys, the forms.

In: infra/template.yml, the function's zip, parameters. Out: an address for a browser, an environment for the command.
Tables, settings of each function, the bucket's policy, routes and the origin's secret are the template's; what answers
is moto (S3, DynamoDB, SES, SSM), the packed function under AWS's runtime client, and the stand-ins of this folder.
"""

from __future__ import annotations

import fnmatch
import uuid
from contextlib import ExitStack
from contextlib import contextmanager
from dataclasses import dataclass
from dataclasses import field
from datetime import UTC
from datetime import datetime
from typing import TYPE_CHECKING
from typing import Any
from urllib.parse import unquote
from urllib.parse import urlsplit

from botocore.exceptions import ClientError

from microsite.serve.event import make_event
from microsite.serve.event import make_reply
from microsite.serve.exchange import Request

from .cloudfront import CloudFront
from .cloudfront import run_cloudfront
from .cloudfront_parts import Answer
from .emulators import ENVIRON
from .emulators import aws_client
from .emulators import moto
from .kvs import arn_of
from .kvs import kvs
from .runtime import FunctionFailed
from .runtime import run_function
from .runtime import unpack
from .stack import Stack
from .template import read_stack

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Iterator
    from collections.abc import Mapping
    from pathlib import Path

    from .cloudfront_parts import Asked
    from .kvs import Store
    from .kvs import Stores
    from .runtime import Running
    from .template import Resource
    from .template import StackOf

__all__ = ["ACCOUNT", "PARAMETERS", "Cloud", "run_cloud"]

ACCOUNT = "123456789012"
_HOST = "127.0.0.1"
#: What a person who installs the stack is asked for.
PARAMETERS = {
    "MailDomain": "site.example",
    "MailFrom": "post@site.example",
    "TeamMail": "team@site.example",
    "AlarmMail": "alarm@site.example",
    "OrganisationName": "Ketamine Guide (sample)",
    "OrganisationAddress": "1 Example Street, Springfield",
    "CodeBucket": "artifacts",
    "CodeKey": "forms.zip",
}
#: The address that the gateway sees: CloudFront's own.
_EDGE = "130.176.0.7"
_S3_HEADERS = {
    "ContentType": "content-type", "CacheControl": "cache-control", "ContentEncoding": "content-encoding",
    "ETag": "etag",
}  # fmt: skip


@dataclass
class Cloud:
    """What runs. `stack` is the template's; `store` the key-value store behind the edge's function."""

    url: str
    aws: str
    stack: StackOf
    store: Store
    stores: Stores
    front: CloudFront
    #: For the command: where everything answers, and with which keys.
    environ: dict[str, str]
    functions: Stack | None = None
    #: The functions whose code the template holds, by ARN.
    running: dict[str, Running] = field(default_factory=dict)
    #: Called before each request that AWS, or its store of keys, is asked.
    watch: Callable[[], None] = lambda: None
    #: `(method, path)` of all that reached the bucket.
    fetched: list[tuple[str, str]] = field(default_factory=list)

    @property
    def bucket(self) -> str:
        """The site's bucket."""
        return self.stack.outputs["SiteBucket"]


class _S3:
    """The bucket behind the origin access control: what its policy lets CloudFront read, and nothing else."""

    def __init__(self, cloud: Cloud, bucket: Resource, signed: bool) -> None:  # noqa: FBT001 - of the template
        self._cloud = cloud
        self._bucket = bucket.ref
        self._signed = signed
        self._client = aws_client("s3", cloud.aws)
        distribution = cloud.stack.one("AWS::CloudFront::Distribution")
        self._source = f"arn:aws:cloudfront::{ACCOUNT}:distribution/{distribution.ref}"
        self._policies = [
            one.properties["PolicyDocument"]
            for one in cloud.stack.of("AWS::S3::BucketPolicy")
            if one.properties["Bucket"] == bucket.ref
        ]

    def __call__(self, asked: Asked) -> Answer:
        key = unquote(asked.path).lstrip("/")
        self._cloud.fetched.append((asked.method, key))
        if asked.method not in {"GET", "HEAD"}:
            return _xml(405, "MethodNotAllowed")
        if not self._may("s3:GetObject", f"arn:aws:s3:::{self._bucket}/{key}"):
            return _xml(403, "AccessDenied")
        try:
            told = self._client.get_object(Bucket=self._bucket, Key=key)
        except ClientError:
            # Who may not list is not told what is missing.
            listed = self._may("s3:ListBucket", f"arn:aws:s3:::{self._bucket}")
            return _xml(404, "NoSuchKey") if listed else _xml(403, "AccessDenied")
        headers = [(name, str(told[key])) for key, name in _S3_HEADERS.items() if told.get(key)]
        return Answer(200, tuple(headers), told["Body"].read())

    def _may(self, action: str, arn: str) -> bool:
        return self._signed and any(_allows(policy, action, arn, self._source) for policy in self._policies)


class _Gateway:
    """The HTTP API: its routes and stage from the template, the function behind it under the real runtime."""

    def __init__(self, cloud: Cloud) -> None:
        self._cloud = cloud
        self._routes = [one.properties["RouteKey"] for one in cloud.stack.of("AWS::ApiGatewayV2::Route")]

    def __call__(self, asked: Asked) -> Answer:
        if not any(_routed(route, asked) for route in self._routes):
            return Answer(404, (("content-type", "application/json"),), b'{"message":"Not Found"}')
        if self._cloud.functions is None:
            return Answer(503, (("content-type", "application/json"),), b'{"message":"Service Unavailable"}')
        headers = {**asked.headers, "x-forwarded-for": f"{asked.headers['x-forwarded-for']}, {_EDGE}"}
        request = Request(
            method=asked.method, raw_path=asked.path, query=asked.query, headers=tuple(headers.items()),
            body=asked.body, client=_EDGE,
        )  # fmt: skip
        event = make_event(request, now=datetime.now(UTC), request_id=str(uuid.uuid4()))
        try:
            reply = make_reply(self._cloud.functions.http(event))
        except FunctionFailed:
            return Answer(500, (("content-type", "application/json"),), b'{"message":"Internal Server Error"}')
        return Answer(reply.status, reply.headers, reply.body)


class _FunctionUrl:
    """A function behind a URL that only CloudFront may call: its code stands in the template."""

    def __init__(self, cloud: Cloud, address: Resource) -> None:
        self._running = cloud.running[address.properties["TargetFunctionArn"]]
        self._private = address.properties["AuthType"] == "AWS_IAM"

    def __call__(self, asked: Asked) -> Answer:
        if not self._private:
            msg = "a function's URL is open to everybody"
            raise AssertionError(msg)
        request = Request(
            method=asked.method, raw_path=asked.path, query=asked.query, headers=tuple(asked.headers.items()),
            body=asked.body, client=_EDGE,
        )  # fmt: skip
        event = make_event(request, now=datetime.now(UTC), request_id=str(uuid.uuid4()))
        reply = make_reply(self._running.invoke(event))
        return Answer(reply.status, reply.headers, reply.body)


@contextmanager
def run_cloud(
    template: str, parameters: Mapping[str, str], scratch: Path, *, package: Path | None = None
) -> Iterator[Cloud]:
    """Stand everything up until the block ends; with `package` (the function's zip) the forms work too."""
    with ExitStack() as ends:
        aws = ends.enter_context(moto(lambda: cloud.watch()))  # noqa: PLW0108 - it is set later
        keys, stores = ends.enter_context(kvs())
        url, begin = ends.enter_context(run_cloudfront())
        stack = read_stack(
            template,
            {**PARAMETERS, **parameters, "DomainName": _HOST},
            account=ACCOUNT,
            secrets=lambda service, name: f"{service}/{name}",
        )
        arn = arn_of("11111111-2222-4333-8444-555555555555", ACCOUNT)
        store = stores.make(arn)
        front = CloudFront(stack, lambda origin: _origin(cloud, origin), lambda: store.values)
        environ = {
            **ENVIRON,
            "AWS_ENDPOINT_URL": aws,
            "AWS_ENDPOINT_URL_CLOUDFRONT_KEYVALUESTORE": keys,
        }
        cloud = Cloud(url, aws, stack, store, stores, front, environ)
        stores.fault = lambda _, when: cloud.watch() if when == "before" else None
        _furnish(cloud)
        _run_inline(cloud, scratch, ends)
        if package is not None:
            table = next(one for one in stack.of("AWS::DynamoDB::Table") if "StreamSpecification" in one.properties)
            cloud.functions = Stack(
                unpack(package, scratch / "task"),
                scratch,
                aws,
                lambda name: _settings(cloud, name),
                ends,
                table=table.ref,
            )
        begin(front)
        yield cloud


def _run_inline(cloud: Cloud, scratch: Path, ends: ExitStack) -> None:
    """Start the functions whose code the template holds."""
    for function in cloud.stack.of("AWS::Lambda::Function"):
        told = function.properties
        if "ZipFile" not in told["Code"]:
            continue
        folder = scratch / function.name
        folder.mkdir()
        module = told["Handler"].partition(".")[0]
        (folder / f"{module}.py").write_text(told["Code"]["ZipFile"], "utf-8")
        environ = {**ENVIRON, "AWS_ENDPOINT_URL": cloud.aws, **told["Environment"]["Variables"]}
        running = ends.enter_context(
            run_function(folder, told["Handler"], environ, log=scratch / f"{function.name}.log")
        )
        cloud.running[f"arn:aws:lambda:us-east-1:{ACCOUNT}:function:{function.ref}"] = running


def _origin(cloud: Cloud, origin: Mapping[str, Any]) -> _S3 | _FunctionUrl | _Gateway:
    """What answers for an origin of the distribution, by its domain name."""
    for address in cloud.stack.of("AWS::Lambda::Url"):
        if origin["DomainName"].startswith(f"{address.name.lower()}.lambda-url."):
            return _FunctionUrl(cloud, address)
    for bucket in cloud.stack.of("AWS::S3::Bucket"):
        if origin["DomainName"].startswith(f"{bucket.ref}.s3."):
            control: Mapping[str, Any] = next(
                (
                    one.properties["OriginAccessControlConfig"]
                    for one in cloud.stack.of("AWS::CloudFront::OriginAccessControl")
                    if origin.get("OriginAccessControlId") in {one.ref, f"{one.name}.Id"}
                ),
                {},
            )
            return _S3(cloud, bucket, control.get("SigningBehavior") == "always")
    return _Gateway(cloud)


def _settings(cloud: Cloud, name: str) -> dict[str, str]:
    """The environment that the template gives the function with this handler."""
    [function] = [
        one for one in cloud.stack.of("AWS::Lambda::Function") if one.properties["Handler"] == f"forms.aws.{name}"
    ]
    told = function.properties["Environment"]["Variables"]
    # There is no TLS here: the site's address is where the stand-in listens.
    values = {key: str(value).replace(f"https://{_HOST}", cloud.url) for key, value in told.items()}
    return {**ENVIRON, "AWS_ENDPOINT_URL": cloud.aws, **values}


def _furnish(cloud: Cloud) -> None:
    """Make at the emulator what the template describes and the functions use."""
    from moto.moto_api._internal.models import moto_api_backend  # noqa: PLC0415 - takes 0.3 s

    # The backends are the process's, not the server's.
    moto_api_backend.reset()
    with ExitStack() as ends:
        clients = {name: aws_client(name, cloud.aws) for name in ("dynamodb", "sesv2", "ssm", "s3")}
        for client in clients.values():
            ends.callback(client.close)
        for bucket in cloud.stack.of("AWS::S3::Bucket"):
            clients["s3"].create_bucket(Bucket=bucket.ref)
        for table in cloud.stack.of("AWS::DynamoDB::Table"):
            clients["dynamodb"].create_table(**_table(table))
        for one in cloud.stack.of("AWS::SES::ConfigurationSet"):
            clients["sesv2"].create_configuration_set(ConfigurationSetName=one.ref)
        told = [value for name in ("http", "notify", "sweep", "feedback") for value in _settings(cloud, name).items()]
        for name in sorted({value.removeprefix("ssm:") for _, value in told if value.startswith("ssm:")}):
            clients["ssm"].put_parameter(Name=name, Value=uuid.uuid4().hex, Type="SecureString")
        for address in sorted({value for key, value in told if key == "FORMS_FROM"}):
            domain = address.rpartition("@")[2].rstrip(">")
            clients["sesv2"].create_email_identity(EmailIdentity=domain)


def _table(table: Resource) -> dict[str, Any]:
    told = table.properties
    made = {
        key: told[key]
        for key in ("AttributeDefinitions", "KeySchema", "BillingMode", "GlobalSecondaryIndexes")
        if key in told
    }
    made["TableName"] = table.ref
    if "StreamSpecification" in told:
        made["StreamSpecification"] = {"StreamEnabled": True, **told["StreamSpecification"]}
    for index in made.get("GlobalSecondaryIndexes", []):
        index.pop("WarmThroughput", None)
    return made


def _routed(route: str, asked: Asked) -> bool:
    """Whether a route key such as `ANY /api/{proxy+}` takes a request.

    https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-routes.html
    """
    if route == "$default":
        return True
    method, _, path = route.partition(" ")
    steps, wanted = urlsplit(asked.path).path.split("/"), path.split("/")
    greedy = wanted[-1].startswith("{") and wanted[-1].endswith("+}")
    if greedy:
        fits = len(steps) >= len(wanted) and all(steps[len(wanted) - 1 :][:1])
        wanted = wanted[:-1]
        steps = steps[: len(wanted)]
    else:
        fits = len(steps) == len(wanted)
    same = all(mine == theirs or (theirs.startswith("{") and mine) for mine, theirs in zip(steps, wanted, strict=False))
    return fits and same and method in {"ANY", asked.method}


def _allows(policy: Mapping[str, Any], action: str, arn: str, source: str) -> bool:
    """Whether a bucket's policy lets CloudFront, as the distribution `source`, do `action` on `arn` over TLS."""
    allowed = False
    for one in _listed(policy["Statement"]):
        principal = one.get("Principal", {})
        services = _listed(principal.get("Service", [])) if isinstance(principal, dict) else []
        everybody = principal == "*" or (isinstance(principal, dict) and "*" in _listed(principal.get("AWS", [])))
        fits = (
            ("cloudfront.amazonaws.com" in services or everybody)
            and any(fnmatch.fnmatchcase(action.lower(), each.lower()) for each in _listed(one["Action"]))
            and any(fnmatch.fnmatchcase(arn, each) for each in _listed(one["Resource"]))
        )
        tests = [(key.lower(), value) for test in one.get("Condition", {}).values() for key, value in test.items()]
        if not fits:
            continue
        if one["Effect"] == "Deny":
            if not any("securetransport" in key or "tlsversion" in key for key, _ in tests):
                return False
        elif all(source in _listed(value) for key, value in tests if key == "aws:sourcearn"):
            allowed = True
    return allowed


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _xml(status: int, code: str) -> Answer:
    body = f'<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>{code}</Code></Error>'
    return Answer(status, (("content-type", "application/xml"),), body.encode())

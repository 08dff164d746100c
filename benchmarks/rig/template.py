"""A CloudFormation template as it would come out of a stack: plain values, with names for everything it makes.

In: the template's text and parameters. Out: `StackOf`, each resource's properties resolved with the names that a stack
would have given. It is written apart from `microsite.infra`, whose judgement it must not share: here a template is only
read so that the stand-ins for AWS do what it says.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING
from typing import Any

import yaml

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Mapping

__all__ = ["Resource", "StackOf", "read_stack"]

#: What `!If` gives to say "leave this property out".
_NOTHING = object()
_MARK = re.compile(r"\$\{([^!}][^}]*)\}")
_DYNAMIC = re.compile(r"\{\{resolve:([a-z-]+):([^}]+)\}\}")


@dataclass(frozen=True, slots=True)
class Resource:
    """One resource: its logical name, its type, its properties without intrinsics."""

    name: str
    type: str
    properties: Mapping[str, Any]
    #: What `Ref` gives.
    ref: str


class StackOf:
    """The resources that the parameters let be, by logical name, and the outputs."""

    def __init__(self, resources: Mapping[str, Resource], outputs: Mapping[str, str]) -> None:
        self.resources = resources
        self.outputs = outputs

    def of(self, kind: str) -> list[Resource]:
        """All of one type, such as `AWS::S3::Bucket`."""
        return [one for one in self.resources.values() if one.type == kind]

    def one(self, kind: str) -> Resource:
        """The only one of its type."""
        [found] = self.of(kind)
        return found


class _Loader(yaml.SafeLoader):
    """YAML in which `!Sub x` is `{"Fn::Sub": x}` and a date is text."""


def _intrinsic(loader: yaml.SafeLoader, suffix: str, node: yaml.Node) -> dict[str, Any]:
    value: Any
    if isinstance(node, yaml.ScalarNode):
        value = loader.construct_scalar(node)
    elif isinstance(node, yaml.SequenceNode):
        value = loader.construct_sequence(node, deep=True)
    else:
        value = loader.construct_mapping(node, deep=True)  # type: ignore[arg-type] # the third kind there is
    if suffix == "GetAtt" and isinstance(value, str):
        value = value.split(".", 1)
    return {suffix if suffix in {"Ref", "Condition"} else f"Fn::{suffix}": value}


_Loader.add_multi_constructor("!", _intrinsic)
_Loader.yaml_implicit_resolvers = {
    letter: [(tag, pattern) for tag, pattern in pairs if tag != "tag:yaml.org,2002:timestamp"]
    for letter, pairs in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def read_stack(  # noqa: PLR0913 - what a stack is made with
    text: str,
    parameters: Mapping[str, str],
    *,
    account: str,
    region: str = "us-east-1",
    stack: str = "site",
    secrets: Callable[[str, str], str] = lambda service, name: f"{service}:{name}",
) -> StackOf:
    """The stack of a template. `secrets(service, reference)` answers `{{resolve:service:reference}}`.

    Raises KeyError or ValueError where CloudFormation would refuse the template.
    """
    tree = yaml.load(text, _Loader)  # noqa: S506 - safe
    return _Reader(tree, parameters, account=account, region=region, stack=stack, secrets=secrets).read()


class _Reader:
    def __init__(  # noqa: PLR0913 - see read_stack
        self, tree: Any, parameters: Mapping[str, str], *, account: str, region: str, stack: str,
        secrets: Callable[[str, str], str],
    ) -> None:  # fmt: skip
        self.tree = tree
        self.secrets = secrets
        unknown = set(parameters) - set(tree.get("Parameters", {}))
        if unknown:
            msg = f"the template has no parameters {sorted(unknown)}"
            raise ValueError(msg)
        self.values: dict[str, Any] = {
            "AWS::AccountId": account, "AWS::Region": region, "AWS::StackName": stack, "AWS::Partition": "aws",
            "AWS::URLSuffix": "amazonaws.com", "AWS::NoValue": _NOTHING,
            "AWS::StackId": f"arn:aws:cloudformation:{region}:{account}:stack/{stack}/1",
        }  # fmt: skip
        for name, told in tree.get("Parameters", {}).items():
            value = parameters.get(name, told.get("Default"))
            if value is None:
                msg = f"the parameter {name} has no default: give it one"
                raise ValueError(msg)
            self.values[name] = str(value).split(",") if told["Type"] == "CommaDelimitedList" else str(value)
        self.account, self.region, self.stack = account, region, stack

    def read(self) -> StackOf:
        made: dict[str, Resource] = {}
        for name, told in self.tree["Resources"].items():
            if "Condition" in told and not self.holds(told["Condition"]):
                continue
            properties = self.value(told.get("Properties", {}))
            made[name] = Resource(name, told["Type"], properties, self.ref(name))
        outputs = {
            name: str(self.value(told["Value"]))
            for name, told in self.tree.get("Outputs", {}).items()
            if "Condition" not in told or self.holds(told["Condition"])
        }
        return StackOf(made, outputs)

    def holds(self, name: str) -> bool:
        return bool(self.test(self.tree["Conditions"][name]))

    def test(self, told: Any) -> bool:
        [(kind, value)] = told.items()
        if kind == "Condition":
            return self.holds(value)
        if kind == "Fn::Not":
            return not self.test(value[0])
        if kind in {"Fn::And", "Fn::Or"}:
            return (all if kind == "Fn::And" else any)(self.test(one) for one in value)
        if kind == "Fn::Equals":
            return str(self.value(value[0])) == str(self.value(value[1]))
        msg = f"a condition cannot be {kind}"
        raise ValueError(msg)

    def value(self, told: Any) -> Any:
        if isinstance(told, list):
            return [one for one in map(self.value, told) if one is not _NOTHING]
        if not isinstance(told, dict):
            return self.dynamic(told) if isinstance(told, str) else told
        if len(told) == 1:
            [(kind, inner)] = told.items()
            if kind == "Ref":
                return self.ref(inner)
            if kind.startswith("Fn::"):
                return self.function(kind, inner)
        return {key: value for key, one in told.items() if (value := self.value(one)) is not _NOTHING}

    def function(self, kind: str, told: Any) -> Any:  # noqa: PLR0911 - one for each intrinsic
        if kind == "Fn::GetAtt":
            return self.attribute(told[0], ".".join(told[1:]))
        if kind == "Fn::Sub":
            return self.sub(told)
        if kind == "Fn::If":
            return self.value(told[1 if self.holds(told[0]) else 2])
        if kind == "Fn::Join":
            return str(told[0]).join(map(str, self.value(told[1])))
        if kind == "Fn::Select":
            return self.value(told[1])[int(self.value(told[0]))]
        if kind == "Fn::Split":
            return str(self.value(told[1])).split(told[0])
        if kind == "Fn::FindInMap":
            section, first, second = map(self.value, told)
            return self.value(self.tree["Mappings"][section][first][second])
        if kind == "Fn::ToJsonString":
            return json.dumps(self.value(told))
        if kind == "Fn::Base64":
            return self.value(told)
        msg = f"{kind} is not known here"
        raise ValueError(msg)

    def sub(self, told: Any) -> Any:
        text, extra = (told, {}) if isinstance(told, str) else (told[0], told[1])

        def fill(match: re.Match[str]) -> str:
            name = match.group(1).strip()
            if name in extra:
                return str(self.value(extra[name]))
            logical, _, attribute = name.partition(".")
            return str(self.attribute(logical, attribute) if attribute else self.ref(logical))

        return self.dynamic(_MARK.sub(fill, text).replace("${!", "${"))

    def dynamic(self, text: str) -> str:
        return _DYNAMIC.sub(lambda match: self.secrets(match.group(1), match.group(2)), text)

    def ref(self, name: str) -> Any:
        if name in self.values:
            return self.values[name]
        told = self.tree["Resources"][name]
        kind, properties = told["Type"], told.get("Properties", {})
        for key in _NAMED_BY.get(kind, ()):
            if key in properties:
                named = self.value(properties[key])
                if kind in _REF_IS_ARN:
                    return self.arn(kind, str(named))
                return named
        physical = f"{self.stack}-{name}".lower() if kind == "AWS::S3::Bucket" else f"{self.stack}-{name}"
        if kind == "AWS::SQS::Queue":
            return f"https://sqs.{self.region}.amazonaws.com/{self.account}/{physical}"
        return self.arn(kind, physical) if kind in _REF_IS_ARN else physical

    def attribute(self, name: str, wanted: str) -> Any:  # noqa: PLR0911 - one for each kind of answer
        if name not in self.tree["Resources"]:
            msg = f"there is no resource {name}"
            raise KeyError(msg)
        kind = self.tree["Resources"][name]["Type"]
        ref = str(self.ref(name))
        if wanted in {"Arn", "TableArn", "TopicArn", "AliasArn"} and kind != "AWS::Lambda::Alias":
            return ref if ref.startswith("arn:") else self.arn(kind, ref.rpartition("/")[2] if "sqs." in ref else ref)
        if wanted in {"RegionalDomainName", "DomainName"} and kind == "AWS::S3::Bucket":
            return f"{ref}.s3.{self.region}.amazonaws.com"
        if wanted == "QueueName":
            return ref.rpartition("/")[2]
        if wanted == "StreamArn":
            return self.arn(kind, f"{ref}/stream/1")
        if wanted == "ApiEndpoint":
            return f"https://{ref}.execute-api.{self.region}.amazonaws.com"
        if wanted == "FunctionUrl":
            return f"https://{name.lower()}.lambda-url.{self.region}.on.aws/"
        # An id that only AWS can give: told apart by its resource.
        return f"{name}.{wanted}"

    def arn(self, kind: str, name: str) -> str:
        service, path = _ARNS.get(kind, (kind.split("::")[1].lower(), f"{kind.rsplit('::', 1)[1].lower()}/"))
        region = "" if service in {"s3", "iam", "cloudfront"} else self.region
        account = "" if service == "s3" else self.account
        return f"arn:aws:{service}:{region}:{account}:{path}{name}"


_NAMED_BY = {
    "AWS::S3::Bucket": ("BucketName",),
    "AWS::DynamoDB::Table": ("TableName",),
    "AWS::Lambda::Function": ("FunctionName",),
    "AWS::SNS::Topic": ("TopicName",),
    "AWS::SSM::Parameter": ("Name",),
    "AWS::SES::ConfigurationSet": ("Name",),
    "AWS::IAM::Role": ("RoleName",),
    "AWS::Logs::LogGroup": ("LogGroupName",),
    "AWS::SecretsManager::Secret": ("Name",),
}
_REF_IS_ARN = {"AWS::SNS::Topic", "AWS::SecretsManager::Secret"}
_ARNS = {
    "AWS::S3::Bucket": ("s3", ""),
    "AWS::DynamoDB::Table": ("dynamodb", "table/"),
    "AWS::Lambda::Function": ("lambda", "function:"),
    "AWS::SQS::Queue": ("sqs", ""),
    "AWS::SNS::Topic": ("sns", ""),
    "AWS::IAM::Role": ("iam", "role/"),
    "AWS::CloudFront::Distribution": ("cloudfront", "distribution/"),
    "AWS::CloudFront::KeyValueStore": ("cloudfront", "key-value-store/"),
    "AWS::SecretsManager::Secret": ("secretsmanager", "secret:"),
    "AWS::KMS::Key": ("kms", "key/"),
    "AWS::Logs::LogGroup": ("logs", "log-group:"),
}

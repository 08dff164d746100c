"""Files, stack and functions in one release, by the real command: what is live then, and what a rollback brings back.

CloudFront, store of keys, gateway and functions are those of `run_cloud`, built from infra/template.yml; CloudFormation
and Lambda are moto's (with `rig/lambdas.py`), so the stack here is a small one that tells the same outputs.
"""

from __future__ import annotations

import json
import shutil
import zipfile
from contextlib import ExitStack
from typing import TYPE_CHECKING
from typing import Any

import pytest
from benchmarks.rig import ROOT
from benchmarks.rig.cloud import ACCOUNT
from benchmarks.rig.cloud import run_cloud
from benchmarks.rig.emulators import aws_client
from benchmarks.rig.lambdas import lambda_api

from microsite.cli.main import main
from microsite.deploy.functions import ORDER

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from benchmarks.rig.cloud import Cloud

FRAME = '<!doctype html><html lang="en"><title>t</title><a href="/">home</a>{}</html>'


def small_stack(outputs: dict[str, str], *topics: str) -> str:
    """A template with our parameters and outputs."""
    names = ("BudgetUsd", "CodeBucket", "CodeKey", *(f"{name.title()}Version" for name in ORDER))
    return json.dumps({
        "Parameters": {name: {"Type": "String", "Default": "$LATEST"} for name in names},
        "Resources": {name: {"Type": "AWS::SNS::Topic"} for name in ("Alarms", *topics)},
        "Outputs": {name: {"Value": value} for name, value in outputs.items()},
    })  # fmt: skip


class Place:
    def __init__(self, cloud: Cloud, folder: Path) -> None:
        self.cloud = cloud
        self.folder = folder
        self.site = folder / "site"
        self.template = folder / "template.json"
        self.packages = [folder / "one.zip", folder / "two.zip"]
        self.config = folder / "local.toml"
        self.broken = ""

    def write(self, text: str) -> None:
        for name in ("index.html", "404.html", "contact/index.html"):
            path = self.site / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(FRAME.format(text), encoding="utf-8")
        (self.site / "search").mkdir(exist_ok=True)
        for name, content in (
            ("robots.txt", "User-agent: *\n"),
            ("sitemap.xml", "<urlset/>"),
            ("search/manifest.bin", "m"),
        ):
            (self.site / name).write_text(content, encoding="utf-8")

    def run(self, verb: str, *options: str) -> int:
        made = ("--site-dir", self.site, "--template", self.template) if verb in {"plan", "apply"} else ()
        try:
            main(["deploy", verb, "--config", str(self.config), *map(str, made), *options])
        except SystemExit as ended:
            return int(ended.code or 0)
        return 0

    def aliases(self) -> set[str]:
        asked = aws_client("lambda", self.cloud.aws)
        found = {asked.get_alias(FunctionName=f"site-{name}", Name="live")["FunctionVersion"] for name in ORDER}
        asked.close()
        return found

    def answer(self, name: str, version: str, event: Any) -> Any:
        kind = name.removeprefix("site-")
        if self.broken == f"{kind}:{version}":
            msg = "broken"
            raise ValueError(msg)
        assert self.cloud.functions is not None
        return self.cloud.functions.function(kind).invoke(event)


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Place]:
    # The function's sources do here; that the packed ones run is tested elsewhere.
    package = tmp_path / "one.zip"
    with zipfile.ZipFile(package, "w") as zipped:
        for path in sorted((ROOT / "lambda/forms").rglob("*")):
            if path.is_file() and path.suffix != ".pyc":
                zipped.write(path, path.relative_to(ROOT / "lambda"))
    shutil.copy(package, tmp_path / "two.zip")
    with zipfile.ZipFile(tmp_path / "two.zip", "a") as zipped:
        zipped.writestr("more.txt", "of the next release")
    (tmp_path / "cloud").mkdir()
    template = (ROOT / "infra/template.yml").read_text("utf-8")
    with ExitStack() as ends:
        cloud = ends.enter_context(run_cloud(template, {}, tmp_path / "cloud", package=package))
        here = Place(cloud, tmp_path)
        functions = ends.enter_context(lambda_api(cloud.aws, here.answer))
        for name, value in {**cloud.environ, "AWS_ENDPOINT_URL_LAMBDA": functions}.items():
            monkeypatch.setenv(name, value)
        clients = {name: aws_client(name, cloud.aws) for name in ("s3", "iam", "lambda", "cloudformation")}
        clients["s3"].create_bucket(Bucket="artifacts-of-nobody")
        role = clients["iam"].create_role(RoleName="forms", AssumeRolePolicyDocument="{}")["Role"]["Arn"]
        outputs = {
            "SiteBucket": cloud.bucket,
            "KeyValueStoreArn": next(iter(cloud.stores.by_arn)),
            "DistributionUrl": cloud.url,
        }
        for name in ORDER:
            outputs[f"{name.title()}Function"] = f"site-{name}"
            clients["lambda"].create_function(
                FunctionName=f"site-{name}", Runtime="python3.13", Role=role, Handler="forms.aws.http", Publish=True,
                Code={"ZipFile": b"PK\x05\x06" + bytes(18)},
                Environment={"Variables": {"FORMS_ORIGIN_SECRETS": origin_secret(cloud)}},
            )  # fmt: skip
            clients["lambda"].create_alias(FunctionName=f"site-{name}", Name="live", FunctionVersion="1")
        here.template.write_text(small_stack(outputs), encoding="utf-8")
        clients["cloudformation"].create_stack(StackName="site", TemplateBody=small_stack(outputs))
        for one in clients.values():
            one.close()
        here.config.write_text(
            f'[environment]\nname = "local"\nregion = "us-east-1"\naccount = "{ACCOUNT}"\nstack = "site"\n'
            f'artifacts = "artifacts-of-nobody"\n[site]\nurl = "{cloud.url}"\n',
            encoding="utf-8",
        )
        yield here


def origin_secret(cloud: Cloud) -> str:
    [function] = [
        one for one in cloud.stack.of("AWS::Lambda::Function") if one.properties["Handler"] == "forms.aws.http"
    ]
    return str(function.properties["Environment"]["Variables"].get("FORMS_ORIGIN_SECRETS", ""))


def test_files_stack_and_functions_go_live_together_and_back(place: Place, capsys: pytest.CaptureFixture[str]) -> None:
    one, two = ("--package", str(place.packages[0]), "--yes"), ("--package", str(place.packages[1]), "--yes")
    place.write("one")
    assert place.run("apply", *one) == 0, capsys.readouterr()
    assert place.aliases() == {"2"}
    first = place.cloud.store.values["release"]
    # The canary left nothing: no record, no mail.
    table = aws_client("dynamodb", place.cloud.aws)
    leads = place.cloud.stack.outputs["LeadsTable"]
    assert table.scan(TableName=leads)["Count"] == 0
    table.close()
    assert place.cloud.functions is not None
    assert place.cloud.functions.mails() == []
    assert '"outcome": "canary"' in place.cloud.functions.logs()

    # A version that does not answer stays hidden, and so do the files that came with it.
    place.write("two")
    place.broken = "notify:3"
    capsys.readouterr()
    assert place.run("apply", *two) == 1
    told = capsys.readouterr().err
    assert "check(s) of the new functions failed" in told
    assert place.aliases() == {"2"}
    assert place.cloud.store.values["release"] == first

    # Mended, it goes live; what is new in the stack comes with it.
    place.broken = ""
    template = json.loads(place.template.read_text(encoding="utf-8"))
    template["Resources"]["Mails"] = {"Type": "AWS::SNS::Topic"}
    place.template.write_text(json.dumps(template), encoding="utf-8")
    assert place.run("plan", *two[:2]) == 0
    told = capsys.readouterr().out
    assert "stack: add     AWS::SNS::Topic Mails" in told
    assert "functions: new code" in told
    assert place.run("apply", *two) == 0, capsys.readouterr()
    assert place.aliases() == {"3"}
    second = place.cloud.store.values["release"]
    assert second != first

    # Back in one write, and the functions with it.
    capsys.readouterr()
    assert place.run("rollback") == 0
    told = capsys.readouterr().out
    assert f"{first} is live again, {second} is not" in told
    assert "the function http is at version 2" in told
    assert place.aliases() == {"2"}
    assert place.run("releases", "--json") == 0
    told = json.loads(capsys.readouterr().out)
    assert [one["role"] for one in told["releases"]] == ["previous", "live"]
    assert place.run("watch") == 0

    # Files only: the manifest says which functions they go with, so that a rollback to it knows.
    place.write("three")
    assert place.run("apply", "--site-only", "--yes") == 0, capsys.readouterr()
    capsys.readouterr()
    assert place.run("releases", "--json", "--limit", "1") == 0
    told = json.loads(capsys.readouterr().out)["releases"][0]
    assert (told["role"], set(told["functions"].values())) == ("live", {"2"})
    assert place.aliases() == {"2"}

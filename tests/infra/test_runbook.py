"""The runbook answers every alarm by its name, and what it tells people to type exists."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner

from microsite.cli.main import cli

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "infra" / "RUNBOOK.md").read_text("utf-8")


def _template(name: str) -> dict[str, Any]:
    class Loader(yaml.SafeLoader):
        pass

    def short(loader: Any, tag: str, node: yaml.Node) -> Any:
        del tag
        if isinstance(node, yaml.ScalarNode):
            return loader.construct_scalar(node)
        if isinstance(node, yaml.SequenceNode):
            return loader.construct_sequence(node, deep=True)
        return loader.construct_mapping(node, deep=True)

    Loader.add_multi_constructor("!", short)
    found: dict[str, Any] = yaml.load((ROOT / "infra" / name).read_text("utf-8"), Loader=Loader)
    return found


TEMPLATE = _template("template.yml")
ALARMS = [one["Properties"] for one in TEMPLATE["Resources"].values() if one["Type"] == "AWS::CloudWatch::Alarm"]


def _sections() -> dict[str, str]:
    alarms = TEXT.split("\n## Alarms\n")[1].split("\n## ")[0]
    parts = re.split(r"^### (.+)$", alarms, flags=re.MULTILINE)
    assert len(parts[1::2]) == len(set(parts[1::2])), "a heading stands there twice"
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def test_each_alarm_has_a_heading_of_its_name_and_each_heading_an_alarm() -> None:
    names = [alarm["AlarmName"] for alarm in ALARMS]
    assert all(name.startswith("${AWS::StackName}-") for name in names)
    assert sorted(_sections()) == sorted(name.removeprefix("${AWS::StackName}-") for name in names)


@pytest.mark.parametrize("name", sorted(_sections()))
def test_each_heading_says_what_it_means_where_to_look_and_what_to_do(name: str) -> None:
    said = re.findall(r"^\*\*(\w+)\.\*\* (.+)$", _sections()[name], re.MULTILINE)
    assert [word for word, _ in said] == ["Means", "Look", "Do"]
    assert all(len(text) > 20 for _, text in said)


def test_each_alarm_names_its_heading_in_its_own_mail() -> None:
    for alarm in ALARMS:
        name = alarm["AlarmName"].removeprefix("${AWS::StackName}-")
        assert f"(RUNBOOK.md, {name})" in alarm["AlarmDescription"]


def test_links_within_the_runbook_lead_somewhere() -> None:
    anchors = {
        re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-")
        for heading in re.findall(r"^#+ (.+)$", TEXT, re.MULTILINE)
    }
    links = re.findall(r"\]\(#([\w-]+)\)", TEXT)
    assert len(links) > 3
    assert set(links) <= anchors


def test_what_it_tells_to_type_exists() -> None:
    verbs = set(re.findall(r"(?:^|[\s`/])microsite ((?:deploy|infra|leads|forms) [a-z]+)", TEXT, re.MULTILINE))
    assert {"deploy rollback", "leads erase", "infra check", "infra cost"} <= verbs
    for verb in sorted(verbs):
        told = CliRunner().invoke(cli, [*verb.split(), "--help"])
        assert told.exit_code == 0, f"{verb}: {told.output}"
    for option in ("--to", "--all", "--state"):
        assert option in TEXT
    for path in set(re.findall(r"\b((?:scripts|infra|guides)/[\w/.-]+\.(?:py|toml|yml|md))", TEXT)):
        assert (ROOT / path).is_file() or path == "infra/parameters/production.toml", path


def test_parameters_and_outputs_that_it_names_are_the_templates() -> None:
    known = {*TEMPLATE["Parameters"], *TEMPLATE["Outputs"], *_template("delivery-role.yml")["Parameters"]}
    given = set(re.findall(r"\b([A-Z][A-Za-z]+)=", TEXT)) - {"STACK", "CONFIG", "ARTIFACTS", "KEY", "AWS_REGION"}
    assigned = set(re.findall(r"`([A-Z][A-Za-z]+) = ", TEXT))
    assert {"DomainName", "CodeKey", "Repository", "WarmWrites"} <= given | assigned
    assert given | assigned <= known


def test_names_of_things_in_it_are_the_stacks() -> None:
    made = yaml.dump(TEMPLATE)
    for suffix in set(re.findall(r"\$STACK-([a-z][a-z-]*[a-z])", TEXT)):
        if suffix in {"cloudformation", "delivery", "restored"}:
            continue
        assert f"${{AWS::StackName}}-{suffix}" in made or suffix in _sections(), suffix
    for name in ("secrets", "pepper"):
        assert f"parameter/${{AWS::StackName}}/forms/{name}" in made


def test_guides_and_readme_point_to_it() -> None:
    for file in ("guides/operations.md", "infra/README.md"):
        assert "RUNBOOK.md" in (ROOT / file).read_text("utf-8"), file

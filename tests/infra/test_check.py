"""`microsite infra check`: our templates pass, silence is not consent, a mistake has a place, words and a way out."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from typing import TYPE_CHECKING
from typing import Any

import pytest
from click.testing import CliRunner

from forms import aws
from forms import metrics
from microsite.cli.infra import command
from microsite.errors import ConfigError
from microsite.infra import STACK
from microsite.infra.check import check_template
from microsite.infra.claims.alarms import ALARMS
from microsite.infra.claims.functions import SETTINGS
from microsite.infra.expect import Between
from microsite.infra.expect import Ordered
from microsite.infra.spec import Claims
from microsite.infra.spec import Facts
from microsite.infra.spec import Parameter
from microsite.infra.spec import Role
from microsite.infra.spec import Spec

if TYPE_CHECKING:
    from microsite.infra.view import View

ROOT = Path(__file__).resolve().parents[2]
FACTS = Facts({}, "python3.13", "arm64", {})
TOY = """\
Parameters:
  Days: {Type: Number, Default: 7}
Conditions:
  Keeps: !Equals [!Ref Days, 7]
Resources:
  Queue:
    Type: AWS::SQS::Queue
    DeletionPolicy: Retain
    UpdateReplacePolicy: Retain
    Properties:
      DelaySeconds: 0
      Rules: [b, a]
      Keys: [1, 2]
"""


def toy() -> Spec:
    claims = Claims()

    @claims("queue", "A queue is a queue.")
    def queue(view: View) -> None:
        view.must("Queue", {"DelaySeconds": Between(0, 5), "Rules": ["a", "b"], "Keys": Ordered([1, 2])})

    days = Parameter({"Type": "Number", "Default": Between(1, 9)}, "")
    return Spec("toy", {"Days": days}, {"Queue": Role("AWS::SQS::Queue", keep=True)}, {}, tuple(claims))


def told(text: str) -> list[str]:
    head = "AWSTemplateFormatVersion: '2010-09-09'\n"
    return [str(one) for one in check_template(head + text, "t.yml", toy(), FACTS, {})]


def test_what_is_expected_passes() -> None:
    assert told(TOY) == []
    assert told(TOY.replace("Queue:", "Other:").replace("[b, a]", "[a, b]")) == []


@pytest.mark.parametrize(
    ("old", "new", "place", "words"),
    [
        ("DelaySeconds: 0", "DelaySeconds: 9", "12:7: queue", "Queue.DelaySeconds is 9, must be 0 to 5"),
        ("      DelaySeconds: 0\n", "", "", "Queue.DelaySeconds is missing"),
        ("[b, a]", "[b, a, c]", "13:21: vouched-for", "nobody vouches for Queue.Rules.2 (c)"),
        ("[b, a]", "[b]", "13:7: queue", "Queue.Rules has no a"),
        ("[1, 2]", "[2, 1]", "", "Queue.Keys.0 is 2, must be 1"),
        ("      Keys:", "      Open: true\n      Keys:", "14:7: vouched-for", "nobody vouches for Queue.Open (true)"),
        ("    DeletionPolicy: Retain\n", "", "", "no DeletionPolicy"),
        ("DeletionPolicy: Retain", "DeletionPolicy: Delete", "", "must be Retain"),
        ("    Properties:", "    Condition: Keeps\n    Properties:", "", "there is no Queue"),
        ("    Properties:", "    UpdatePolicy: {}\n    Properties:", "", "nobody vouches for Queue.UpdatePolicy"),
        ("Resources:", "Transform: Macro\nResources:", "", "nobody vouches for the section Transform"),
        ("Resources:", "Metadata: {cfn-lint: {}}\nResources:", "", "takes rules from cfn-lint"),
        ("Resources:", "Outputs: {X: {Value: 1}}\nResources:", "", "nobody vouches for the output X"),
        ("Resources:", "Resources:\n  Two: {Type: AWS::SQS::Queue}", "", "nobody vouches for the resource Two"),
        ("SQS::Queue", "SNS::Topic", "", "there is no Queue"),
        ("Default: 7", "Default: 70", "", "Days.Default is 70"),
        ("Default: 7", "Default: 7, NoEcho: true", "", "nobody vouches for the parameter's Days.NoEcho"),
        ("DelaySeconds: 0", "DelaySeconds: !Ref Gone", "", "there is no parameter or resource Gone"),
    ],
)
def test_silence_is_not_consent(old: str, new: str, place: str, words: str) -> None:
    assert old in TOY
    found = told(TOY.replace(old, new, 1))
    assert any(f"t.yml:{place}" in one and words in one for one in found), found


def run(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(command, ["check", *arguments])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result.exit_code, result.stdout


def test_our_own_templates_and_parameters_pass(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    assert run("--no-lint") == (0, "")


def test_the_linter_is_asked_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    file = tmp_path / "t.yml"
    file.write_text("Resources: {Q: {Type: AWS::SQS::Queue, Properties: {Nonsense: 1}}}", "utf-8")
    found = json.loads(run("--json", str(file))[1])
    assert ("E3002", 1) in {(one["rule"], one["line"]) for one in found}


def test_a_copied_template_is_known_by_its_resources(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    text = (ROOT / "infra/template.yml").read_text("utf-8")
    copy = tmp_path / "a.yaml"
    copy.write_text(text.replace("BlockPublicPolicy: true", "BlockPublicPolicy: false", 1), "utf-8")
    code, out = run("--no-lint", "--json", str(copy))
    [finding] = json.loads(out)
    assert code == 1
    assert finding["rule"] == "bucket-private"
    assert finding["line"] == text[: text.index("BlockPublicPolicy: true")].count("\n") + 1
    assert finding["column"] == 9
    assert "no public bucket" in finding["message"]
    role = tmp_path / "role.yml"
    shutil.copy(ROOT / "infra/delivery-role.yml", role)
    assert run("--no-lint", str(role)) == (0, "")


def test_mistakes_of_a_parameters_file_have_their_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    text = (ROOT / "infra/parameters/example.toml").read_text("utf-8")
    file = tmp_path / "bad.toml"
    file.write_text(
        text.replace("keep = 10", 'keep = "ten"').replace("DomainName =", 'DomainNam = "x"\nBudgetUsd = "900000"\n#'),
        "utf-8",
    )
    code, out = run("--no-lint", str(file))
    assert code == 1
    for words in ("release.keep", "did you mean DomainName", "900000 is not from 5 to", "DomainName is not set"):
        [line] = [one for one in out.splitlines() if words in one]
        assert re.match(r"\S+bad\.toml:[1-9][0-9]*:1: parameters: ", line)


@pytest.mark.parametrize("text", ["", "[]", "a: [", "Resources: {}", "Resources: 3", "\x00", "Resources: {A: 1}"])
def test_what_is_no_template_is_said_calmly(text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    file = tmp_path / "t.yml"
    file.write_text(text, "utf-8")
    code, out = run("--no-lint", str(file))
    assert code == 1
    assert out


def test_alarms_watch_numbers_that_the_functions_report() -> None:
    table = re.findall(r"^\| ((?:`\w+`(?:, )?)+) \| `(\w+)`", metrics.__doc__ or "", re.MULTILINE)
    reported = {(name, dimension) for names, dimension in table for name in re.findall(r"\w+", names)}
    assert ("oldest_unsent", "event") in reported
    watched = [one for alarm in ALARMS.values() for one in (*alarm.lines.values(), alarm.metric) if one is not None]
    ours = [one for one in watched if one.namespace.endswith("/forms")]
    assert len(ours) >= 4
    for metric in ours:
        [dimension] = metric.dimensions
        assert (metric.name, dimension) in reported


def test_settings_are_the_ones_that_the_functions_read() -> None:
    known = set(re.findall(r"`(FORMS_[A-Z_]+)`", aws.__doc__ or ""))
    assert {"FORMS_STORE", "FORMS_ORIGIN_SECRETS"} <= known
    named: dict[str, Any] = {name: set(settings) for name, settings in SETTINGS.items()}
    assert set().union(*named.values()) <= known
    for name, settings in named.items():
        assert {"FORMS_STORE", "FORMS_SECRETS", "FORMS_SITE_URL", "FORMS_METRICS"} <= settings, name


def test_every_claim_has_a_name_and_a_sentence_of_its_own() -> None:
    rules = [claim.rule for claim in STACK.claims]
    assert len(set(rules)) == len(rules)
    assert all(claim.sentence.endswith(".") and len(claim.sentence) > 30 for claim in STACK.claims)


def test_a_claim_that_breaks_is_no_consent() -> None:
    claims = Claims()

    @claims("broken", "This holds.")
    def broken(view: View) -> None:
        view.template.resources["Nothing"].see()

    spec = Spec("toy", {}, {"Q": Role("AWS::SQS::Queue")}, {}, tuple(claims))
    text = "AWSTemplateFormatVersion: '2010-09-09'\nResources: {Q: {Type: AWS::SQS::Queue}}"
    [finding] = check_template(text, "t.yml", spec, FACTS, {})
    assert "this cannot be judged: KeyError" in finding.message


def test_without_templates_it_says_where_to_stand(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ConfigError, match="there is no"):
        CliRunner().invoke(command, ["check"], catch_exceptions=False)

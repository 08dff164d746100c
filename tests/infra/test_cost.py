"""The month's bill, against bills worked out by hand."""

from __future__ import annotations

import json
import tomllib
from datetime import UTC
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner

from microsite.cli.infra_cost import command
from microsite.errors import ConfigError
from microsite.infra.cost import Traffic
from microsite.infra.cost import bill_for
from microsite.infra.cost import read_prices

INFRA = Path(__file__).parents[2] / "infra"
PRICES = INFRA / "prices.toml"


def lines(**traffic: Any) -> dict[str, Any]:
    month = Traffic(**{"views": 0, "submissions": 0, "mails": 0, "releases": 0, **traffic})
    return {line.name: (line.quantity, round(line.usd, 4)) for line in bill_for(read_prices(PRICES), month).lines}


def test_an_empty_month_costs_what_is_there_anyway() -> None:
    found = lines()
    # Two keys 2.00, two secrets 0.80, a zone 0.50, two checks 3.00, 24 of 34 alarm metrics 2.40, 15 of 25 metrics 4.50.
    assert {name: usd for name, (_, usd) in found.items() if usd >= 0.05} == {
        "keys": 2.0,
        "secrets": 0.8,
        "zones": 0.5,
        "health_checks": 3.0,
        "alarm_metrics": 2.4,
        "metrics": 4.5,
        # Half of the outside checks go to the API: 259,200 calls of a dollar a million.
        "api_requests": 0.2592,
        # 60,000 less 20,000 free ones, at 0.03 for ten thousand.
        "key_requests": 0.12,
    }


def test_a_month_with_readers_is_what_it_is_by_hand() -> None:
    found = lines(views=10_000_000)
    # 30 million files and 518,400 checks, 10 million free: 20,518,400 at 1.00 a million.
    assert found["edge_requests"] == (30_518_400, 20.5184)
    # 120 GB, a terabyte is free.
    assert found["edge_bytes"] == (120, 0)
    # 30,259,200 runs, 2 million free, 0.10 a million; three reads each at 0.03 a million.
    assert found["edge_functions"] == (30_259_200, 2.8259)
    assert found["edge_reads"] == (90_777_600, 2.6633)
    # Every fifth file from the bucket: 6 million reads at 0.0004 a thousand.
    assert found["bucket_reads"] == (6_000_000, 2.4)


def test_a_month_with_messages_is_what_it_is_by_hand() -> None:
    found = lines(submissions=100_000, mails=200_000)
    assert found["mails"] == (200_000, 20)
    # 100,000 * 10 + 200,000 * 7 units at 0.625 a million.
    assert found["table_writes"] == (2_400_000, 1.5)
    # 300,000 calls and 259,200 checks.
    assert found["api_requests"] == (559_200, 0.5592)
    # 559,200 * 0.06 s * 0.5 GB + 200,000 * 0.25 * 0.25 + 400,000 * 0.06 * 0.25 + 8,640 * 0.4 * 0.25
    assert found["function_seconds"] == (pytest.approx(16_776 + 12_500 + 6_000 + 864), 0)
    # 100,000 leads of 4,000 bytes for 24 months: 9.6 GB, below 25; the backup of it costs from the first byte.
    assert found["table_storage"] == (pytest.approx(9.6), 0)
    assert found["table_backup"] == (pytest.approx(9.6), 1.92)


def test_releases_and_the_firewall_cost_too() -> None:
    assert lines(releases=100)["bucket_writes"] == (200_000, 1.0)
    assert "firewall" not in lines(views=1_000_000)
    found = lines(views=1_000_000, firewall=True)
    assert (found["firewall"], found["firewall_requests"]) == ((1, 9.0), (3_518_400, 2.111))


def test_the_table_counts_what_the_template_makes() -> None:
    class Loader(yaml.SafeLoader):
        pass

    def short(loader: Any, tag: str, node: yaml.Node) -> Any:
        del tag
        if isinstance(node, yaml.ScalarNode):
            return loader.construct_scalar(node)
        return loader.construct_sequence(node, deep=True) if isinstance(node, yaml.SequenceNode) else None

    Loader.add_multi_constructor("!", short)
    resources = yaml.load((INFRA / "template.yml").read_text("utf-8"), Loader=Loader)["Resources"].values()
    kinds = [one["Type"] for one in resources]
    alarms = [one["Properties"] for one in resources if one["Type"] == "AWS::CloudWatch::Alarm"]
    watched = [sum("MetricStat" in metric for metric in alarm.get("Metrics", ())) or 1 for alarm in alarms]
    stack = read_prices(PRICES).stack
    assert stack["keys"] == kinds.count("AWS::KMS::Key")
    assert stack["secrets"] == kinds.count("AWS::SecretsManager::Secret")
    assert stack["dashboards"] == kinds.count("AWS::CloudWatch::Dashboard")
    assert stack["health_checks"] == kinds.count("AWS::Route53::HealthCheck")
    assert stack["alarm_metrics"] == sum(watched)


def test_a_release_is_priced_by_the_same_table() -> None:
    one = tomllib.loads(PRICES.read_text("utf-8"))["release"]
    prices = read_prices(PRICES).prices
    assert one["put"] == pytest.approx(prices["bucket_writes"].usd / prices["bucket_writes"].per)
    assert one["get"] == one["read"] == pytest.approx(prices["bucket_reads"].usd / prices["bucket_reads"].per)


def test_each_price_says_where_it_is_from_and_the_table_is_not_older_than_two_years() -> None:
    prices = read_prices(PRICES)
    assert all(one.source.startswith("https://aws.amazon.com/") for one in prices.prices.values())
    assert (datetime.now(UTC).date() - prices.day).days < 730, "look the prices up again"


def test_the_command_prints_the_bill_and_says_what_was_not_looked_up(monkeypatch: Any) -> None:
    monkeypatch.chdir(INFRA.parent)
    told = CliRunner().invoke(command, ["--views", "200000", "--submissions", "500", "--json"])
    assert told.exit_code == 0, told.output
    bill = json.loads(told.stdout)
    assert bill["traffic"]["mails"] == 1000
    assert bill["total"] == pytest.approx(sum(line["usd"] for line in bill["lines"]), abs=0.001)
    assert 10 < bill["total"] < 25
    shown = CliRunner().invoke(command, ["--views", "200000", "--submissions", "500"])
    assert f"{bill['total']:.2f}  USD a month, prices of {bill['day']}" in shown.stdout
    assert f"{bill['unverified']:.2f}* of it rests on prices that were not looked up" in shown.stdout


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("day = 2026-11-21", "", "day: must be the day"),
        ("usd = 0.085", 'usd = "0.085"', "prices.edge_bytes.usd: must be a number of 0 or more, not '0.085'"),
        ("usd = 0.085", "usd = -1", "prices.edge_bytes.usd: must be a number of 0 or more, not -1"),
        ("usd = 0.085\nper = 1\n", "usd = 0.085\nper = 0\n", "prices.edge_bytes.per: must be more than 0"),
        ("verified = true", 'verified = "yes"', "verified: must be true or false"),
        ("[prices.edge_bytes]", "[prices.edge_byte]", "prices.edge_bytes: is missing"),
        ("sweeps = 8_640", "sweep = 8_640", "model.sweeps: is missing"),
        ("sweeps = 8_640", "sweeps = 8_640\nodd = 1", "model.odd: nothing is counted by this name"),
        ("free = 1_000\nsource", "source", "prices.edge_bytes: missing or unknown: free"),
        ("[stack]", "[stack", "at line"),
    ],
)
def test_a_wrong_table_is_named_by_its_key(tmp_path: Path, old: str, new: str, words: str) -> None:
    text = PRICES.read_text("utf-8")
    assert old in text
    file = tmp_path / "prices.toml"
    file.write_text(text.replace(old, new, 1), "utf-8")
    with pytest.raises(ConfigError, match=words.replace("'", ".").replace(".", r"\.?.?")) as raised:
        read_prices(file)
    assert raised.value.fix


def test_no_table_at_all_is_said_in_words(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be read"):
        read_prices(tmp_path / "none.toml")

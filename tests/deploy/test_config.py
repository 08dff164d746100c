"""A file of parameters: what it holds, what is wrong with it in words, and what the account adds."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING
from typing import Any

import jsonschema
import pytest

from microsite.deploy.config import SCHEMA
from microsite.deploy.config import load
from microsite.deploy.config import mistakes
from microsite.deploy.config import read_schema
from microsite.deploy.config import resolve
from microsite.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from collections.abc import Mapping

EXAMPLE = Path("infra/parameters/example.toml")
OUTPUTS = {"SiteBucket": "site-1", "KeyValueStoreArn": "arn:x", "DistributionUrl": "https://d1.example/"}


def found(text: str) -> list[str]:
    return mistakes(text, read_schema(EXAMPLE), "p.toml")


def edited(old: str, new: str) -> str:
    text = EXAMPLE.read_text(encoding="utf-8")
    assert old in text
    return text.replace(old, new, 1)


def test_the_example_is_read_with_its_defaults() -> None:
    config = load(EXAMPLE)
    assert (config.name, config.region, config.url) == ("production", "us-east-1", "https://ketamine-guide.example")
    assert (config.keep, config.keep_days, config.max_delete, config.parallel) == (10, 30, 5000, 16)


def test_what_is_left_out_has_the_schemas_default(tmp_path: Path) -> None:
    path = tmp_path / "small.toml"
    head, _, _ = EXAMPLE.read_text(encoding="utf-8").partition("[site]")
    path.write_text(head + '[site]\nurl = "https://a.example/"\n', encoding="utf-8")
    config = load(path)
    assert (config.url, config.bucket, config.keep, config.parameters) == ("https://a.example", "", 10, {})


@pytest.mark.parametrize(
    ("old", "new", "line", "says"),
    [
        ('region = "us-east-1"', 'region = "eu-west-1"', 6, 'environment.region is "eu-west-1" (write "us-east-1", be'),
        ('account = "111122223333"', "account = 111122223333", 7, "environment.account is 111122223333 (write twelve"),
        ("stack =", "stak =", 8, "environment.stak is not known (did you mean stack?)"),
        ("stack =", "stak =", 4, "environment.stack is missing (it is letters, digits and hyphens"),
        ("[release]", "[relaese]", 19, "relaese is not known (did you mean release?)"),
        ("keep = 10", 'keep = "10"', 20, 'release.keep is "10" (write a whole number from 2 to 1000'),
        ("keep = 10", "keep = 1", 20, "release.keep is 1 (write a whole number from 2"),
        ("keep = 10", "keep = true", 20, "release.keep is true (write a whole number"),
        ('"https://ketamine-guide.example"', '"https://a.example/x"', 12, "an address with https and without a path"),
        ('"https://ketamine-guide.example"', '"http://a.example"', 12, 'site.url is "http://a.example"'),
        ("[parameters]", "[parameters]\nBudgetUsd = 20", 26, "parameters.BudgetUsd is 20 (write text in quotes"),
        ("[parameters]", '[parameters]\nCodeKey = "x"', 26, "the release sets it itself: leave it out"),
        ("[parameters]", '[parameters]\n"Budget-Usd" = "2"', 26, "letters and digits only"),
        ('bucket = ""', "bucket = ", 14, "this is not TOML: invalid value"),
        ('name = "production"', 'name = "Production"', 5, "small letters, digits and hyphens"),
    ],
)
def test_a_mistake_is_named_with_its_line_and_what_belongs_there(old: str, new: str, line: int, says: str) -> None:
    told = found(edited(old, new))
    assert any(one.startswith(f"p.toml:{line}: ") and says in one for one in told), told


def test_all_mistakes_are_told_at_once_in_order_of_lines(tmp_path: Path) -> None:
    path = tmp_path / "bad.toml"
    path.write_text('[environment]\nname = 3\n[site]\nurl = "x"\n[release]\nkeep = -1\n', encoding="utf-8")
    with pytest.raises(ConfigError) as told:
        load(path)
    lines = str(told.value).splitlines()
    assert [int(one.removeprefix(f"{path}:").partition(":")[0]) for one in lines] == [1, 1, 1, 1, 2, 4, 6]
    assert "schema.json" in told.value.fix


@pytest.mark.parametrize("text", ["", "environment = 3", "site = []", "[environment]\n[environment]", "\x00", "[["])
def test_any_text_is_answered_in_words(text: str) -> None:
    assert found(text)


def test_a_file_that_is_not_there_names_its_neighbors() -> None:
    with pytest.raises(ConfigError, match="no such file") as told:
        load(EXAMPLE.with_name("prod.toml"))
    assert "example.toml" in told.value.fix


def test_what_cannot_be_read_is_said(tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_bytes(b'name = "\xff"')
    for path in (tmp_path, tmp_path / "a.toml"):
        with pytest.raises(ConfigError, match="cannot be read"):
            load(path)


def caller(account: str = "111122223333") -> tuple[str, str]:
    return account, f"arn:aws:sts::{account}:assumed-role/deployer/ann"


def test_empty_settings_come_from_the_stack() -> None:
    target = resolve(load(EXAMPLE), caller, lambda stack: OUTPUTS if stack == "ketamine-guide-production" else None)
    assert (target.bucket, target.key_value_store, target.distribution_url) == ("site-1", "arn:x", "https://d1.example")


def test_with_everything_set_no_stack_is_asked(tmp_path: Path) -> None:
    path = tmp_path / "p.toml"
    text = edited('bucket = ""', 'bucket = "b-1"')
    text = text.replace('store = ""', 'store = "arn:aws:cloudfront::111122223333:key-value-store/k"')
    path.write_text(text.replace('distribution_url = ""', 'distribution_url = "http://127.0.0.1:80/"'), "utf-8")

    def never(stack: str) -> None:
        pytest.fail(stack)

    target = resolve(load(path), caller, never)
    assert (target.bucket, target.distribution_url, target.outputs) == ("b-1", "http://127.0.0.1:80", {})


def test_keys_of_another_account_are_refused_before_the_stack_is_asked() -> None:
    with pytest.raises(ConfigError, match=r"111122223333, but the keys in use are of account 999999999999 \(arn:"):
        resolve(load(EXAMPLE), lambda: caller("999999999999"), pytest.fail)


def test_a_missing_stack_or_output_is_named() -> None:
    config = load(EXAMPLE)
    with pytest.raises(ConfigError, match="ketamine-guide-production is not in account") as told:
        resolve(config, caller, lambda _: None)
    assert told.value.key == "environment.stack"
    with pytest.raises(ConfigError, match="no output DistributionUrl"):
        resolve(config, caller, lambda _: {**OUTPUTS, "DistributionUrl": ""})
    assert resolve(config, caller, lambda _: None, first=True).bucket == ""


def _keys(schema: Mapping[str, Any], at: str = "") -> Iterator[tuple[str, Mapping[str, Any]]]:
    for name, about in schema["properties"].items():
        yield f"{at}{name}", about
        if "properties" in about:
            yield from _keys(about, f"{at}{name}.")


def test_the_schema_is_one_and_explains_each_of_its_keys() -> None:
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    for name, about in _keys(schema):
        assert len(about["description"]) > 20, name
        assert about["type"] == "object" or about["says"], name
        if "default" in about:
            jsonschema.Draft202012Validator(about).validate(about["default"])


def test_the_guide_names_each_key_and_the_example_shows_it() -> None:
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    guide = Path("guides/release.md").read_text(encoding="utf-8")
    example = tomllib.loads(EXAMPLE.read_text(encoding="utf-8"))
    for name, about in _keys(schema):
        section, _, key = name.partition(".")
        assert section in example, name
        assert not key or key in example[section], name
        assert about["description"] in guide, f"guides/release.md: {name}: {about['description']}"

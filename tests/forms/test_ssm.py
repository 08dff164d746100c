"""Secrets from Parameter Store: read whole, and wrong ones said in words that do not hold them."""

from __future__ import annotations

import json
import random
import time
from typing import TYPE_CHECKING
from typing import Any

import pytest
from benchmarks.rig.emulators import ENVIRON

from forms import aws
from forms.adapters import read_secrets
from forms.cloud import Client
from forms.errors import SettingsError
from forms.world import World

if TYPE_CHECKING:
    from .conftest import Wire

NEW, OLD = "ab" * 32, "cd" * 32


@pytest.fixture
def world(moto_url: str) -> World:
    environ = {**ENVIRON, "AWS_ENDPOINT_URL_SSM": moto_url, "AWS_ENDPOINT_URL": "http://127.0.0.1:9"}
    return World(environ, time.time, time.monotonic, time.sleep, random.Random(1).random, lambda: "id")


def keep(world: World, name: str, value: str) -> None:
    client = Client("ssm", world)
    question: dict[str, Any] = {"Name": name, "Value": value, "Type": "SecureString", "Overwrite": True}
    client.ask("AmazonSSM.PutParameter", question, version="1.1")
    client.close()


def test_secrets_come_decrypted_the_newest_first(world: World) -> None:
    keep(world, "/forms/secrets", f"{NEW},{OLD}")
    found = read_secrets("FORMS_SECRETS", "ssm:/forms/secrets", world)
    assert found == [bytes.fromhex(NEW), bytes.fromhex(OLD)]


def test_a_parameter_that_is_not_there_is_named(world: World) -> None:
    with pytest.raises(SettingsError, match=r"/forms/nobody .* ParameterNotFound .*make it"):
        read_secrets("FORMS_SECRETS", "ssm:/forms/nobody", world)


@pytest.mark.parametrize("value", ["not hex at all", "abcd", "ab" * 32 + ",short"])
def test_a_value_that_is_no_secret_is_refused_and_not_repeated(world: World, value: str) -> None:
    keep(world, "/forms/broken", value)
    with pytest.raises(SettingsError, match="FORMS_PEPPER must be secrets of at least 16 bytes") as caught:
        read_secrets("FORMS_PEPPER", "ssm:/forms/broken", world)
    assert value not in str(caught.value)


def test_without_an_answer_the_setting_is_named(world: World) -> None:
    dead = world._replace(environ={**ENVIRON, "AWS_ENDPOINT_URL": "http://127.0.0.1:9"}, chance=lambda: 1.0)
    ticks = iter(range(0, 1000, 2))
    dead = dead._replace(ticks=lambda: float(next(ticks)), sleep=lambda _: None)
    with pytest.raises(SettingsError, match="/forms/secrets"):
        read_secrets("FORMS_SECRETS", "ssm:/forms/secrets", dead)


def test_a_rotated_secret_reaches_a_warm_function_within_five_minutes(
    wire: Wire, world: World, monkeypatch: pytest.MonkeyPatch, contact: dict[str, str]
) -> None:
    for name, value in world.environ.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("FORMS_SECRETS", "ssm:/forms/rotated")
    keep(world, "/forms/rotated", OLD)
    now = [1_795_000_000.0]
    monkeypatch.setattr(time, "time", lambda: now[0])
    assert wire.post("/api/forms/contact", contact)["statusCode"] == 303
    before = aws._desk().tokens.sign("confirm", "lead")

    keep(world, "/forms/rotated", f"{NEW},{OLD}")
    now[0] += 299
    assert aws._desk().tokens.sign("confirm", "lead") == before
    now[0] += 2
    after = aws._desk().tokens
    assert after.sign("confirm", "lead") != before
    assert after.verify("confirm", before, now[0]) == "lead"


def test_when_the_store_of_secrets_is_away_the_ones_at_hand_go_on(
    wire: Wire, world: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, value in world.environ.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("FORMS_SECRETS", "ssm:/forms/leaving")
    keep(world, "/forms/leaving", OLD)
    now = [1_795_000_000.0]
    monkeypatch.setattr(time, "time", lambda: now[0])
    before = aws._desk().tokens.sign("confirm", "lead")
    client = Client("ssm", world)
    client.ask("AmazonSSM.DeleteParameter", {"Name": "/forms/leaving"}, version="1.1")
    client.close()
    now[0] += 301
    assert aws._desk().tokens.sign("confirm", "lead") == before
    said = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    assert [(one["event"], one["outcome"]) for one in said] == [("secrets", "error")]
    assert "/forms/leaving" in said[0]["reason"]

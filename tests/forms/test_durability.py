"""An acknowledged submission outlives the death of the process; retries after it make no second record."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from typing import TYPE_CHECKING

from forms import aws
from forms.sqlite import SqliteStore

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

#: Sends without end and says each id as soon as it is acknowledged, and mails in between.
SENDER = """
import json, sys
from forms import aws

for number in range(100_000):
    event = {
        "rawPath": "/api/forms/contact",
        "headers": {"content-type": "application/json"},
        "requestContext": {"http": {"method": "POST"}},
        "body": json.dumps({"name": f"Name {number}", "email": "a@example.com", "message": "Hi", "consent": True}),
    }
    answer = aws.http(event, None)
    assert answer["statusCode"] == 200, answer
    print(number, json.loads(answer["body"])["id"], flush=True)
    if number % 3 == 0:
        aws.sweep({}, None)
"""


def test_kill_9_loses_nothing_and_doubles_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = {
        "FORMS_STORE": f"sqlite:{tmp_path}/leads.sqlite3",
        "FORMS_MAIL": f"outbox:{tmp_path}/outbox",
        "FORMS_SECRETS": "ab" * 32,
        "FORMS_SITE_URL": "https://site.example",
        "FORMS_TEAM": "team@site.example",
        "FORMS_FROM": "post@site.example",
        "FORMS_SCREENING": "on",
    }
    acknowledged: dict[int, str] = {}
    for round_ in range(3):
        with subprocess.Popen(
            [sys.executable, "-c", SENDER],
            env={**os.environ, **settings},
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        ) as process:
            assert process.stdout is not None
            for line in process.stdout:
                number, lead_id = line.split()
                # The next rounds send the same again: a retry after the crash is the same record.
                assert acknowledged.setdefault(int(number), lead_id) == lead_id
                if int(number) >= 40 * (round_ + 1):
                    process.send_signal(signal.SIGKILL)
                    break
            process.stdout.close()
        assert process.returncode == -signal.SIGKILL

    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    aws.reset()
    store = SqliteStore(tmp_path / "leads.sqlite3")
    stored = {lead.id: lead for lead in store.scan()}
    assert len(acknowledged) > 100
    assert set(acknowledged.values()) <= set(stored)
    assert len(stored) <= len(acknowledged) + 1  # at most the one that was written and not yet acknowledged
    assert store._db.execute("PRAGMA integrity_check").fetchone() == ("ok",)

    # Claims of the dead run out after their lease; then the sweeper mails what is left, each once.
    monkeypatch.setattr("forms.notify.LEASE", 0.0)
    for lead in stored.values():
        for job in lead.jobs:
            if job.due is not None:
                assert store.replace(lead, lead.with_job(job._replace(due=0.0)))
    store.close()
    aws.sweep({}, None)
    aws.reset()
    mails = sorted(path.name for path in (tmp_path / "outbox").glob("*.eml"))
    assert len(mails) == len(stored)
    assert {name.split("-")[1] for name in mails} == set(stored)
    json.dumps(mails)

"""The workflows: pinned, with the least rights, and with nothing of a stranger in a shell.

Each property is stated over all files of the folder, so a new workflow is held to it, too.
"""

from __future__ import annotations

import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / ".github/workflows"
FILES = sorted(path.name for path in FOLDER.iterdir())
#: Action → commit, each seen with this version in several public repositories.
PINNED = {
    "actions/checkout": ("08c6903cd8c0fde910a37f88322edcfb5dd907a8", "v5.0.0"),
    "actions/download-artifact": ("634f93cb2916e3fdff6788551b99b062d0335ce0", "v5.0.0"),
    "actions/setup-python": ("a26af69be951a213d495a4c3e4e4022e16d87065", "v5.6.0"),
    "actions/upload-artifact": ("ea165f8d65b6e75b540449e92b4886f43607fa02", "v4.6.2"),
    "aws-actions/configure-aws-credentials": ("a03048d87541d1d9fcf2ecf528a4a65ba9bd7838", "v5.0.0"),
}
KEYS = "aws-actions/configure-aws-credentials"


def read(name: str) -> dict[Any, Any]:
    told: dict[Any, Any] = yaml.safe_load((FOLDER / name).read_text(encoding="utf-8"))
    return told


def events(name: str) -> dict[str, Any]:
    # YAML 1.1 reads the bare word `on` as true.
    told = read(name)[True]
    return dict(told) if isinstance(told, dict) else dict.fromkeys([told] if isinstance(told, str) else told)


def jobs() -> list[tuple[str, str, dict[str, Any]]]:
    return [(name, job, about) for name in FILES for job, about in read(name)["jobs"].items()]


def steps(about: dict[str, Any]) -> list[dict[str, Any]]:
    return list(about.get("steps", ()))


def action(step: dict[str, Any]) -> str:
    return str(step.get("uses", "")).partition("@")[0]


def test_every_action_is_pinned_to_the_commit_of_its_version() -> None:
    for name in FILES:
        for line in (FOLDER / name).read_text(encoding="utf-8").splitlines():
            found = re.search(r"uses:\s*(\S+)(?:\s+# (\S+))?$", line)
            if found is None or found[1].startswith("./"):
                assert found is not None or "uses:" not in line, line
                continue
            used, _, commit = found[1].partition("@")
            assert PINNED[used] == (commit, found[2]), f"{name}: {line}"


def test_a_job_has_no_right_that_it_does_not_name() -> None:
    for name in FILES:
        if name != "ci.yml":  # one job, which reads
            assert read(name)["permissions"] == {}, name
    allowed = {"contents": {"read"}, "id-token": {"write"}, "pull-requests": {"write"}}
    for name, job, about in jobs():
        rights = about.get("permissions", read(name)["permissions"])
        for right, level in rights.items():
            assert level in allowed.get(right, set()), f"{name}: {job}: {right}: {level}"


def test_a_token_for_aws_is_asked_for_only_where_it_is_used() -> None:
    for name, job, about in jobs():
        asks = about.get("permissions", {}).get("id-token") == "write"
        assert asks == any(action(step) == KEYS for step in steps(about)), f"{name}: {job}"


def test_no_key_is_stored_and_each_role_comes_from_a_variable() -> None:
    for name, job, about in jobs():
        for step in steps(about):
            if action(step) == KEYS:
                assert set(step["with"]) == {"role-to-assume", "aws-region"}, f"{name}: {job}"
                role = re.fullmatch(r"\$\{\{ vars\.(AWS_[A-Z]+_ROLE) \}\}", step["with"]["role-to-assume"])
                assert role is not None
                # Without it the job does not start: a fork that has no account is not red each night.
                assert f"vars.{role[1]} != ''" in about["if"], f"{name}: {job}"
    assert not [name for name in FILES if "secrets." in (FOLDER / name).read_text(encoding="utf-8")]


def test_nothing_that_somebody_else_wrote_stands_in_a_shell() -> None:
    for name, job, about in jobs():
        for step in steps(about):
            assert "${{" not in str(step.get("run", "")), f"{name}: {job}: {step}"
            for value in step.get("env", {}).values():
                for inside in re.findall(r"\$\{\{(.*?)\}\}", str(value)):
                    # A number and names that an owner set: no title, branch, body or label.
                    assert re.fullmatch(
                        r" (vars\.[A-Z_]+|github\.token|github\.event\.pull_request\.number) ", inside
                    ), f"{name}: {job}: {inside}"


def test_no_workflow_gives_rights_to_what_a_fork_sends() -> None:
    ours = "github.event.pull_request.head.repo.full_name == github.repository"
    for name in FILES:
        assert not {"pull_request_target", "workflow_run", "issue_comment", "issues"} & set(events(name)), name
    for name, job, about in jobs():
        if "pull_request" in events(name) and about.get("permissions", {}).get("id-token"):
            assert ours in about["if"], f"{name}: {job}"
            assert "||" not in about["if"]


def test_whoever_may_write_to_a_pull_request_runs_nothing_out_of_it() -> None:
    for name, job, about in jobs():
        if about.get("permissions", {}).get("pull-requests") == "write":
            assert about["permissions"] == {"pull-requests": "write"}, f"{name}: {job}"
            assert {action(step) for step in steps(about)} <= {"", "actions/download-artifact"}
            assert not any(".venv" in str(step.get("run")) for step in steps(about))


def test_releasing_waits_for_tests_and_for_somebody_who_approves() -> None:
    about = read("release.yml")["jobs"]["apply"]
    assert about["needs"] == ["test", "build"]
    assert about["environment"]["name"] == "production"
    assert events("release.yml") == {"push": {"branches": ["main"]}, "workflow_dispatch": None}
    assert read("release.yml")["jobs"]["test"]["uses"] == "./.github/workflows/ci.yml"
    assert "workflow_call" in events("ci.yml")
    # Cut off half way it would leave its lock for ten minutes.
    assert read("release.yml")["concurrency"]["cancel-in-progress"] is False


def test_a_preview_goes_to_an_environment_of_its_own() -> None:
    for name in ("pull-request.yml", "preview-end.yml"):
        for job, about in read(name)["jobs"].items():
            if any("deploy preview" in str(step.get("run")) for step in steps(about)):
                environment = about["environment"]
                assert (environment if isinstance(environment, str) else environment["name"]) == "preview", job
                assert "AWS_PREVIEW_ROLE" in about["if"]


def test_keys_come_after_everything_that_is_fetched() -> None:
    for name, job, about in jobs():
        order = [action(step) for step in steps(about)]
        if KEYS in order:
            after = steps(about)[order.index(KEYS) + 1 :]
            assert not any("bootstrap" in str(step.get("run")) for step in after), f"{name}: {job}"
            assert "actions/setup-python" not in order[order.index(KEYS) :]


def test_a_checkout_leaves_no_token_behind_and_every_job_ends() -> None:
    for name, job, about in jobs():
        for step in steps(about):
            if action(step) == "actions/checkout":
                assert step["with"]["persist-credentials"] is False, f"{name}: {job}"
        assert "uses" in about or 0 < about["timeout-minutes"] <= 60, f"{name}: {job}"
        assert about.get("runs-on", "ubuntu-24.04") == "ubuntu-24.04"


def test_every_workflow_that_starts_by_itself_knows_what_it_may_not_run_beside() -> None:
    for name in FILES:
        if set(events(name)) != {"workflow_call"}:
            assert read(name)["concurrency"]["group"], name


@pytest.mark.parametrize("name", FILES)
def test_what_a_step_runs_is_valid_for_the_shell(name: str) -> None:
    for about in read(name)["jobs"].values():
        for step in steps(about):
            if "run" in step:
                done = subprocess.run(["bash", "-n"], input=step["run"], text=True, capture_output=True, check=False)
                assert done.returncode == 0, done.stderr


def test_the_verbs_that_workflows_run_exist_with_their_options() -> None:
    from click.testing import CliRunner

    from microsite.cli.main import cli

    lines = [
        line.strip()
        for _, _, about in jobs()
        for step in steps(about)
        for line in str(step.get("run", "")).splitlines()
        if ".venv/bin/microsite" in line
    ]
    assert lines
    for line in lines:
        words = line.partition(".venv/bin/microsite ")[2].split()
        verb = [word for word in words[:2] if word.isalpha()] if words[0] in {"deploy", "forms"} else words[:1]
        told = CliRunner().invoke(cli, [*verb, "--help"]).output
        for word in words:
            if word.startswith("--"):
                assert word in told, f"{line}: {word}"


def test_rules_that_the_nightly_job_waits_for_exist() -> None:
    from click.testing import CliRunner

    from microsite.cli.main import cli

    rules = CliRunner().invoke(cli, ["check", "--rules"]).output
    named = re.findall(r"scripts/found\.py ([a-z -]+) <", (FOLDER / "nightly.yml").read_text(encoding="utf-8"))
    assert named
    for rule in " ".join(named).split():
        assert re.search(rf"^{rule}\s", rules, re.MULTILINE), rule


def test_the_comment_is_text_whatever_the_plan_says(tmp_path: Path) -> None:
    [step] = [one for one in steps(read("pull-request.yml")["jobs"]["comment"]) if "run" in one]
    script = "gh() { cp comment.md sent.md; }\n" + step["run"]
    (tmp_path / "plan.txt").write_bytes(b"## hi @everybody\n```\n![x](http://x)\n\xff" + "é".encode() * 60_000)
    done = subprocess.run(["bash", "-e", "-c", script], cwd=tmp_path, env={"NUMBER": "1", "PATH": "/usr/bin:/bin",
        "GITHUB_REPOSITORY": "a/b"}, capture_output=True, text=True, check=False)  # fmt: skip
    assert done.returncode == 0, done.stderr
    sent = (tmp_path / "sent.md").read_text(encoding="utf-8")
    assert len(sent) <= 65_536
    assert all(line == "" or line.startswith("    ") for line in sent.splitlines()[1:])

"""A release from the command to a browser, through the template that would be deployed: CloudFront, S3, forms, mail.

What answers here is read from infra/template.yml (`benchmarks/rig/cloud.py`); the deployer is the real command.
"""

from __future__ import annotations

import json
import os
import random
import re
import shutil
import subprocess
import sys
import threading
import urllib.error
import urllib.request
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from benchmarks.rig import ROOT
from benchmarks.rig import Visitor
from benchmarks.rig.cloud import ACCOUNT
from benchmarks.rig.cloud import run_cloud
from playwright.sync_api import expect

from microsite.package import build_package
from microsite.search import build_index
from microsite.search import read_site_pages
from microsite.serve.headers import SECURITY_HEADERS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from benchmarks.rig import Served
    from benchmarks.rig.cloud import Cloud
    from playwright.sync_api import Browser

TEMPLATE = (ROOT / "infra/template.yml").read_text("utf-8")


class Deployer:
    """The command, run as operations do, against everything that stands on this machine."""

    def __init__(self, cloud: Cloud, folder: Path, site: Path) -> None:
        self.cloud = cloud
        self.site = site
        self.config = folder / "local.toml"
        self.config.write_text(
            f"""
[environment]
name = "local"
region = "us-east-1"
account = "{ACCOUNT}"
stack = "site"
artifacts = "artifacts-of-nobody"

[site]
url = "{cloud.url}"
bucket = "{cloud.bucket}"
key_value_store = "{next(iter(cloud.stores.by_arn))}"
distribution_url = "{cloud.url}"
"""
        )

    def start(self, verb: str, *options: str) -> subprocess.Popen[str]:
        site = ("--site-dir", str(self.site)) if verb in {"plan", "apply"} else ()
        return subprocess.Popen(
            [Path(sys.executable).parent / "microsite", "deploy", verb, "--config", str(self.config), *site, *options],
            env={**os.environ, **self.cloud.environ},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            cwd=ROOT,
        )

    def run(self, verb: str, *options: str) -> str:
        with self.start(verb, *options) as process:
            out, errors = process.communicate(timeout=300)
        assert process.returncode == 0, out + errors
        return out


def fetch(address: str, **headers: str) -> tuple[int, dict[str, str], bytes]:
    request = urllib.request.Request(address, headers=headers)
    try:
        with urllib.request.urlopen(request, timeout=20) as answer:
            return answer.status, dict(answer.headers.items()), answer.read()
    except urllib.error.HTTPError as answer:
        with answer:
            return answer.code, dict(answer.headers.items()), answer.read()


@pytest.fixture(scope="module")
def package(served: Served, tmp_path_factory: pytest.TempPathFactory) -> Path:
    del served  # it is what builds the frame of the forms' answers
    target = tmp_path_factory.mktemp("package") / "forms.zip"
    shell = ROOT / "build/forms/shell.html"
    return build_package(target, shell=shell, environ=os.environ, python=Path(sys.executable)).path


@pytest.fixture(scope="module")
def cloud(package: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cloud]:
    with run_cloud(TEMPLATE, {}, tmp_path_factory.mktemp("cloud"), package=package) as running:
        yield running


@pytest.fixture(scope="module")
def site(served: Served, site_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Our own site; its search knows the pages on safety only: the emulator takes a while for each of 1,500 files."""
    del served
    folder = tmp_path_factory.mktemp("released") / "site"
    shutil.copytree(site_dir, folder, ignore=shutil.ignore_patterns("*.bin", "worker.js"))
    safety = (document for document in read_site_pages(site_dir, print) if document.page.startswith("/safety/"))
    build_index(safety, folder.with_name("index"))
    for file in folder.with_name("index").iterdir():
        file.rename(folder / "search" / file.name)
    return folder


@pytest.fixture(scope="module")
def deployer(cloud: Cloud, site: Path) -> Deployer:
    """The site, released."""
    made = Deployer(cloud, site.parent, site)
    status, _, words = fetch(cloud.url)
    assert (status, b"being set up" in words) == (503, True)
    made.run("apply", "--yes")
    return made


@pytest.fixture
def visitor(browser: Browser, cloud: Cloud, deployer: Deployer) -> Iterator[Visitor]:
    del deployer
    visit = Visitor(browser, cloud.url)
    yield visit
    try:
        visit.check()
    finally:
        visit.close()


def test_a_reader_finds_an_article_by_search_and_reads_it(visitor: Visitor) -> None:
    page = visitor.go("/conditions/chronic-pain/")
    page.locator("header").get_by_role("textbox", name="Search").click()
    page.locator("header").get_by_role("combobox", name="Search").press_sequentially("bladder")
    page.get_by_role("group", name="Ketamine and the bladder").get_by_role("option").first.click()
    expect(page).to_have_url(re.compile(r"/safety/bladder/"))
    expect(page.get_by_role("heading", level=1)).to_contain_text(re.compile("bladder", re.IGNORECASE))


def test_a_message_reaches_the_team_through_the_distribution(visitor: Visitor, cloud: Cloud) -> None:
    page = visitor.go("/contact/")
    page.get_by_label("Your name").fill("Dana Wren")
    page.get_by_label("Email address").fill("dana.wren@example.com")
    page.get_by_label("Your message").fill("Does the spray help? My own word is heron-5521.")
    page.locator("#consent").check()
    page.get_by_role("button", name="Send message").click()
    expect(page).to_have_url(re.compile(r"/contact/thanks/$"))
    assert cloud.functions is not None
    mails = cloud.functions.mails()
    assert any("heron-5521" in mail.raw.decode() for mail in mails)
    assert all("heron-5521" not in path for _, path, _ in cloud.front.seen)


def test_every_answer_wears_the_headers_of_the_local_server_and_hsts(cloud: Cloud, deployer: Deployer) -> None:
    del deployer
    for path in ("/", "/safety/", "/nothing-here/", "/api/health", "/robots.txt"):
        _, headers, _ = fetch(cloud.url + path)
        found = {name.lower(): value for name, value in headers.items()}
        for name, value in SECURITY_HEADERS.items():
            assert found[name.lower()] == value, (path, name)
        assert found["strict-transport-security"].startswith("max-age=63072000; includeSubDomains; preload")


def test_a_missing_page_is_our_own_404_and_the_api_keeps_its_answers(cloud: Cloud, deployer: Deployer) -> None:
    status, headers, body = fetch(cloud.url + "/no/such/page/")
    assert (status, headers["content-type"]) == (404, "text/html; charset=utf-8")
    assert body == (deployer.site / "404.html").read_bytes()
    status, headers, body = fetch(cloud.url + "/api/no-such-thing", accept="application/json")
    assert status == 404
    assert json.loads(body)["status"] == 404


def test_what_the_bucket_holds_besides_the_site_is_nobodys(cloud: Cloud, deployer: Deployer) -> None:
    del deployer
    release = cloud.store.values["release"]
    for path in (f"/manifests/{release}.json", f"/releases/{release}/index.html", "/manifests/", "/%2e%2e/manifests/"):
        status, _, body = fetch(cloud.url + path)
        assert (status, b'"digest"' in body) == (404, False), path


def test_files_of_the_search_travel_compressed_and_hashed_ones_are_kept_for_ever(
    cloud: Cloud, deployer: Deployer
) -> None:
    part = next((deployer.site / "search").glob("t.*.bin"))
    _, headers, _ = fetch(f"{cloud.url}/search/{part.name}")
    assert headers["content-encoding"] == "br"
    assert headers["cache-control"] == "public, max-age=31536000, immutable"
    _, headers, _ = fetch(f"{cloud.url}/search/manifest.bin")
    assert "immutable" not in headers["cache-control"]


def test_releasing_the_same_again_does_nothing_in_at_most_five_requests(cloud: Cloud, deployer: Deployer) -> None:
    before = len(cloud.stores.requests)
    told = json.loads(deployer.run("apply", "--yes", "--json"))
    assert told["changed"] is False
    assert len(cloud.stores.requests) - before <= 2
    assert deployer.run("plan").strip().splitlines()[-1].startswith("nothing to send")


SMALL = {
    "index.html": '<!doctype html><html lang="en"><title>Home</title><link rel="stylesheet" href="/assets/{sheet}">'
    '<a href="/second/">Second</a> <p>words of {name}</p></html>',
    "second/index.html": '<!doctype html><html lang="en"><title>Second</title>'
    '<link rel="stylesheet" href="/assets/{sheet}"><a href="/">Home</a> <p>words of {name}</p></html>',
    "404.html": '<!doctype html><html lang="en"><title>Not here</title><p>Nothing of {name} is here</p></html>',
    "robots.txt": "User-agent: *\n",
    "search/manifest.bin": "index of {name}",
}


def small_site(folder: Path, name: str) -> None:
    """A site of two pages whose every file says which edition it is."""
    shutil.rmtree(folder, ignore_errors=True)
    digest = f"{random.Random(name).getrandbits(40):010x}"
    for path, text in {**SMALL, f"assets/site.{digest}.css": "p { color: black } /* {name} */"}.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text.replace("{name}", name).replace("{sheet}", f"site.{digest}.css"), "utf-8")


class Watching(threading.Thread):
    """A visitor who reads on and on, and notes every page that is not whole."""

    def __init__(self, url: str) -> None:
        super().__init__(daemon=True)
        self.url = url
        self.editions: set[str] = set()
        self.visits = 0
        self.wrong: list[str] = []
        self.stop = threading.Event()

    def run(self) -> None:
        while not self.stop.is_set():
            status, _, body = fetch(self.url + "/")
            page = body.decode()
            edition = re.search(r"words of (\w+)", page)
            sheet = re.search(r"/assets/[^\"]+", page)
            if status != 200 or not edition or not sheet:
                self.wrong.append(f"{status}: {page[:200]}")
                continue
            status, _, body = fetch(self.url + sheet.group())
            if status != 200 or edition.group(1) not in body.decode():
                self.wrong.append(f"the sheet of {edition.group(1)} is {status}: {body[:100]!r}")
            self.editions.add(edition.group(1))
            self.visits += 1


class Killing:
    """Kills a deployer when it asks AWS for the nth time; counts."""

    def __init__(self) -> None:
        self.process: subprocess.Popen[str] | None = None
        self.asked = 0
        self.at = 0

    def __call__(self) -> None:
        self.asked += 1
        if self.asked == self.at and self.process is not None:
            self.process.kill()


def test_a_deployer_killed_at_any_request_leaves_one_whole_release_and_the_next_run_finishes(
    tmp_path: Path, package: Path
) -> None:
    with run_cloud(TEMPLATE, {}, tmp_path, package=package) as cloud:
        site = tmp_path / "small"
        deployer = Deployer(cloud, tmp_path, site)
        cloud.watch = killing = Killing()
        for edition in ("edition0", "edition1"):
            small_site(site, edition)
            killing.asked = 0
            deployer.run("apply", "--yes")
        whole = killing.asked
        watching = Watching(cloud.url)
        watching.start()
        live = "edition1"
        for number, share in enumerate((0.3, 0.5, 0.7, 0.85, 0.95), 2):
            small_site(site, f"edition{number}")
            killing.asked, killing.at = 0, int(whole * share)
            killing.process = deployer.start("apply", "--yes")
            killing.process.communicate()
            assert killing.process.returncode == -9, f"of {whole} requests {killing.asked} were made"
            killing.process = None
            _, _, body = fetch(cloud.url + "/second/")
            [seen] = re.findall(r"words of (\w+)", body.decode())
            assert seen in {live, f"edition{number}"}
            live = seen
            if "lock" in cloud.store.values:
                # It would run out after minutes; whoever knows that its holder is dead takes it away.
                deployer.run("unlock", "--yes")
        deployer.run("apply", "--yes")
        assert b"words of edition6" in fetch(cloud.url + "/")[2]
        deployer.run("rollback")
        _, _, body = fetch(cloud.url + "/")
        watching.stop.set()
        watching.join(20)
    assert watching.visits > 10
    assert watching.wrong == []
    assert b"words of edition6" not in body

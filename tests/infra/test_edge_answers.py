"""What else stands at the edge: the function of the 404 page, and the mark on previews."""

from __future__ import annotations

import base64
import runpy
from pathlib import Path
from typing import Any

import boto3
import pytest
from benchmarks.rig.edge import EdgeFunction
from benchmarks.rig.emulators import ENVIRON

EDGE = Path(__file__).parents[2] / "infra" / "edge"
LIVE, OTHER = "20261121t134500z-1a2b3c4d", "20261121t150000z-99999999"
BUCKET = "missing-pages"


@pytest.fixture(scope="module")
def page(moto_url: str) -> Any:
    """The function, with a bucket that holds two releases; the second has its page compressed."""
    patch = pytest.MonkeyPatch()
    for name, value in {**ENVIRON, "AWS_ENDPOINT_URL": moto_url, "SITE_BUCKET": BUCKET}.items():
        patch.setenv(name, value)
    bucket = boto3.client("s3", region_name="us-east-1")
    bucket.create_bucket(Bucket=BUCKET)
    html = "text/html; charset=utf-8"
    bucket.put_object(
        Bucket=BUCKET, Key=f"releases/{LIVE}/404.html", Body="<h1>Not here, é</h1>".encode(), ContentType=html
    )
    bucket.put_object(
        Bucket=BUCKET, Key=f"releases/{OTHER}/404.html", Body=b"\x0b\x02", ContentType=html, ContentEncoding="br"
    )
    yield runpy.run_path(str(EDGE / "missing.py"))["page"]
    patch.undo()


def asked(page: Any, path: str) -> tuple[int, bytes, dict[str, str]]:
    answer = page({"version": "2.0", "rawPath": path, "requestContext": {"http": {"method": "GET"}}}, None)
    return answer["statusCode"], base64.b64decode(answer["body"]), answer["headers"]


def test_what_is_missing_is_answered_with_the_page_of_the_same_release(page: Any) -> None:
    status, body, headers = asked(page, f"/releases/{LIVE}/no/such/page/index.html")
    assert (status, body.decode()) == (404, "<h1>Not here, é</h1>")
    assert headers["content-type"] == "text/html; charset=utf-8"
    # For a minute at the edge, and never in a browser: the page may be there in the next release.
    assert headers["cache-control"] == "public, max-age=0, s-maxage=60"
    status, body, headers = asked(page, f"/releases/{OTHER}/-/none")
    assert (status, body, headers["content-encoding"]) == (404, b"\x0b\x02", "br")


@pytest.mark.parametrize(
    "path",
    [
        "",
        "/",
        "/assets/gone.0123456789.css",
        "/releases/",
        "/releases/../manifests/x.json",
        f"/releases/{LIVE}",
        f"/x/releases/{LIVE}/",
        "/releases/20200101t000000z-00000000/a/",  # a release that was cleared away
    ],
)
def test_whatever_is_asked_the_answer_is_404_in_plain_words(page: Any, path: str, capsys: Any) -> None:
    status, body, headers = asked(page, path)
    assert (status, body) == (404, b"There is no such file.\n")
    assert headers["content-type"] == "text/plain; charset=utf-8"
    assert ("NoSuchKey" in capsys.readouterr().err) == path.startswith("/releases/2020")


def test_only_the_site_itself_is_for_search_engines() -> None:
    values = {"host": "guide.example"}
    mark = EdgeFunction((EDGE / "preview.js").read_text("utf-8"), lambda: values)

    def headers(host: str) -> dict[str, Any]:
        event = {
            "request": {"method": "GET", "uri": "/", "headers": {"host": {"value": host}}},
            "response": {"statusCode": 200, "headers": {"content-type": {"value": "text/html"}}},
        }
        found: dict[str, Any] = mark(event)["headers"]
        return found

    assert "x-robots-tag" not in headers("guide.example")
    assert "x-robots-tag" not in headers("Guide.Example")
    for host in ("pr-12.preview.guide.example", "d111111abcdef8.cloudfront.net", ""):
        assert headers(host)["x-robots-tag"] == {"value": "noindex"}
    values.clear()
    assert headers("guide.example")["x-robots-tag"] == {"value": "noindex"}

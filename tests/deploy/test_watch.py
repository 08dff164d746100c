"""What nobody looks at until it is too late: certificate, alarms, the live release."""

from __future__ import annotations

import datetime as dt
import ssl
import threading
import time
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from http.server import ThreadingHTTPServer
from typing import TYPE_CHECKING

from benchmarks.rig.emulators import aws_client
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from tests.deploy.test_rollback import Edge

from microsite.deploy.watch import alarms
from microsite.deploy.watch import certificate
from microsite.deploy.watch import live_release

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

#: Days that the test's certificate lasts.
LASTS = 40


def self_signed(folder: Path) -> Path:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    now = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=LASTS))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    path = folder / "cert.pem"
    path.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        + made.public_bytes(serialization.Encoding.PEM)
    )
    return path


@contextmanager
def tls_server(path: Path) -> Iterator[str]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path)

    class Quiet(ThreadingHTTPServer):
        def handle_error(self, *_: object) -> None:
            """A client that does not trust us hangs up: that is what is tested."""

    server = Quiet(("127.0.0.1", 0), BaseHTTPRequestHandler)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield f"https://localhost:{server.server_address[1]}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_a_certificate_is_named_when_it_ends_soon_or_is_not_trusted(tmp_path: Path) -> None:
    path = self_signed(tmp_path)
    trusted, now = ssl.create_default_context(cafile=path), time.time()
    with tls_server(path) as url:
        assert list(certificate(url, now=now, days=LASTS - 1, context=trusted)) == []
        [soon] = certificate(url, now=now, days=LASTS + 1, context=trusted)
        assert "the certificate of localhost ends in 40 days" in soon.what
        [over] = certificate(url, now=now + (LASTS + 3) * 86_400, days=30, context=trusted)
        assert "ends in -3 days" in over.what
        [wrong] = certificate(url, now=now, days=1)
        assert "self-signed certificate" in wrong.what
    [gone] = certificate(url, now=now, days=1, context=trusted)
    assert "does not answer" in gone.what
    assert list(certificate("http://127.0.0.1:1", now=now, days=1)) == []


def test_alarms_that_ring_are_named_with_their_place_in_the_runbook(moto_url: str) -> None:
    watched = aws_client("cloudwatch", moto_url)
    for name in ("site-oldest-unsent", "site-bounces", "other-oldest-unsent"):
        watched.put_metric_alarm(
            AlarmName=name, MetricName="m", Namespace="n", Statistic="Maximum", Period=60, EvaluationPeriods=1,
            Threshold=1, ComparisonOperator="GreaterThanThreshold",
        )  # fmt: skip
    assert list(alarms(watched, "site")) == []
    for name in ("site-oldest-unsent", "other-oldest-unsent"):
        watched.set_alarm_state(AlarmName=name, StateValue="ALARM", StateReason="1,200 s is over 900 s")
    [rings] = alarms(watched, "site")
    assert (rings.kind, rings.what) == ("alarm", "oldest-unsent: 1,200 s is over 900 s")
    assert rings.fix == "infra/RUNBOOK.md, oldest-unsent"
    watched.close()


def test_the_live_release_is_asked_and_what_is_wrong_is_named(tmp_path: Path) -> None:
    edge = Edge(tmp_path / "site")
    [none] = live_release(edge.world(), edge.functions, parallel=4)
    assert "no release is live" in none.what
    release = edge.release("one", "1")
    assert list(live_release(edge.world(), edge.functions, parallel=4)) == []
    edge.functions.versions = {**edge.functions.versions, "http": "7"}
    [other] = live_release(edge.world(), edge.functions, parallel=4)
    assert "the function http is not at version 1" in other.what
    assert f"rollback --to {release}" in other.fix
    edge.functions.versions = {**edge.functions.versions, "http": "1"}
    key = f"releases/{release}/a/index.html"
    edge.bucket.objects[key] = edge.bucket.objects[key]._replace(body=b"x")
    [wrong] = live_release(edge.world(), edge.functions, parallel=4)
    assert wrong.what.startswith("/a/: 1 bytes of other content")
    edge.pointer.values["release"] = "20200101t000000z-00000000"
    [gone] = live_release(edge.world(), edge.functions, parallel=4)
    assert "20200101t000000z-00000000 is not in the bucket" in gone.what

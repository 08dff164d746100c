"""AWS Signature Version 4 by hand: who calls, proven by headers.

In: a request's parts, keys, the time. Out: the headers with `authorization`. botocore's signer gives the same bytes but
its import costs more than the whole path of a request. Checked against AWS's published test suite and against
botocore. https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
"""

from __future__ import annotations

import time

from .digest import hmac_sha256
from .digest import sha256
from .percent import encode
from .record import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["Keys", "sign"]


class Keys(NamedTuple):
    """Credentials; `token` is "" when they are not temporary."""

    id: str
    secret: str
    token: str = ""


#: Secret and scope → signing key. It is the same all day; making it is two thirds of a signature's work.
_day_keys: dict[tuple[str, str], bytes] = {}


def _day_key(secret: str, scope: str) -> bytes:
    key = _day_keys.get((secret, scope))
    if key is None:
        key = b"AWS4" + secret.encode()
        for part in scope.split("/"):
            key = hmac_sha256(key, part.encode())
        if len(_day_keys) >= 8:  # four services, and midnight
            _day_keys.clear()
        _day_keys[secret, scope] = key
    return key


def sign(  # noqa: PLR0913 - the parts of a request
    method: str,
    path: str,
    headers: Mapping[str, str],
    body: bytes,
    *,
    service: str,
    region: str,
    keys: Keys,
    now: float,
) -> dict[str, str]:
    """`headers` (names in lower case, `host` among them) with date, token and `authorization` added.

    `path` is as it goes on the wire, percent-encoded. There is no query: no call of ours has one. Every header given
    is signed. `now` is seconds since 1970; AWS refuses a signature more than five minutes off.
    """
    stamp = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(now))
    digest = sha256(body).hexdigest()
    signed = {**headers, "x-amz-date": stamp}
    if keys.token:
        signed["x-amz-security-token"] = keys.token
    if service == "s3":
        signed["x-amz-content-sha256"] = digest
    else:
        # Every service but S3 signs the path encoded once more.
        path = "/".join(map(encode, path.split("/")))
    names = ";".join(sorted(signed))
    lines = "".join(f"{name}:{' '.join(signed[name].split())}\n" for name in sorted(signed))
    canonical = f"{method}\n{path}\n\n{lines}\n{names}\n{digest}"
    scope = f"{stamp[:8]}/{region}/{service}/aws4_request"
    key = _day_key(keys.secret, scope)
    stated = f"AWS4-HMAC-SHA256\n{stamp}\n{scope}\n{sha256(canonical.encode()).hexdigest()}"
    signature = hmac_sha256(key, stated.encode()).hex()
    signed["authorization"] = (
        f"AWS4-HMAC-SHA256 Credential={keys.id}/{scope}, SignedHeaders={names}, Signature={signature}"
    )
    return signed

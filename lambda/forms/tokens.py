"""Signed links: a token says what it is for, which lead it means and until when, and cannot be made by others.

`<key id>.<lead id>.<expires, hex seconds>.<HMAC-SHA256>`. The purpose is mixed into the key and not written down, so a
token for one purpose never passes for another. The first secret signs, all verify: rotate by putting a new one in
front and dropping the old one after the longest link's life.
"""

from __future__ import annotations

import re
from binascii import b2a_base64

from .digest import hmac_sha256
from .digest import same
from .errors import TokenExpired
from .errors import TokenInvalid

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["Tokens"]

_URL_SAFE = bytes.maketrans(b"+/", b"-_")
#: A text: signing needs no pattern, and compiling one costs 0.2 ms at a cold start.
_SHAPE = r"([0-9a-f]{8})\.([a-z0-9-]{1,64})\.([0-9a-f]{1,12})\.([A-Za-z0-9_-]{43})"


class Tokens:
    """Signs and verifies with `secrets`, newest first; at least one, each at least 16 bytes.

    `peppers` (default: the secrets) key the hashes of addresses. They are apart because the stop list must outlive the
    rotation of signing keys: an address cannot be hashed anew once its lead is erased.
    """

    __slots__ = ("_peppers", "_secrets")

    def __init__(self, secrets: Sequence[bytes], peppers: Sequence[bytes] = ()) -> None:
        if not secrets or min(map(len, (*secrets, *peppers))) < 16:
            msg = "signing needs at least one secret, each of 16 bytes or more"
            raise ValueError(msg)
        self._secrets = tuple(secrets)
        self._peppers = tuple(peppers or secrets)

    def sign(self, purpose: str, subject: str, expires: float = 0) -> str:
        """A token for `subject` (a lead id) that works until `expires` (0 = for good)."""
        secret = self._secrets[0]
        stated = f"{_key_id(secret)}.{subject}.{int(expires):x}"
        return f"{stated}.{_signature(secret, purpose, stated)}"

    def verify(self, purpose: str, token: str, now: float) -> str:
        """The subject of `token`; raises `TokenInvalid`, or `TokenExpired` (which carries the subject)."""
        shape = re.fullmatch(_SHAPE, token)
        if shape is None:
            msg = "shape"
            raise TokenInvalid(msg)
        key_id, subject, expires, signature = shape.groups()
        stated = token[: -len(signature) - 1]
        secret = next((one for one in self._secrets if _key_id(one) == key_id), None)
        if secret is None:
            msg = "unknown key"
            raise TokenInvalid(msg)
        if not same(_signature(secret, purpose, stated), signature):
            msg = "signature"
            raise TokenInvalid(msg)
        ends = int(expires, 16)
        if ends and now >= ends:
            msg = "expired"
            raise TokenExpired(msg, subject=subject)
        return subject

    def fingerprints(self, address: str) -> tuple[str, ...]:
        """Keyed hashes of a mail address or telephone number, one per pepper: new marks use the first, look-ups all.

        A plain hash of an address can be guessed by hashing lists of addresses; a keyed one cannot.
        """
        folded = _folded(address).encode()
        return tuple(hmac_sha256(_derived(one, "address"), folded).hex()[:40] for one in self._peppers)

    def content(self, text: str) -> str:
        """A keyed hash of a submission's content, 64 hex digits, by the newest pepper: outlives new signing keys."""
        return hmac_sha256(_derived(self._peppers[0], "content"), text.encode()).hex()

    def keyed(self, purpose: str, text: str) -> str:
        """A keyed hash of `text`, 32 hex digits, that ends its meaning with the newest secret: for counters."""
        key = _derived(self._secrets[0], purpose)
        return hmac_sha256(key, text.encode(errors="surrogatepass")).hex()[:32]


def _folded(address: str) -> str:
    """One spelling: small letters; of a number its digits, without the 1 of North America and the extension."""
    text = address.strip().lower()
    if "@" in text:
        return text
    digits = "".join(one for one in text.partition("x")[0].partition("e")[0] if one.isdigit())
    return f"tel:{digits[1:] if len(digits) == 11 and digits[0] == '1' else digits}" if digits else text


def _derived(secret: bytes, purpose: str) -> bytes:
    return hmac_sha256(secret, b"forms/" + purpose.encode())


def _key_id(secret: bytes) -> str:
    return _derived(secret, "key-id").hex()[:8]


def _signature(secret: bytes, purpose: str, stated: str) -> str:
    mac = hmac_sha256(_derived(secret, "token/" + purpose), stated.encode())
    # The alphabet of RFC 4648, section 5, without padding.
    return b2a_base64(mac, newline=False).rstrip(b"=").translate(_URL_SAFE).decode()

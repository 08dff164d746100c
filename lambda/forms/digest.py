"""SHA-256 and HMAC without OpenSSL: `hashlib` and `hmac` load its library, 3 to 5 ms of a cold start.

`_sha2` is the interpreter's own verified implementation (HACL*), the one that `hashlib` falls back to; HMAC over it is
RFC 2104, held against the vectors of RFC 4231 and against `hmac` by tests.
"""

from __future__ import annotations

from _operator import _compare_digest as same

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hashlib import sha256
else:
    try:
        from _sha2 import sha256
    except ImportError:  # Python 3.11, or a build without it
        from hashlib import sha256

__all__ = ["hmac_sha256", "same", "sha256"]

#: Bytes of a block of SHA-256.
_BLOCK = 64
_INNER = bytes(one ^ 0x36 for one in range(256))
_OUTER = bytes(one ^ 0x5C for one in range(256))


def hmac_sha256(key: bytes, message: bytes) -> bytes:
    """The 32 bytes of HMAC-SHA-256. Compare them with `same`, which takes the same time for any difference."""
    if len(key) > _BLOCK:
        key = sha256(key).digest()
    key = key.ljust(_BLOCK, b"\0")
    return sha256(key.translate(_OUTER) + sha256(key.translate(_INNER) + message).digest()).digest()

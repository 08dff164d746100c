"""A request's body as text by field name: urlencoded, multipart without files, or JSON.

In: a `Request`. Out: `{name: value}`, values as sent. Everything doubtful is refused with 400 (or 415 for a type that
is none of the three): repeated names, bytes that are not UTF-8, broken escapes, nested values, files.
"""

from __future__ import annotations

import json
import re

from .errors import Refused
from .percent import MOST_PAIRS
from .percent import parse_pairs

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .request import Request

__all__ = ["read_fields"]

# Texts, compiled when they are needed: a browser's urlencoded form needs none of them.
_BOUNDARY = r"""(?ai)boundary=(?:"([^"\r\n]{1,70})"|([^\s;,"]{1,70}))\s*(?:;|$)"""
_CHARSET = r"""(?ai)charset\s*=\s*"?([^\s;"]*)"""
_DISPOSITION = r'(?si)form-data;\s*name="([^"]*)"(.*)'


def read_fields(request: Request) -> dict[str, str]:
    """Read the fields of a POST; raises `Refused` with 400 or 415."""
    content_type = request.headers.get("content-type", "")
    charset = re.search(_CHARSET, content_type) if "charset" in content_type.lower() else None
    if charset and charset[1].lower() not in {"utf-8", "utf8", "us-ascii"}:
        raise Refused(415, "charset", "Please send the form as UTF-8 text.")
    media = request.media_type()
    if media == "application/x-www-form-urlencoded":
        fields = _urlencoded(request.body())
    elif media == "application/json":
        fields = _json(request.body())
    elif media == "multipart/form-data":
        fields = _multipart(request.body(), content_type)
    else:
        raise Refused(
            415,
            "media-type",
            "Please send the form as application/x-www-form-urlencoded, multipart/form-data or application/json.",
        )
    return fields


def _text(raw: bytes) -> str:
    # Decoded first and strictly: `json.loads` would guess UTF-16 from the bytes.
    try:
        return raw.decode()
    except UnicodeDecodeError:
        raise Refused(400, "encoding", "What arrived is not valid text (UTF-8).") from None


def _urlencoded(raw: bytes) -> dict[str, str]:
    try:
        return parse_pairs(_text(raw))
    except ValueError as error:
        raise Refused(400, "urlencoded", f"The form cannot be read: {_why(error)}.") from None


def _why(error: ValueError) -> str:
    return "it is not valid text (UTF-8)" if isinstance(error, UnicodeError) else str(error)


def _json(raw: bytes) -> dict[str, str]:
    text = _text(raw)
    try:
        pairs = json.loads(text, object_pairs_hook=_Object, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        raise Refused(400, "json", "The body is not valid JSON.") from None
    if not isinstance(pairs, _Object):
        raise Refused(400, "json", "The body must be one JSON object with a text for each field.")
    fields: dict[str, str] = {}
    for name, value in pairs:
        if name in fields:
            raise Refused(400, "duplicate", "The form cannot be read: a field is given twice.")
        if isinstance(value, bool):
            fields[name] = "yes" if value else ""
        elif value is None:
            fields[name] = ""
        elif isinstance(value, str):
            fields[name] = value
        else:
            raise Refused(400, "json-value", "Each field must be a text, true or false.")
    try:
        "".join((*fields, *fields.values())).encode()
    except UnicodeEncodeError:  # half of a surrogate pair, written as "\ud800"
        raise Refused(400, "encoding", "What arrived is not valid text (UTF-8).") from None
    if len(fields) > MOST_PAIRS:
        raise Refused(400, "json", "The form cannot be read: too many fields.")
    return fields


class _Object(list):  # type: ignore[type-arg] # a JSON object as its pairs, so that repeated names are seen
    """Told apart from a JSON array, which is a plain list."""


def _no_constant(name: str) -> None:
    raise ValueError(name)


def _multipart(raw: bytes, content_type: str) -> dict[str, str]:
    found = re.search(_BOUNDARY, content_type)
    if found is None:
        raise Refused(400, "multipart", "The form cannot be read: its boundary is missing.")
    # RFC 2046: every delimiter but the first starts a line; prefixing one CRLF makes the first like the others.
    pieces = (b"\r\n" + raw).split(b"\r\n--" + (found[1] or found[2]).encode())
    if len(pieces) < 2 or not pieces[-1].startswith(b"--"):
        raise Refused(400, "multipart", "The form cannot be read: its end is missing.")
    if len(pieces) > MOST_PAIRS + 2:
        raise Refused(400, "multipart", "The form cannot be read: too many fields.")
    fields: dict[str, str] = {}
    for piece in pieces[1:-1]:
        name, value = _part(piece)
        if name in fields:
            raise Refused(400, "duplicate", "The form cannot be read: a field is given twice.")
        fields[name] = value
    return fields


def _part(piece: bytes) -> tuple[str, str]:
    head, gap, value = piece.partition(b"\r\n\r\n")
    padding, line_end, lines = head.partition(b"\r\n")
    if not gap or not line_end or padding.strip(b" \t"):
        raise Refused(400, "multipart", "The form cannot be read: a part of it is damaged.")
    disposition = ""
    for line in _text(lines).split("\r\n"):
        header, _, rest = line.partition(":")
        if header.strip().lower() == "content-disposition":
            disposition = rest.strip()
        elif header.strip().lower() == "content-transfer-encoding":
            raise Refused(400, "multipart", "The form cannot be read: an unknown transfer encoding.")
    found = re.fullmatch(_DISPOSITION, disposition)
    if found is None:
        raise Refused(400, "multipart", "The form cannot be read: a part has no name.")
    if "filename" in found[2].lower():
        raise Refused(400, "file", "This form takes no files. Please describe in words what the file shows.")
    return found[1], _text(value)

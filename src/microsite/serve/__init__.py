"""The local server: the built site and the forms' function behind one port of this machine, with live reload.

In: a project folder and the functions of the other rooms (`Rooms`). Out: answers on 127.0.0.1. It never talks to
anything but this machine.
"""

from __future__ import annotations

from .headers import SECURITY_HEADERS
from .rooms import Options
from .rooms import Rooms
from .server import serve

__all__ = ["SECURITY_HEADERS", "Options", "Rooms", "serve"]

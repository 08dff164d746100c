"""`python -m microsite` is the command `microsite`."""

from __future__ import annotations

from microsite.cli.main import main

main()

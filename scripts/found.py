"""Whether findings have one of some rules, for a job that must fail on what is only a hint to an editor.

    microsite check --expires 30 --json | scripts/found.py review-soon fact-expires

In: the findings as `microsite check --json` prints them, on standard input; names of rules. Out: those findings, a line
each; exit 1 when there is one, 2 when what comes in is none.
"""

from __future__ import annotations

import json
import sys

__all__ = ["main"]


def main(rules: list[str], text: str) -> int:
    """Print the findings of `rules` in `text`; the exit code."""
    try:
        found = [one for one in json.loads(text) if one["rule"] in rules]
        lines = [f"{one['path']}:{one['line']}: {one['rule']}: {one['message']}" for one in found]
    except (ValueError, TypeError, KeyError):
        print("standard input holds no findings: pipe `microsite check --json` in", file=sys.stderr)  # noqa: T201
        return 2
    for line in lines:
        print(line)  # noqa: T201
    return 1 if lines else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], sys.stdin.read()))

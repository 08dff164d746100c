"""Write the addresses of a built site down in data/published.txt: from then on each stays a page or a redirect.

    python scripts/published.py [--site-dir site]

Reads the site's own sitemap and adds what is new; a line is never taken out. Run it when a release goes out.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from urllib.parse import urlsplit
from xml.etree import ElementTree as ET

LIST = Path("data/published.txt")
HEAD = (
    "# Every address that was published, one a line. Lines are only ever added (`make published`); `microsite check`\n"
)
HEAD += "# says `lost-address` when one is neither a page nor in data/redirects.toml.\n"


def main() -> None:
    """Add the addresses that the list does not have."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--site-dir", type=Path, default=Path("site"))
    sitemap = parser.parse_args().site_dir / "sitemap.xml"
    if not sitemap.is_file():
        sys.exit(f"There is no {sitemap}. Build the site first: make build")
    tree = ET.parse(sitemap)  # noqa: S314 - our own file
    found = {urlsplit(node.text or "").path for node in tree.iter("{http://www.sitemaps.org/schemas/sitemap/0.9}loc")}
    text = LIST.read_text("utf-8") if LIST.is_file() else HEAD
    fresh = sorted(found - set(text.split("\n")))
    LIST.write_text(text + "".join(f"{address}\n" for address in fresh), "utf-8")
    sys.stdout.write(f"{len(fresh)} new, {text.count(chr(10) + '/') + len(fresh)} in all → {LIST}\n")


if __name__ == "__main__":
    main()

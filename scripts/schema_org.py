"""Cut schema.org's vocabulary to what the tests of our data blocks need.

    python scripts/schema_org.py schemaorg-current-https.jsonld 30.0 > tests/pages/data/schema-org.json

The input is `data/releases/<version>/schemaorg-current-https.jsonld` of https://github.com/schemaorg/schemaorg (Apache
License 2.0; the vocabulary itself CC BY-SA 3.0, https://schema.org/docs/terms.html). Kept are the types below with
all that they descend from, and every property of these with its domains and ranges.
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import Any

#: What our pages are, and what stands around it: a type used by mistake must be known to be told from a right one.
TYPES = re.findall(
    r"\S+",
    """
    AboutPage Answer Article BreadcrumbList CollectionPage ContactPage CreativeWork Date DateTime DefinedTerm
    DefinedTermSet Drug EducationalOccupationalCredential FAQPage ImageObject Integer ItemList ListItem
    MedicalCondition MedicalScholarlyArticle MedicalWebPage NewsArticle Number Organization Person ProfilePage
    Question Role ScholarlyArticle SearchAction Text URL WebPage WebSite
    """,
)
DATA_TYPES = {"Text", "URL", "Date", "DateTime", "Number", "Integer", "Boolean"}


def names(value: Any) -> list[str]:
    """`{"@id": "schema:X"}`, or a list of such, as names."""
    found = value if isinstance(value, list) else [value] if value else []
    return sorted(str(one["@id"]).removeprefix("schema:") for one in found)


def main(source: Path, version: str) -> None:
    """Print the cut vocabulary."""
    graph = json.loads(source.read_text("utf-8"))["@graph"]
    parents: dict[str, list[str]] = {}
    properties: dict[str, dict[str, list[str]]] = {}
    for node in graph:
        name = str(node["@id"]).removeprefix("schema:")
        kinds = node["@type"] if isinstance(node["@type"], list) else [node["@type"]]
        if "rdfs:Class" in kinds:
            parents[name] = [parent for parent in names(node.get("rdfs:subClassOf")) if ":" not in parent]
        if "rdf:Property" in kinds and "schema:supersededBy" not in node:
            on, takes = names(node.get("schema:domainIncludes")), names(node.get("schema:rangeIncludes"))
            properties[name] = {"on": on, "takes": takes}
    kept: dict[str, list[str]] = {}
    queue = list(TYPES)
    while queue:
        name = queue.pop()
        if name not in kept:
            kept[name] = parents.get(name, [])
            queue += kept[name]
    missing = [name for name in TYPES if name not in parents and name not in DATA_TYPES]
    if missing:
        sys.exit(f"not in the vocabulary: {', '.join(missing)}")
    ours = {name: one for name, one in properties.items() if set(one["on"]) & kept.keys()}
    lines = [
        "{",
        f' "source": "https://schema.org/version/{version}, cut by scripts/schema_org.py; CC BY-SA 3.0",',
        ' "types": {',
        ",\n".join(f"  {json.dumps(name)}: {json.dumps(kept[name])}" for name in sorted(kept)),
        " },",
        ' "properties": {',
        ",\n".join(f"  {json.dumps(name)}: {json.dumps(ours[name])}" for name in sorted(ours)),
        " }",
        "}",
    ]
    sys.stdout.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])

"""Write schemas/*.json: JSON Schema for front matter and every data file, for editors. The model is their one home."""

from __future__ import annotations

import json
from pathlib import Path

from microsite.content import schemas

FOLDER = Path(__file__).parents[1] / "schemas"


def main() -> None:
    """Write each file whose content is another; files that no schema has any more are removed."""
    made = {f"{name}.schema.json": json.dumps(schema, indent=1) + "\n" for name, schema in schemas().items()}
    FOLDER.mkdir(exist_ok=True)
    for old in FOLDER.glob("*.schema.json"):
        if old.name not in made:
            old.unlink()
    for name, text in made.items():
        path = FOLDER / name
        if not path.is_file() or path.read_text("utf-8") != text:
            path.write_text(text, "utf-8")


if __name__ == "__main__":
    main()

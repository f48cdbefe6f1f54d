"""Compiles the YAML data of the rooms to JSON, which a turn loads many times faster.

Run it after editing a data file; a test in each room sees that source and compiled file agree.
    python scripts/compile_data.py
"""

import json
import re
from pathlib import Path
from typing import ClassVar

import yaml

ROOT = Path(__file__).parent.parent
FOLDERS = (
    "api",
    "router/lexicon",
    "router/lexicon",
    "router/lexicon/requests",
    "router/lexicon/replies",
    "skill/document/rules",
    "skill/turn/messages",
    "studio/agent/lexicon",
    "studio/music/data",
    "studio/render/data",
)


class Loader(yaml.CSafeLoader):
    """Safe YAML in which `no`, `on` and `yes` are words, because lexicons are full of them (as in YAML 1.2)."""

    yaml_implicit_resolvers: ClassVar = {
        first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:bool"]
        for first, resolvers in yaml.CSafeLoader.yaml_implicit_resolvers.items()
    }


Loader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile(r"^(?:true|false)$"), list("tf"))


def compiled(source: Path) -> str:
    """The JSON text of one YAML file. Raises yaml.YAMLError with the place of a mistake."""
    data = yaml.load(source.read_text(encoding="utf-8"), Loader=Loader)
    return json.dumps(data, ensure_ascii=False, sort_keys=True, separators=(",", ":")) + "\n"


def main() -> None:
    for folder in FOLDERS:
        for source in sorted((ROOT / folder).glob("*.yaml")):
            target = source.parent / "compiled" / f"{source.stem}.json"
            target.parent.mkdir(exist_ok=True)
            target.write_text(compiled(source), encoding="utf-8")


if __name__ == "__main__":
    main()

"""The transcript format as JSON Schema, for editors that complete and check while one writes.

python -m skill.transcript.schema > docs/transcript.schema.json
"""

from __future__ import annotations

import json
import sys
from typing import Any

from .format import Transcript, Turn

_DRAFT = "https://json-schema.org/draft/2020-12/schema"


def json_schema() -> dict[str, Any]:
    """What `Transcript` accepts, the short form for a single turn included."""
    schema = Transcript.model_json_schema(by_alias=True)
    turn = Turn.model_json_schema(by_alias=True)["properties"]
    properties = schema["properties"]
    own = {key: turn[key] for key in ("backend", "host")}
    schema["properties"] = {**properties, "turn": {"$ref": "#/$defs/Turn", "description": "The only turn."}, **own}
    schema["required"] = []
    schema["oneOf"] = [
        {"required": ["turns"], "not": {"anyOf": [{"required": [key]} for key in own]}},
        {"required": ["turn"]},
    ]
    step = schema["$defs"]["StreamItem"]
    step["oneOf"] = [{"required": [key]} for key in step["properties"] if key != "partial"]
    return {"$schema": _DRAFT, **schema, "title": "A transcript of chat turns"}


def main() -> int:
    """Print the schema."""
    json.dump(json_schema(), sys.stdout, indent=2, ensure_ascii=False)
    print()
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""The checked-in JSON Schema and the model that reads transcripts accept the same files."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from pydantic import ValidationError

from skill.transcript import Transcript, json_schema

ROOT = Path(__file__).parent.parent.parent
SCHEMA = ROOT / "docs" / "transcript.schema.json"
EXAMPLES = sorted((ROOT / "examples" / "transcripts").glob("*.transcript.yaml"))


@pytest.fixture(scope="module")
def schema() -> Any:
    return jsonschema.Draft202012Validator(json.loads(SCHEMA.read_text(encoding="utf-8")))


def test_the_file_is_what_the_model_says() -> None:
    written = json.dumps(json_schema(), indent=2, ensure_ascii=False) + "\n"
    assert SCHEMA.read_text(encoding="utf-8") == written, (
        "python -m skill.transcript.schema > docs/transcript.schema.json"
    )


def test_it_is_a_schema_and_knows_the_examples(schema: Any) -> None:
    jsonschema.Draft202012Validator.check_schema(schema.schema)
    for path in EXAMPLES:
        schema.validate(yaml.safe_load(path.read_text(encoding="utf-8")))


TURN: dict[str, Any] = {"utterance": "credits"}
BOTH = {
    "short": ({"turn": TURN}, True),
    "short, with its parts beside it": ({"turn": TURN, "backend": [{"call": "balance"}], "host": []}, True),
    "several": ({"turns": [TURN, TURN]}, True),
    "a step of each kind": (
        {
            "turn": TURN,
            "backend": [{"call": "send", "stream": [{"say": "a", "partial": True}, {"wait_s": 1}, {"cut": True}]}],
        },
        True,
    ),
    "pieces that come together": (
        {"turn": TURN, "backend": [{"call": "send", "stream": [{"together": [{"say": "a"}, {"raw": "b"}]}]}]},
        True,
    ),
    "neither": ({}, False),
    "both": ({"turn": TURN, "turns": [TURN]}, False),
    "no turns": ({"turns": []}, False),
    "parts beside several turns": ({"turns": [TURN], "host": []}, False),
    "a word that is none": ({"turn": {"utterence": "x"}}, False),
    "a call that is none": ({"turn": TURN, "backend": [{"call": "balances"}]}, False),
    "a step that says two things": (
        {"turn": TURN, "backend": [{"call": "send", "stream": [{"say": "a", "tool": "b"}]}]},
        False,
    ),
    "a step that says nothing": ({"turn": TURN, "backend": [{"call": "send", "stream": [{}]}]}, False),
    "no silence at all": ({"turn": TURN, "backend": [{"call": "send", "stream": [{"wait_s": 0}]}]}, False),
    "a setting that is none": ({"turn": TURN, "settings": {"colour": "x"}}, False),
    "a number for words": ({"turn": {"utterance": 5}}, False),
    "a list": ([TURN], False),
}


@pytest.mark.parametrize(("transcript", "good"), BOTH.values(), ids=BOTH)
def test_both_agree(schema: Any, transcript: Any, good: bool) -> None:
    try:
        Transcript.model_validate(transcript)
    except ValidationError:
        reads = False
    else:
        reads = True
    assert (schema.is_valid(transcript), reads) == (good, good)


def test_every_key_says_what_it_is(schema: Any) -> None:
    parts = {"the file": schema.schema, **schema.schema["$defs"]}
    silent = [
        f"{name}.{key}"
        for name, part in parts.items()
        for key, value in part.get("properties", {}).items()
        if "description" not in value and key != "call"
    ]
    assert silent == []

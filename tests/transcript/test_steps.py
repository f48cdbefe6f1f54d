"""A piece off the wire becomes the plainest step that has exactly its bytes."""

from __future__ import annotations

from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from skill.transcript.format import StreamItem, read_transcript
from skill.transcript.steps import step_bytes, step_of
from skill.transcript.write import with_turn, written

STEPS: list[dict[str, Any]] = [
    {"say": "Fertig – 完成."},
    {"say": "Fer", "partial": True},
    {"tool": "add_title"},
    {"tool_done": "add_title"},
    {"error": "RuntimeError: no"},
    {"heartbeat": True},
    {"event": {"content": {"parts": [{"text": "a"}, {"text": "b"}]}, "n": 1.5}},
    {"raw": "data:\n\n"},
    {"raw": "data: half an ev"},
    {"base64": "4pw="},
    {"together": [{"heartbeat": True}, {"say": "Done."}]},
]


@pytest.mark.parametrize("step", STEPS, ids=lambda step: next(iter(step)))
def test_a_step_is_recognised_by_its_bytes(step: dict[str, Any]) -> None:
    assert step_of(step_bytes(StreamItem.model_validate(step))) == step


@given(
    st.binary(min_size=1, max_size=80)
    | st.text(min_size=1, max_size=40).map(lambda text: text.encode("utf-8", "replace"))
)
def test_any_bytes_come_back(piece: bytes) -> None:
    assert step_bytes(StreamItem.model_validate(step_of(piece))) == piece


values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"]), max_size=200),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=5), inner, max_size=3)
    ),
    max_leaves=8,
)


@given(
    st.dictionaries(st.sampled_from("abcdef"), values, max_size=4),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=300),
)
def test_what_is_written_reads_back(event: dict[str, Any], words: str) -> None:
    turn = {
        "utterance": words,
        "backend": [
            {"call": "send", "stream": [{"wait_s": 0.25}, {"event": event}]},
            {"call": "balance", "json": event},
        ],
        "host": [{"kind": "text", "text": words}],
    }
    text = written({"about": words, "setup": "scripted"}, [turn])
    assert yaml.safe_load(text)["turns"] == [turn]
    longer = with_turn(text, turn, "x")
    assert yaml.safe_load(longer)["turns"] == [turn, turn]
    assert longer.startswith(text)
    assert len(read_transcript(longer, "x").turns) == 2

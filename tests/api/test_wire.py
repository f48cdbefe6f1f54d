"""Nested answers in the shapes the family's documents show."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api import BackendError, Draft, Render, SegmentMeta, State, Track, TrackType, placed
from api.answers import bind_id_in
from api.wire import read_render, read_state, read_upload

RENDERS: list[tuple[dict[str, Any], Render]] = [
    ({"status": "queued"}, Render("r", "pending")),
    ({"status": "processing", "progress": 40}, Render("r", "processing", 0.4)),
    ({"status": "processing", "progress": 0.4}, Render("r", "processing", 0.4)),
    ({"status": "processing", "progress": 1}, Render("r", "processing", 0.01)),
    ({"status": "COMPLETED", "output": {"url": "https://c/v"}}, Render("r", "completed", url="https://c/v")),
    (
        {"success": True, "data": {"status": "completed", "progress": 100, "outputUrl": "https://c/v"}},
        Render("r", "completed", 1.0, "https://c/v"),
    ),
    ({"code": 0, "data": {"status": "failed", "error": "no font"}}, Render("r", "failed", message="no font")),
    ({"status": "failed", "error": {"message": "boom"}}, Render("r", "failed", message="boom")),
    ({"code": 0, "data": {"id": "x"}}, Render("r", "pending")),
    ({"status": "pending", "retry_after_ms": 200}, Render("r", "pending", retry_after_s=0.2)),
    ({"status": "muxing", "output": None, "progress": "half"}, Render("r", "processing")),
    ({"status": "processing", "progress": float("nan")}, Render("r", "processing")),
]  # fmt: skip


@pytest.mark.parametrize(("answer", "render"), RENDERS)
def test_a_render(answer: dict[str, Any], render: Render) -> None:
    assert read_render(answer, "r") == render


@pytest.mark.parametrize(
    ("answer", "names"),
    [
        ({"code": 0, "data": {"files": [{"name": "a_1.jpg"}, {"filename": "b.jpg"}]}}, ("a_1.jpg", "b.jpg")),
        ({"code": 0, "data": [{"url": "https://c/x"}, {"name": "b.jpg"}]}, ("a.jpg", "b.jpg")),
        ({"data": ["one.jpg", "two.jpg"]}, ("one.jpg", "two.jpg")),
        ({"code": 0}, ("a.jpg", "b.jpg")),
        ({"code": 0, "data": None}, ("a.jpg", "b.jpg")),
        ({"data": {"files": [{"name": "only.jpg"}]}}, ("a.jpg", "b.jpg")),
    ],
)
def test_an_upload_names_its_media_in_order(answer: dict[str, Any], names: tuple[str, ...]) -> None:
    assert read_upload(answer, ("a.jpg", "b.jpg")).names == names


def test_a_state_keeps_the_draft_as_it_came() -> None:
    raw = {"t": [{"tt": 0, "sg": [{"d": 4000, "foreign": {"x": 1}}]}], "canvas": 1}
    state = read_state({"code": 0, "data": {"bind_id": "b1", "state": {"draft": raw, "video_infos": [1]}}})
    assert state.raw_draft == raw
    assert state.draft is not None
    assert state.draft.ready
    assert state.draft.model_dump(exclude_unset=True) == raw
    assert (state.video_infos, state.generated_media, state.bind_id) == ([1], None, "b1")


@pytest.mark.parametrize("answer", [{}, {"data": None}, {"data": {"state": {}}}, {"data": {"state": {"draft": None}}}])
def test_a_state_without_a_draft(answer: dict[str, Any]) -> None:
    assert read_state(answer) == State(None, None, None, None, None)


def test_a_foreign_draft_is_read_as_far_as_it_is_ours() -> None:
    draft = Draft.from_wire(
        {
            "t": [
                {
                    "tt": 0,
                    "sg": [{"d": 4000.4, "m": {"motion": {"x": 1}, "foreign": 2, "volume": "loud"}}, None, {"d": None}],
                },
                "not a track",
                {"tt": 99, "sg": None},
            ],
            "m": [],
        }
    )
    assert [(track.type, len(track.segments)) for track in draft.tracks] == [(0, 2), (99, 0)]
    assert draft.duration_ms == 4000
    assert draft.tracks[0].segments[0].meta == SegmentMeta.model_validate({"foreign": 2})


def test_our_own_drafts_are_held_to_the_words() -> None:
    with pytest.raises(ValueError, match="motion"):
        SegmentMeta.model_validate({"motion": "wobble"})


def test_neighbours_overlap_by_their_transition() -> None:
    video = [
        {"d": 4000, "m": {"transition": "cross-dissolve", "transition_ms": 500}},
        {"d": 3000, "m": {"transition": "cut", "transition_ms": 500}},
        {"d": 2000},
    ]
    draft = Draft.model_validate({"t": [{"tt": TrackType.VIDEO, "sg": video}]})
    assert [(start, end) for start, end, _ in placed(draft.tracks[0])] == [(0, 4000), (3500, 6500), (6500, 8500)]
    assert draft.duration_ms == 8500


def test_a_track_of_text_alone_still_has_a_length() -> None:
    track = Track.model_validate({"tt": 7, "sg": [{"d": 1500, "m": {"start_ms": 500, "text": "hi"}}]})
    assert Draft(tracks=[track]).duration_ms == 2000


@pytest.mark.parametrize(
    ("data", "bind_id"),
    [({"bind_id": "b"}, "b"), ({"user_id": "anon_1"}, "anon_1"), ({"user_id": "me"}, ""), ({"bind": None}, "")],
)
def test_the_id_of_a_registration_link(data: dict[str, Any], bind_id: str) -> None:
    assert bind_id_in(data) == bind_id


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["t", "tt", "sg", "d", "m", "data", "state", "draft", "status", "output", "url", "progress"]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=20,
)


@given(st.dictionaries(st.sampled_from(["data", "state", "draft", "status", "output", "progress", "error"]), anything))
def test_no_answer_crashes_a_reader(answer: dict[str, Any]) -> None:
    for read in (read_state, lambda given: read_render(given, "r"), lambda given: read_upload(given, ("a",))):
        try:
            read(answer)
        except BackendError as error:
            assert error.code == 0

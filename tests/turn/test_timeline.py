"""A draft in sentences, and two drafts compared."""

import copy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api import Draft
from skill.turn.changes import changes
from skill.turn.drafts import read_draft
from skill.turn.say import Messages
from skill.turn.timeline import timeline

EN = Messages("en")

FILM: dict[str, Any] = {
    "t": [
        {
            "tt": 0,
            "sg": [
                {
                    "d": 4000,
                    "m": {
                        "source": "sha-a",
                        "name": "a.jpg",
                        "motion": "ken-burns",
                        "transition": "cross-dissolve",
                        "transition_ms": 500,
                    },
                },
                {"d": 4000, "m": {"source": "sha-b", "name": "b.jpg", "motion": "ken-burns"}},
                {"d": 2500, "m": {"source": "sha-c", "name": "c.jpg", "motion": "zoom-in"}},
            ],
        },
        {"tt": 1, "m": {"role": "music"}, "sg": [{"d": 10000, "m": {"mood": "lo-fi", "volume": 0.35}}]},
        {
            "tt": 7,
            "m": {"role": "title"},
            "sg": [{"d": 3000, "m": {"text": "Urban Dreams", "role": "title", "position": "center"}}],
        },
    ],
    "m": {"width": 1080, "height": 1920, "fps": 30},
}


def film() -> dict[str, Any]:
    return copy.deepcopy(FILM)


def segment(draft: dict[str, Any], track: int, number: int) -> dict[str, Any]:
    found: dict[str, Any] = draft["t"][track]["sg"][number]
    return found


def test_the_summary_has_the_documents_format() -> None:
    draft = {
        "t": [
            {"tt": 0, "sg": [{"d": 10000, "m": {"name": "city timelapse"}}]},
            {"tt": 1, "m": {"role": "music"}, "sg": [{"d": 10000, "m": {"mood": "lo-fi", "volume": 0.35}}]},
            {"tt": 7, "m": {"role": "title"}, "sg": [{"d": 3000, "m": {"text": "Urban Dreams"}}]},
        ]
    }
    assert timeline(read_draft(draft), EN).text.splitlines() == [
        "Timeline (3 tracks):",
        "1. Video: city timelapse (0-10s)",
        "2. BGM: Lo-fi (0-10s, 35%)",
        '3. Title: "Urban Dreams" (0-3s)',
    ]


def test_neighbours_overlap_by_their_transition() -> None:
    shown = timeline(read_draft(film()), EN)
    starts = [(item.start_ms, item.duration_ms) for item in shown.tracks[0].segments]
    assert starts == [(0, 4000), (3500, 4000), (7500, 2500)]
    assert shown.duration_ms == 10000
    assert (shown.width, shown.height, shown.fps) == (1080, 1920, 30)
    first, second = shown.tracks[0].segments[:2]
    assert (first.source, first.motion, first.transition, first.transition_ms) == (
        "a.jpg",
        "ken-burns",
        "cross-dissolve",
        500,
    )
    assert second.transition is None


def test_a_foreign_draft_is_shown_as_far_as_it_is_understood() -> None:
    draft = {
        "t": [
            {"tt": 0, "sg": [{"d": 2000}, {"d": 3000, "m": {"motion": "spiral", "file_name": "x.mp4", "zz": [1]}}]},
            {"tt": 42, "sg": [{"d": 100, "m": None}]},
        ],
        "zzz": {"a": 1},
    }
    shown = timeline(read_draft(draft), EN)
    assert [track.type for track in shown.tracks] == ["video", "other"]
    assert shown.text.splitlines()[1] == "1. Video: clip 1 (0-2s), x.mp4 (2-5s)"


def test_an_empty_track_is_not_shown() -> None:
    assert timeline(read_draft({"t": [{"tt": 1, "sg": []}]}), EN).tracks == ()


def changed(after: dict[str, Any], before: dict[str, Any] | None = None) -> list[str]:
    return changes(read_draft(FILM if before is None else before), read_draft(after), EN)


def test_nothing_changed() -> None:
    assert changed(film()) == []


def test_a_new_film_is_told_as_what_was_added() -> None:
    assert changed(film(), {}) == [
        "added 3 clips (a.jpg, b.jpg and c.jpg)",
        'added the title "Urban Dreams"',
        "added lo-fi music at 35%",
        "the video is 10 s long",
    ]


def _drop_second(draft: dict[str, Any]) -> None:
    del draft["t"][0]["sg"][1]


def _swap(draft: dict[str, Any]) -> None:
    clips = draft["t"][0]["sg"]
    clips.append(clips.pop(0))
    clips[-1]["m"].pop("transition"), clips[-1]["m"].pop("transition_ms")


def _reverse(draft: dict[str, Any]) -> None:
    draft["t"][0]["sg"] = [{"d": 1000, "m": {"name": name}} for name in "dcba"]


def _set(track: int, number: int, **meta: Any) -> Any:
    def edit(draft: dict[str, Any]) -> None:
        segment(draft, track, number)["m"].update(meta)

    return edit


def _length(track: int, number: int, duration_ms: int) -> Any:
    def edit(draft: dict[str, Any]) -> None:
        segment(draft, track, number)["d"] = duration_ms

    return edit


def _film_meta(**meta: Any) -> Any:
    def edit(draft: dict[str, Any]) -> None:
        draft["m"].update(meta)

    return edit


def _all_motion(draft: dict[str, Any]) -> None:
    for clip in draft["t"][0]["sg"]:
        clip["m"]["motion"] = "drift"


def _no_music(draft: dict[str, Any]) -> None:
    del draft["t"][1]


def _voice(draft: dict[str, Any]) -> None:
    draft["t"].append({"tt": 1, "m": {"role": "voice"}, "sg": [{"d": 2000, "m": {"name": "me.mp3"}}]})


def _captions(draft: dict[str, Any]) -> None:
    lines = [{"d": 1000, "m": {"text": f"line {n}", "role": "caption", "start_ms": n * 1000}} for n in range(3)]
    draft["t"].append({"tt": 7, "m": {"role": "caption"}, "sg": lines})


def _unknown(draft: dict[str, Any]) -> None:
    draft["beat_grid"] = [1, 2]


@pytest.mark.parametrize(
    ("edit", "told"),
    [
        (_drop_second, ["removed b.jpg", "the video is now 6 s long (it was 10 s)"]),
        (_swap, ["moved a.jpg to position 3", "the video is now 10.5 s long (it was 10 s)"]),
        (_length(0, 1, 6000), ["b.jpg now runs 6 s instead of 4 s", "the video is now 12 s long (it was 10 s)"]),
        (_set(0, 1, motion="pan-left"), ["b.jpg now has a pan to the left"]),
        (_set(0, 1, motion="none"), ["b.jpg now stands still"]),
        (_all_motion, ["3 clips now have a gentle drift"]),
        (_set(0, 0, transition="wipe"), ["the transition after a.jpg is now wipes"]),
        (_set(2, 0, text="Golden Hour"), ['the title now reads "Golden Hour"']),
        (_set(2, 0, position="bottom"), ['changed how "Urban Dreams" looks']),
        (_set(2, 0, color="#ff0000"), ['changed how "Urban Dreams" looks']),
        (_length(2, 0, 5000), ['"Urban Dreams" now shows from 0 to 5 s']),
        (_set(1, 0, volume=0.8), ["Lo-fi is now at 80%"]),
        (_set(1, 0, mood="calm"), ["the music is now Calm"]),
        (_no_music, ["removed Lo-fi"]),
        (_voice, ["added the sound me.mp3"]),
        (_captions, ["added 3 captions"]),
        (_film_meta(width=1080, height=1080), ["the picture is now 1:1 (1080×1080)"]),
        (_film_meta(fade_in_ms=800), ["changed how the video fades in or out"]),
        (_film_meta(look="warm"), ["the look is now warm"]),
        (_unknown, ["changed one detail"]),
    ],
)
def test_each_edit_in_words(edit: Any, told: list[str]) -> None:
    after = film()
    edit(after)
    assert changed(after) == told


def test_a_new_order_that_is_more_than_one_move() -> None:
    before = film()
    before["t"][0]["sg"] = [{"d": 1000, "m": {"name": name}} for name in "abcd"]
    after = copy.deepcopy(before)
    _reverse(after)
    assert changed(after, before) == ["put the clips in a new order"]


def test_the_same_photo_twice_is_two_clips() -> None:
    after = film()
    after["t"][0]["sg"].append(copy.deepcopy(after["t"][0]["sg"][2]))
    assert changed(after)[0] == "added c.jpg"


def test_in_chinese() -> None:
    after = film()
    _set(2, 0, text="金色时光")(after)
    assert changes(read_draft(FILM), read_draft(after), Messages("zh")) == ["标题改为“金色时光”"]


def test_comparing_never_fails_on_drafts_of_others() -> None:
    odd = {"t": [{"tt": 0, "sg": [{"d": "x", "m": []}, None]}, None], "m": 3}
    assert isinstance(read_draft(odd), Draft)
    assert changes(read_draft(odd), read_draft(FILM), EN)


_KEYS = st.sampled_from(["t", "tt", "sg", "d", "m", "text", "name", "motion", "transition", "volume", "role", "width"])
_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 10_000) | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_KEYS, inner, max_size=4),
    max_leaves=20,
)
_DRAFTS = st.dictionaries(_KEYS, _VALUES, max_size=4) | st.builds(
    lambda tracks: {"t": [{"tt": kind, "sg": [{"d": d, "m": m} for d, m in clips]} for kind, clips in tracks]},
    st.lists(st.tuples(st.sampled_from([0, 1, 7, 9]), st.lists(st.tuples(st.integers(0, 9000), _VALUES), max_size=4))),
)


@given(_DRAFTS, _DRAFTS)
def test_any_two_drafts_can_be_shown_and_compared(first: dict[str, Any], second: dict[str, Any]) -> None:
    before, after = read_draft(first), read_draft(second)
    for language in ("en", "zh"):
        say = Messages(language)
        assert timeline(after, say).text
        assert changes(after, after, say) == []
        assert bool(changes(before, after, say)) == (before != after)

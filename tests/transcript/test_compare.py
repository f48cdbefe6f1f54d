"""Events are set side by side strictly: whatever is missing, added or changed is told, and nothing else."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from skill.transcript.compare import MAY_BE_LEFT_OUT, differences, pair, unlike

events = st.fixed_dictionaries(
    {"kind": st.sampled_from(["text", "status", "file", "progress", "done"]), "text": st.sampled_from(["a", "b"])}
)
told = st.lists(events, max_size=7)


def found(wanted: list[dict[str, Any]], shown: list[dict[str, Any]]) -> list[str]:
    return [str(mismatch) for mismatch in unlike(1, wanted, shown, pair(wanted, shown))]


@given(told)
def test_what_came_is_what_was_expected(shown: list[dict[str, Any]]) -> None:
    assert found(shown, shown) == []
    assert found([event for event in shown if event["kind"] not in MAY_BE_LEFT_OUT], shown) == []


@given(told, st.integers(0, 6), events)
def test_one_more_or_one_less_is_told(shown: list[dict[str, Any]], at: int, event: dict[str, Any]) -> None:
    longer = [*shown[:at], event, *shown[at:]]
    assert len(found(longer, shown)) == 1
    assert bool(found(shown, longer)) == (event["kind"] not in MAY_BE_LEFT_OUT)


@given(told, told)
def test_green_means_the_same_in_the_same_order(wanted: list[dict[str, Any]], shown: list[dict[str, Any]]) -> None:
    """The definition, in the plainest words: leave out what may be, and nothing differs."""
    left = list(wanted)
    for event in shown:
        if left and left[0] == event:
            left.pop(0)
        elif event["kind"] not in MAY_BE_LEFT_OUT:
            left = [event]
            break
    if found(wanted, shown) == []:
        assert [event for event in wanted if event["kind"] not in MAY_BE_LEFT_OUT] == [
            event for event in shown if event["kind"] not in MAY_BE_LEFT_OUT
        ]
    else:
        assert left


@given(st.text("ab…\n.*", max_size=8), st.text("ab\n.*", max_size=8))
def test_an_ellipsis_stands_for_anything_and_every_other_letter_for_itself(wanted: str, came: str) -> None:
    fits = differences(wanted, came) == []
    parts = wanted.split("…")
    if len(parts) == 1:
        assert fits == (wanted == came)
    elif fits:
        assert came.startswith(parts[0])
        assert came.endswith(parts[-1])
        assert all(part in came for part in parts)
    else:
        assert came != wanted.replace("…", "")

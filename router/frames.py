"""What known words mean together: the rules of `frames.yaml` on the tags of one clause."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, NamedTuple

from .vocabulary import frames_data, tag_bits


class Frame(NamedTuple):
    """One rule. Masks of tags: every one of `all`, at least one of `any` and of `any_too`, none of `none`.

    shown_by: the tags of the words that decide where it holds.
    """

    name: str
    route: str
    all: int
    any: int
    any_too: int
    none: int
    whole: bool
    shown_by: int


@lru_cache(maxsize=1)
def frames() -> tuple[Frame, ...]:
    """The rules in order."""
    return tuple(map(_frame, frames_data()["rules"]))


def _frame(rule: dict[str, Any]) -> Frame:
    every, some, some_too, none = (_mask(rule.get(name, ())) for name in ("all", "any", "any_too", "none"))
    shown_by = every | some | some_too
    if shown_by & tag_bits()["HEAD_EDIT"]:
        shown_by |= tag_bits()["edit"]
    return Frame(rule["name"], rule["route"], every, some, some_too, none, rule.get("whole", False), shown_by)


def _mask(names: list[str]) -> int:
    bits = tag_bits()
    mask = 0
    for name in names:
        mask |= bits[name]
    return mask


@lru_cache(maxsize=8192)
def judge(whole: int, governed: int) -> Frame | None:
    """The first rule that holds: for the whole clause, or for what its head governs."""
    for frame in frames():
        if holds(frame, whole if frame.whole else governed):
            return frame
    return None


def holds(frame: Frame, tags: int) -> bool:
    """Whether a rule's conditions are met."""
    return (
        tags & frame.all == frame.all
        and not tags & frame.none
        and (not frame.any or tags & frame.any != 0)
        and (not frame.any_too or tags & frame.any_too != 0)
    )

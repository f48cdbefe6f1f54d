"""What known words mean together: the rules of `frames.yaml` on the tags of one clause."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from .vocabulary import frames_data, tag_bits


class Frame(NamedTuple):
    """One rule. Masks of tags: every one of `all`, at least one of `any` and of `any_too`, none of `none`."""

    name: str
    route: str
    all: int
    any: int
    any_too: int
    none: int
    whole: bool


@lru_cache(maxsize=1)
def frames() -> tuple[Frame, ...]:
    """The rules in order."""
    return tuple(
        Frame(
            name=rule["name"],
            route=rule["route"],
            all=_mask(rule.get("all", ())),
            any=_mask(rule.get("any", ())),
            any_too=_mask(rule.get("any_too", ())),
            none=_mask(rule.get("none", ())),
            whole=rule.get("whole", False),
        )
        for rule in frames_data()["rules"]
    )


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

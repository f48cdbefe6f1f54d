"""How loud sound shall be: levels, and steps from what it is."""

from __future__ import annotations

from ..clauses import Clause
from ..scan import Tag

FACTORS = {"louder": 1.4, "quieter": 0.6, "bigger": 1.4, "smaller": 0.6}
_LITTLE, _MUCH = 0.45, 2.0


def level_of(clause: Clause, topic: str = "sound") -> float | None:
    """The level named: 35%, volume 40, at half volume."""
    share = clause.take("share", topic)
    if share is not None:
        return min(1.0, max(0.0, share.number("share")))
    if clause.has("volume") and (number := clause.take("number")) is not None:
        value = number.number("number")
        return min(1.0, value / 100 if value > 1 else value)
    word = _quiet_word(clause, topic)
    return word.number("volume_word") if word is not None else None


def _quiet_word(clause: Clause, topic: str) -> Tag | None:
    named = clause.has("music", "own", "music_only", "volume", "mood", "voice") or clause.after == topic
    if not named and clause.value("volume_word") != "0":
        return None
    return clause.take("volume_word")


def factor_of(clause: Clause, share: float | None) -> float:
    """What "louder" or "half as loud" multiplies the level with."""
    up = FACTORS[clause.value("more")] > 1
    if share is not None:
        return 1 + share if up else 1 - share
    if (by := clause.take("factor")) is not None:
        times = by.number("factor")
        return max(times, 1 / times) if up else min(times, 1 / times)
    degree = clause.value("degree")
    power = _LITTLE if degree == "little" else _MUCH if degree == "much" else 1.0
    return float(FACTORS[clause.value("more")] ** power)

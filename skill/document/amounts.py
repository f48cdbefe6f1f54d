"""Times and counts written as words, as digits: "every thirty seconds" is "every 30 seconds"."""

from __future__ import annotations

import re
from functools import cache

from . import wording


def in_digits(text: str) -> str:
    """The text with its number words, halves and quarters as digits, wherever a unit of time or a count follows."""
    if not _unit().search(text):
        return text
    for pattern, digits in _idioms():
        text = pattern.sub(digits, text)
    return _number_words().sub(_value, text)


@cache
def _unit() -> re.Pattern[str]:
    return wording.pattern("numbers", "unit")


@cache
def _idioms() -> tuple[tuple[re.Pattern[str], str], ...]:
    return tuple((wording.pattern_of(entry["match"]), entry["is"]) for entry in wording.words()["numbers"]["idioms"])


@cache
def _number_words() -> re.Pattern[str]:
    listed = "|".join(sorted(wording.words()["numbers"]["words"], key=len, reverse=True))
    tens = "|".join(wording.words()["numbers"]["tens"])
    return re.compile(
        rf"\b(?:(?P<tens>{tens})[- ](?P<ones>one|two|three|four|five|six|seven|eight|nine)|(?P<word>{listed}))\b"
        r"|(?P<han>[一二两三四五六七八九十]{1,3})(?=\s*(?:秒|分|次|个?小时))",
        re.IGNORECASE,
    )


def _value(match: re.Match[str]) -> str:
    words = wording.words()["numbers"]["words"]
    if match["han"]:
        return str(_han(match["han"]))
    if match["word"]:
        return str(words[match["word"].lower()])
    return str(words[match["tens"].lower()] + words[match["ones"].lower()])


def _han(text: str) -> int:
    digits = {char: value for value, char in enumerate("零一二三四五六七八九")} | {"两": 2}
    if "十" not in text:
        return int("".join(str(digits[char]) for char in text))
    tens, _, ones = text.partition("十")
    return (digits[tens] if tens else 1) * 10 + (digits.get(ones[:1], 0) if ones else 0)

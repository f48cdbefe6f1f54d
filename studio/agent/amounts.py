"""Tags that belong together become one: numbers with their units, ranges, points in time, shapes."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from .scan import Scanned, Tag

_RATES = (24, 25, 30, 48, 50, 60)
MILLISECONDS = {"ms": 1.0, "s": 1000.0, "min": 60_000.0}
_LEAST_SIDE, _MOST_SIDE = 100, 8192  # px; smaller numbers beside "by" are a shape
_LONGEST = 24 * 3_600_000.0  # nobody means more; keeps a slip of the finger from becoming arithmetic

Joined = tuple[int, Tag]
"""How many tags one new tag replaces, and that tag."""

Rule = Callable[[Scanned, Sequence[Tag], int], Joined | None]


def joined(scanned: Scanned, rules: Sequence[Rule]) -> Scanned:
    """Apply each rule in turn along the tags, left to right."""
    tags = scanned.tags
    for rule in rules:
        result: list[Tag] = []
        index = 0
        while index < len(tags):
            hit = rule(scanned, tags, index)
            result.append(hit[1] if hit else tags[index])
            index += hit[0] if hit else 1
        tags = tuple(result)
    return Scanned(scanned.message, scanned.folded, scanned.at, tags)


def amount_rules() -> tuple[Rule, ...]:
    """In the order they must run."""
    return (
        _compound,
        _from_the_end,
        _one_each,
        _second_place,
        _shape_words,
        _frames,
        _percent,
        _counted_first,
        _nth_moment,
        _duration,
        _summed,
        _for_each,
        _moment,
        _range,
        _stretch,
    )


def _at(tags: Sequence[Tag], index: int, concept: str) -> bool:
    return 0 <= index < len(tags) and concept in tags[index]


def _one(tags: Sequence[Tag], first: int, count: int, **senses: object) -> Joined:
    return count, Tag(tags[first].start, tags[first + count - 1].end, senses)


def _from_the_end(scanned: Scanned, tags: Sequence[Tag], i: int) -> Joined | None:
    """倒数第三张, 後ろから3枚目, 뒤에서 3번째."""
    at = i + 1 + _at(tags, i + 1, "nth")
    if not (_at(tags, i, "counted_back") and _at(tags, at, "number")):
        return None
    stop = at + 1 + (_at(tags, at + 1, "clip") or _at(tags, at + 1, "numbered"))
    return _one(tags, i, stop - i, ordinal=-tags[at].number("number"), clip="one")


def _compound(scanned: Scanned, tags: Sequence[Tag], i: int) -> Joined | None:
    """twenty five; a number in words."""
    if not _at(tags, i, "number"):
        return None
    value = tags[i].number("number")
    ones = tags[i + 1].number("number") if _at(tags, i + 1, "number") else 0.0
    if value in (20, 30, 40, 50, 60, 70, 80, 90) and 0 < ones < 10 and scanned.close(tags[i], tags[i + 1]):
        return _one(tags, i, 2, number=value + ones)
    return 1, tags[i].meaning(**{**tags[i].senses, "number": value})


def _one_each(scanned: Scanned, tags: Sequence[Tag], i: int) -> Joined | None:
    """1枚3秒: a counter right before a time says "each"."""
    counter = _at(tags, i + 1, "clip") and scanned.folded[tags[i + 1].start] >= "\u3040"
    timed = _at(tags, i + 2, "number") and _at(tags, i + 3, "unit")
    if not (counter and timed and _at(tags, i, "number") and tags[i].number("number") == 1) or _at(tags, i - 1, "nth"):
        return None
    return _one(tags, i, 2, every="all", per="per")


def _second_place(scanned: Scanned, tags: Sequence[Tag], i: int) -> Joined | None:
    """photo 3 second: where it goes, not how long; "photo 3 3 seconds" and "photo 3 for a second" are times."""
    spelled = _at(tags, i + 2, "unit") and scanned.folded[tags[i + 2].start : tags[i + 2].end] == "second"
    ends = i + 3 >= len(tags) or "sep" in tags[i + 3]
    if not (_at(tags, i, "clip") and _at(tags, i + 1, "number") and spelled and ends):
        return None
    if any("hold" in tag or "for_time" in tag for tag in tags[:i] if "sep" not in tag):
        return None
    number = tags[i + 1].number("number")
    return (
        None
        if number == 1
        else (3, Tag(tags[i].start, tags[i + 2].end, {"clip": "one", "number": number, "nth_place": 2}))
    )


def _shape_words(scanned: Scanned, tags: Sequence[Tag], i: int) -> Joined | None:
    """16 by 9, 9比16."""
    if not (_at(tags, i, "number") and _at(tags, i + 1, "ratio") and _at(tags, i + 2, "number")):
        return None
    pair = (int(tags[i].number("number")), int(tags[i + 2].number("number")))
    known = {(9, 16), (16, 9), (1, 1), (4, 5), (5, 4), (3, 4), (4, 3), (2, 3), (3, 2), (21, 9)}
    if pair in known:
        return _one(tags, i, 3, ratio_of=pair)
    return _one(tags, i, 3, pixels=pair) if min(pair) >= _LEAST_SIDE and max(pair) <= _MOST_SIDE else None


def _frames(scanned: Scanned, tags: Sequence[Tag], i: int) -> Joined | None:
    """60 fps."""
    if _at(tags, i, "number") and _at(tags, i + 1, "fps"):
        if "clip" in tags[i + 1] and tags[i].number("number") not in _RATES:
            return None  # five frames are five photos
        return _one(tags, i, 2, frame_rate=tags[i].number("number"))
    return None


def _percent(scanned: Scanned, tags: Sequence[Tag], i: int) -> Joined | None:
    """35%, 百分之三十五."""
    if _at(tags, i, "number") and _at(tags, i + 1, "percent"):
        return _one(tags, i, 2, share=tags[i].number("number") / 100)
    if _at(tags, i, "percent") and _at(tags, i + 1, "number"):
        return _one(tags, i, 2, share=tags[i + 1].number("number") / 100)
    return None


def _counted_first(scanned: Scanned, tags: Sequence[Tag], i: int) -> Joined | None:
    """los 3 primeros segundos, les 2 dernières secondes."""
    if not (_at(tags, i, "number") and _at(tags, i + 1, "ordinal") and _at(tags, i + 2, "unit")):
        return None
    end = {"1": "head", "-1": "tail"}.get(tags[i + 1].text("ordinal"))
    if end is None:
        return None
    ms = min(_LONGEST, tags[i].number("number") * MILLISECONDS[tags[i + 2].text("unit")])
    return _one(tags, i, 3, **{end: ms})


def _nth_moment(scanned: Scanned, tags: Sequence[Tag], i: int) -> Joined | None:
    """the 20th second, la 20e seconde: letters right behind the number, or an ordinal, and then the unit."""
    if _at(tags, i, "ordinal") and _at(tags, i + 1, "unit"):
        value, count = tags[i].number("ordinal"), 2
    elif _at(tags, i, "number") and _at(tags, i + 2, "unit") and tags[i].end == tags[i + 1].start:
        if tags[i + 1].end - tags[i + 1].start > 3 or "unit" in tags[i + 1]:
            return None
        value, count = tags[i].number("number"), 3
    else:
        return None
    if value < 2 or scanned.folded[tags[i + count - 1].start : tags[i + count - 1].end].endswith("s"):
        return None
    ms = min(_LONGEST, value * MILLISECONDS[tags[i + count - 1].text("unit")])
    return _one(tags, i, count, point=ms, moment_named="named")


def _duration(scanned: Scanned, tags: Sequence[Tag], i: int) -> Joined | None:
    """15 seconds, half a minute, a minute and a half, 一分半, one and a half minutes."""
    first, count, value = i, 0, 0.0
    if _at(tags, i, "number") and _at(tags, i + 1, "ordinal") and _starts_with_unit(scanned, tags[i + 1]):
        return _one(tags, i, 2, duration=min(_LONGEST, tags[i].number("number") * 1000), film="film")
    if _at(tags, i, "half"):
        value = 0.25 if tags[i].text("half") == "quarter" else 0.5
        count = 1 + _at(tags, i + 1, "article")
    elif _at(tags, i, "article") and _at(tags, i + 1, "half"):
        hit = _duration(scanned, tags, i + 1)
        return None if hit is None else (hit[0] + 1, hit[1])
    elif _at(tags, i, "article"):
        value, count = 1.0, 1
    elif _at(tags, i, "number"):
        value, count = tags[i].number("number"), 1
        if _at(tags, i + 1, "half") and _at(tags, i + 2, "unit"):
            value, count = value + 0.5, 2
        elif (_at(tags, i + 1, "again") or _at(tags, i + 1, "by")) and _at(tags, i + 2, "unit"):
            ms = min(_LONGEST, value * MILLISECONDS[tags[i + 2].text("unit")])
            return _one(tags, first, 3, duration=ms, by="by")
    if not count or not _at(tags, i + count, "unit") or not scanned.close(tags[i + count - 1], tags[i + count]):
        return None
    unit = tags[i + count]
    ordinal = scanned.folded[unit.start : unit.end] == "second" and count == 1 and "article" in tags[i]
    if ordinal and not (
        i + count + 1 == len(tags) or _at(tags, i + count + 1, "more") or _at(tags, i + count + 1, "sep")
    ):
        return None  # "a second title"
    if unit.end - unit.start == 1 and "number" not in tags[i] and unit.text("unit") in "sm":
        return None  # "a s…" is a slip, not a second
    metres = unit.text("unit") == "min" and unit.end - unit.start == 1 and scanned.folded[unit.start] == "m"
    if metres and tags[i].end != unit.start:
        return None
    count += 1
    if (
        _at(tags, i + count, "half")
        and tags[i + count].text("half") != "quarter"
        and not _unit_follows(tags, i + count)
    ):
        value, count = value + 0.5, count + 1
    return _one(tags, first, count, duration=min(_LONGEST, value * MILLISECONDS[unit.text("unit")]))


def _starts_with_unit(scanned: Scanned, tag: Tag) -> bool:
    """Whether an ordinal is a second and a noun: a 20 second clip."""
    return scanned.folded.startswith("second ", tag.start) and tag.text("ordinal") == "2"


def _unit_follows(tags: Sequence[Tag], i: int) -> bool:
    return _at(tags, i + 1, "unit") or (_at(tags, i + 1, "article") and _at(tags, i + 2, "unit"))


def _for_each(scanned: Scanned, tags: Sequence[Tag], i: int) -> Joined | None:
    """four seconds a photo."""
    if not (_at(tags, i, "duration") and _at(tags, i + 1, "article") and _at(tags, i + 2, "clip")):
        return None
    return _one(tags, i, 3, duration=tags[i].number("duration"), every="all", per="per")


def _summed(scanned: Scanned, tags: Sequence[Tag], i: int) -> Joined | None:
    """1 minute 30, 1 min and 20 s, 一分二十秒."""
    if not _at(tags, i, "duration") or "clock" in tags[i] or tags[i].number("duration") % 60_000:
        return None
    if not tags[i].number("duration"):
        return None
    nth = i + 1
    if _at(tags, nth, "sep") and tags[nth].text("sep") == "soft" and _at(tags, nth + 1, "duration"):
        nth += 1
    whole = tags[i].number("duration")
    if _at(tags, nth, "duration") and tags[nth].number("duration") < 60_000:
        return _one(tags, i, nth + 1 - i, duration=whole + tags[nth].number("duration"))
    if nth == i + 1 and _at(tags, nth, "number") and scanned.close(tags[i], tags[nth]):
        seconds = tags[nth].number("number")
        if 0 < seconds < 60 and not _at(tags, nth + 1, "clip"):
            return _one(tags, i, 2, duration=whole + seconds * 1000)
    return None


def _moment(scanned: Scanned, tags: Sequence[Tag], i: int) -> Joined | None:
    """segundo 5, ab Sekunde 3: the unit first, then the number."""
    if not (_at(tags, i, "unit") and _at(tags, i + 1, "number")) or _at(tags, i + 2, "unit"):
        return None
    if tags[i].end - tags[i].start < 3 or _at(tags, i + 2, "clip") or not scanned.close(tags[i], tags[i + 1]):
        return None
    ms = min(_LONGEST, tags[i + 1].number("number") * MILLISECONDS[tags[i].text("unit")])
    return _one(tags, i, 2, point=ms, moment_named="named")


def _range(scanned: Scanned, tags: Sequence[Tag], i: int) -> Joined | None:
    """from 2 to 5 seconds, 0:02-0:05, between 2 and 5 seconds, 第2秒到第5秒."""
    opened = _at(tags, i, "from") or _at(tags, i, "between")
    nth = i + opened
    nth += _at(tags, nth, "nth")
    left = nth
    joint = left + 1
    if not any(_at(tags, left, concept) for concept in ("duration", "number", "moment_named")):
        return None
    if not opened and _at(tags, left, "number") and _at(tags, i - 1, "clip"):
        return None  # stretch photo 2 to 6 seconds
    if not (_at(tags, joint, "to") or (_at(tags, i, "between") and _at(tags, joint, "sep"))):
        return None
    right = joint + 1
    while _at(tags, right, "nth") or _at(tags, right, "skip") or _at(tags, right, "to"):
        right += 1
    named = _at(tags, left, "moment_named") and _at(tags, right, "number") and not _at(tags, right + 1, "percent")
    if not (_at(tags, right, "duration") or _at(tags, right, "moment_named") or named):
        return None
    start, end = _ms(tags[left]), _ms(tags[right])
    return _one(tags, i, right + 1 - i, range=(start, end)) if start < end else None


def _ms(tag: Tag) -> float:
    """A moment of a range; bare numbers are seconds."""
    for concept in ("duration", "point"):
        if concept in tag:
            return tag.number(concept)
    return tag.number("number") * 1000


def _stretch(scanned: Scanned, tags: Sequence[Tag], i: int) -> Joined | None:
    """the first 3 seconds, 前三秒; the last 2 seconds, 最后两秒; at 5 seconds, 第3秒."""
    if _at(tags, i, "duration") and _at(tags, i + 1, "moment"):
        return _one(tags, i, 2, point=tags[i].number("duration"))  # 3秒から, 3초부터
    if _at(tags, i, "film_half") and _at(tags, i + 1, "unit"):  # the first half minute
        half = MILLISECONDS[tags[i + 1].text("unit")] / 2
        return _one(tags, i, 2, **{"head" if tags[i].text("film_half") == "1" else "tail": half})
    if not _at(tags, i + 1, "duration"):
        return None
    span, tag = tags[i + 1].number("duration"), tags[i]
    counted = tag.text("ordinal") == "1" and scanned.folded[tag.start] < "\u2e80"  # 第一张4秒 is a photo and its time
    if "front" in tag or counted or tag.text("when") == "start":
        return _one(tags, i, 2, head=span)
    before = tags[i - 1] if i else tag
    named = "before_last" in tag or any(c in before for c in ("for_time", "at", "skip", "article"))
    if "back" in tag or (tag.text("ordinal") == "-1" and named) or (tag.text("when") == "end" and "back" in tag):
        return _one(tags, i, 2, tail=span)
    if "nth" in tag or "at" in tag or ("after" in tag and "between" not in tag):
        return _one(tags, i, 2, point=span)
    if "from" in tag:
        return _one(tags, i, 2, point=span)
    return None

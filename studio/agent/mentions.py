"""Which photos a message names: by number, by place, by file name, by orientation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from .amounts import Joined, Rule
from .scan import Scanned, Tag
from .words import Senses, Words, is_spelled, plain


@dataclass(frozen=True, slots=True)
class Pick:
    """One way of naming photos. at: n-th, negative from the end; head, tail: so many; span: from, to; name: media name;
    shape: orientation; all: every one; half: the first (1) or second (2) half of them."""

    kind: Literal["at", "head", "tail", "span", "name", "shape", "all", "half"]
    value: int = 0
    other: int = 0
    name: str = ""


def mention_rules() -> tuple[Rule, ...]:
    """In the order they must run, after the amounts are joined."""
    return (_some_of, _numbered, _ordinals, _noun_numbers, _named, _oriented, _halves, _bare_numbers, _merged)


def names_of(names: Sequence[str], known: Words) -> Words:
    """Wordings for files: the whole name, the name without ending, and each of its words the lexicon does not know."""
    found = Words()
    for name in names:
        whole = plain(name)
        stem = whole.rpartition(".")[0] or whole
        for wording in (whole, stem, *stem.split()):
            usable = len(wording) >= (3 if is_spelled(wording[:1] or " ") else 2) and not wording.isdecimal()
            end, senses = known.longest(wording, 0)
            if usable and (end < len(wording) or yields_to_names(senses)):
                found.add(wording, "media", name)
    for name in names:
        for word in plain(name).rpartition(".")[0].split():
            for wording in _inflected(word):
                end, senses = known.longest(wording, 0)
                if end < len(wording) or yields_to_names(senses):
                    found.add(wording, "media", name)  # the exact words of another file's name stay with that file
    return found


def _inflected(word: str) -> tuple[str, ...]:
    """One of them for many, many for one: 01-dandelions.jpg is the dandelion photo."""
    if len(word) < 3 or not word.isascii() or not word.isalpha():
        return ()
    if word.endswith("ies"):
        return (word[:-3] + "y",)
    if word.endswith(("ches", "shes", "xes", "sses")):
        return (word[:-2],)
    if word.endswith("s") and not word.endswith("ss"):
        return (word[:-1],) if len(word) > 3 else ()
    return (word + "s", word[:-1] + "ies") if word.endswith("y") else (word + "s", word + "es")


def yields_to_names(senses: Senses) -> bool:
    """Whether a wording is only a word for who is in a picture: the dog one, where there is a dog.jpg."""
    return set(senses) == {"person"}


def _at(tags: Sequence[Tag], index: int, concept: str) -> bool:
    return 0 <= index < len(tags) and concept in tags[index]


def _whole(tag: Tag) -> int:
    value = tag.number("number")
    return int(value) if value == int(value) and 0 < value < 100_000 else 0


def _clips(tags: Sequence[Tag], first: int, stop: int, *picks: Pick) -> Joined:
    return stop - first, Tag(tags[first].start, tags[stop - 1].end, {"clips": picks})


def _list(tags: Sequence[Tag], start: int) -> tuple[tuple[Pick, ...], int]:
    """Numbers in a row, with commas, "and", ranges and 第 between them; where the row ends."""
    picks: list[Pick] = []
    at = start
    while True:
        item = at + _at(tags, at, "nth") + (_at(tags, at, "clip") and bool(picks) and not _at(tags, at, "nth"))
        if not (_at(tags, item, "number") and _whole(tags[item])):
            break
        value = _whole(tags[item])
        far = item + 2 + _at(tags, item + 2, "nth") + (_at(tags, item + 2, "clip") and not _at(tags, item + 2, "nth"))
        listed = _at(tags, item + 1, "sep") and tags[item + 1].text("sep") == "soft"
        if _at(tags, item + 1, "to") and not listed and _at(tags, far, "number") and _whole(tags[far]):
            picks.append(Pick("span", value, _whole(tags[far])))
            at = far + 1
        else:
            picks.append(Pick("at", value))
            at = item + 1
        joint = at
        while joint - at < 2 and _at(tags, joint, "sep") and not _at(tags, joint, "stop"):
            joint += 1
        if joint == at:
            return tuple(picks), at
        while _at(tags, joint, "skip") and not _at(tags, joint, "number"):  # la 2 y la 4
            joint += 1
        at = joint
    while at > start and not (_at(tags, at - 1, "number")):
        at -= 1
    return tuple(picks), at


def _some_of(scanned: Scanned, tags: Sequence[Tag], i: int) -> Joined | None:
    """the first three photos, 前两张, 最后两张."""
    if not _at(tags, i + 1, "number"):
        return _counted_first(tags, i)
    count = _whole(tags[i + 1])
    noun = _at(tags, i + 2, "clip") or _at(tags, i + 2, "one")
    ends = i + 2 >= len(tags) or "sep" in tags[i + 2] or "skip" in tags[i + 2]
    if not count or "one" in tags[i + 1] or not (noun or ("ordinal" in tags[i] and ends)):
        return None
    if not noun:
        return _clips(tags, i, i + 2, Pick("head" if tags[i].text("ordinal") == "1" else "tail", count))
    if "front" in tags[i] or tags[i].text("ordinal") == "1":
        return _clips(tags, i, i + 3, Pick("head", count))
    if "back" in tags[i] or tags[i].text("ordinal") == "-1":
        return _clips(tags, i, i + 3, Pick("tail", count))
    return None


def _counted_first(tags: Sequence[Tag], i: int) -> Joined | None:
    """las tres primeras fotos, les deux dernières photos."""
    if not (_at(tags, i, "number") and _whole(tags[i]) and _at(tags, i + 1, "ordinal")):
        return None
    noun = _at(tags, i + 2, "clip")
    end = {"1": "head", "-1": "tail"}.get(tags[i + 1].text("ordinal"))
    ends = i + 2 >= len(tags) or "sep" in tags[i + 2]
    if end is None or "one" in tags[i] or not (noun or (ends and _at(tags, i - 1, "skip"))):
        return None
    return _clips(tags, i, i + 2 + noun, Pick("head" if end == "head" else "tail", _whole(tags[i])))


def _numbered(scanned: Scanned, tags: Sequence[Tag], i: int) -> Joined | None:
    """第三张, 第2、5张, 第2到4张, 3号."""
    if _at(tags, i, "number") and _at(tags, i + 1, "numbered"):
        return _clips(tags, i, i + 2, Pick("at", _whole(tags[i])))
    if not _at(tags, i, "nth"):
        return None
    picks, stop = _list(tags, i)
    if not picks:
        return None
    if _at(tags, stop, "nth_place"):
        return stop + 1 - i, Tag(tags[i].start, tags[stop].end, {"nth_place": picks[0].value})
    return _clips(tags, i, stop + (1 if _at(tags, stop, "clip") else 0), *picks)


def _ordinals(scanned: Scanned, tags: Sequence[Tag], i: int) -> Joined | None:
    """the third photo, the first and the last one, 最后一张."""
    if not _at(tags, i, "ordinal"):
        return None
    picks: list[Pick] = []
    at = i
    while _at(tags, at, "ordinal"):
        picks.append(Pick("at", int(tags[at].number("ordinal"))))
        at += 1
        joint = at
        while joint - at < 3 and (_joins(scanned, tags, joint) or (joint > at and _at(tags, joint, "skip"))):
            joint += 1
        if not _at(tags, joint, "ordinal"):
            break
        at = joint
    if _at(tags, at, "clip") or _at(tags, at, "one"):
        return _clips(tags, i, at + 1, *picks)
    spelled = scanned.folded[tags[i].start]
    inherent = not is_spelled(spelled) or any(c in tags[i] for c in ("clip",))
    two_words = " " in scanned.folded[tags[i].start : tags[i].end] and "place" not in tags[i]
    if len(picks) > 1 or inherent or (two_words and "before_last" not in tags[i]):
        return _clips(tags, i, at, *picks)
    return None


def _joins(scanned: Scanned, tags: Sequence[Tag], at: int) -> bool:
    """Whether a separator lists on: "and", or a comma where a list is written with commas (Chinese has 、 for that)."""
    if not _at(tags, at, "sep") or "stop" in tags[at]:
        return False
    comma = scanned.folded[tags[at].start] == "," and is_spelled(scanned.folded[max(0, tags[at].start - 1)])
    return tags[at].text("sep") == "soft" or comma


def _noun_numbers(scanned: Scanned, tags: Sequence[Tag], i: int) -> Joined | None:
    """photo 3, photos 2, 4 and 7, photos 2 to 4, #5."""
    if not _at(tags, i, "clip") or (i and _at(tags, i - 1, "number")):
        return None
    start = i + 1
    while _at(tags, start, "clip"):  # "photo #3"
        start += 1
    picks, stop = _list(tags, start)
    return _clips(tags, i, stop, *picks) if picks and not _at(tags, stop, "clip") else None


def _named(scanned: Scanned, tags: Sequence[Tag], i: int) -> Joined | None:
    """beach.jpg, the beach one, the beach photo."""
    if not _at(tags, i, "media"):
        return None
    stop = i + 1 + (_at(tags, i + 1, "clip") or _at(tags, i + 1, "one"))
    return _clips(tags, i, stop, Pick("name", name=tags[i].text("media")))


def _oriented(scanned: Scanned, tags: Sequence[Tag], i: int) -> Joined | None:
    """the vertical ones, 横图."""
    if _at(tags, i, "orientation"):
        return _clips(tags, i, i + 1, Pick("shape", name=tags[i].text("orientation")))
    return None


def _bare_numbers(scanned: Scanned, tags: Sequence[Tag], i: int) -> Joined | None:
    """2 and 5; 3, 1, 2: numbers in a row that name photos when the verb asks for photos."""
    if not _at(tags, i, "number") or "one" in tags[i]:
        return None
    picks, stop = _list(tags, i)
    if len(picks) < 2 or _at(tags, stop, "clip") or _at(tags, stop, "unit"):
        return None
    return stop - i, Tag(tags[i].start, tags[stop - 1].end, {"numbers": picks})


def _halves(scanned: Scanned, tags: Sequence[Tag], i: int) -> Joined | None:
    """the first half, 后一半."""
    if not _at(tags, i, "film_half"):
        return None
    return _clips(tags, i, i + 1 + _at(tags, i + 1, "clip"), Pick("half", int(tags[i].number("film_half"))))


def _merged(scanned: Scanned, tags: Sequence[Tag], i: int) -> Joined | None:
    """photo 2 and photo 5; 第二张和第五张."""
    if not _at(tags, i, "clips"):
        return None
    picks, stop = picks_of(tags[i]), i + 1
    while _at(tags, stop, "sep") and tags[stop].text("sep") == "soft":
        follower = stop + 1
        while _at(tags, follower, "skip"):
            follower += 1
        if not _at(tags, follower, "clips"):
            break
        picks, stop = picks + picks_of(tags[follower]), follower + 1
    return _clips(tags, i, stop, *picks) if stop > i + 1 else None


def picks_of(tag: Tag) -> tuple[Pick, ...]:
    """The photos a tag names, as said."""
    value = tag.senses.get("clips", tag.senses.get("numbers", ()))
    return tuple(item for item in value if isinstance(item, Pick)) if isinstance(value, tuple) else ()

"""Words for the screen given without quotation marks: "titled Golden Hour", 标题写黄金时刻."""

from __future__ import annotations

from collections.abc import Sequence

from .amounts import Joined
from .scan import Scanned, Tag

_NOUNS = ("title", "caption", "text", "credits", "voice")
_STOPS = ("head", "tail", "range", "point", "duration", "all_along", "quote")
_STYLING = """
    color position text_size animation more degree skip number share sep use move at when place clip clips every says
    colon add to from for_time font film leave
"""
_ATTRIBUTES = frozenset(_STYLING.split())
_OTHER_TOPICS = ("music", "music_only", "transition", "transition_noun", "motion", "film", "own", "look", "voice")
_ASKING = (
    "add",
    "remove",
    "create",
    "change",
    "move",
    "use",
    "color",
    "position",
    "volume_word",
    *_STOPS,
    *_OTHER_TOPICS,
)
_STRONG = 4
"""A noun at most so many tags before the verb of saying belongs to it."""


def unquoted(scanned: Scanned, tags: Sequence[Tag], i: int) -> Joined | None:
    """Make a quotation of what a text noun and a verb of saying announce."""
    opener = tags[i]
    if not ("says" in opener or "colon" in opener or _bare_noun(scanned, tags, i)):
        return None
    near = tags[max(0, i - _STRONG) : i + 1]
    if not any(noun in tag for tag in near for noun in _NOUNS) or _quoted_near(tags, i):
        return None
    announced = _announced(tags, i)
    rolling = announced and any("credits" in tag for tag in near)
    stop = _sentence_end(tags, i + 1) if rolling else _end(scanned, tags, i + 1, announced=announced)
    content = list(tags[i + 1 : stop])
    while content and _loose(content[-1], first=scanned.folded[content[-1].start]):
        content.pop()
    placed = stop < len(tags) and "position" in tags[stop]
    while len(content) > 1 and _styles(scanned, content, placed=placed):
        content.pop()
    listed = announced and any("sep" in tag for tag in content)
    if not content or (not listed and all(any(sense in _ATTRIBUTES for sense in tag.senses) for tag in content)):
        return None
    text = scanned.original(opener.end, content[-1].end).strip().strip(":：=- ").strip()
    if not text:
        return None
    kept = {key: value for key, value in opener.senses.items() if key in _NOUNS}
    return 1 + len(content), Tag(opener.start, content[-1].end, {**kept, "quote": text, "told": "told"})


def _styles(scanned: Scanned, content: Sequence[Tag], *, placed: bool) -> bool:
    """Whether the last word tells how the words look: SUMMER SALE big; small where they stand follows, too."""
    last, before = content[-1], scanned.original(content[-2].start, content[-2].end)
    sized = "text_size" in last or "position" in last
    lower = scanned.original(last.start, last.end)[:1].islower()
    return sized and lower and (placed or (before.isupper() and len(before) > 1))


def _bare_noun(scanned: Scanned, tags: Sequence[Tag], i: int) -> bool:
    """add title Golden Hour: a capital right after the noun; 加标题夏天: a character no wording knows."""
    if not ("title" in tags[i] or "caption" in tags[i]) or i + 1 >= len(tags):
        return False
    follower = tags[i + 1]
    if "letter" in follower:
        return any("add" in tag for tag in tags[max(0, i - 2) : i]) and scanned.close(tags[i], follower)
    first = scanned.original(follower.start, follower.end)[:1]
    return first.isupper() and scanned.close(tags[i], follower) and "sep" not in follower


def _quoted_near(tags: Sequence[Tag], i: int) -> bool:
    """Whether the words are in quotation marks after all."""
    for tag in tags[i + 1 : i + 6]:
        if "quote" in tag:
            return True
        if "stop" in tag:
            return False
    return False


def _announced(tags: Sequence[Tag], i: int) -> bool:
    """Whether a colon announces the words: then a comma is one of them."""
    return any("colon" in tag for tag in tags[i : i + 2])


def _end(scanned: Scanned, tags: Sequence[Tag], start: int, *, announced: bool) -> int:
    at = start
    while at < len(tags):
        tag = tags[at]
        if any(stop in tag for stop in _STOPS) or "stop" in tag:
            return at
        listed = announced and (not _asks(tags, at + 1) or _list_item(scanned, tags, at + 1))
        if tag.text("sep") == "hard" and not listed:
            return at
        if scanned.folded[tag.start] == "、" and _asks(tags, at + 1):
            return at
        if "sep" in tag and _turns(tags, at + 1):
            return at
        phrase = scanned.folded[tag.start : tag.end]
        if "position" in tag and (" " in phrase or (at > start and ("move" in tags[at - 1] or "at" in tags[at - 1]))):
            return at
        if ("when" in tag or "place" in tag) and " " in phrase and at > start and _ends_clause(tags, at):
            return at
        if "position" in tag and at > start and _closes(scanned, tags, start, at):
            return at
        styled = any("color" in t or "text_size" in t for t in tags[at + 1 : at + 3])
        if phrase == "in" and styled:
            return at
        at += 1
    return at


def _sentence_end(tags: Sequence[Tag], start: int) -> int:
    return next((at for at in range(start, len(tags)) if "stop" in tags[at] or "quote" in tags[at]), len(tags))


def _list_item(scanned: Scanned, tags: Sequence[Tag], start: int) -> bool:
    """Whether one word with a capital stands between two separators, as the items of a list do: Rein, Raus."""
    if (
        start >= len(tags)
        or "sep" in tags[start]
        or not scanned.original(tags[start].start, tags[start].end)[0].isupper()
    ):
        return False
    return start + 1 == len(tags) or "sep" in tags[start + 1]


def _ends_clause(tags: Sequence[Tag], at: int) -> bool:
    return at + 1 == len(tags) or "sep" in tags[at + 1]


def _closes(scanned: Scanned, tags: Sequence[Tag], start: int, at: int) -> bool:
    """Whether a place ends the clause behind words that begin with a capital, as titles do, while it does not."""
    last = at + 1 == len(tags) or "sep" in tags[at + 1]
    first = scanned.original(tags[start].start, tags[start].end)[:1]
    return last and first.isupper() and scanned.original(tags[at].start, tags[at].end)[:1].islower()


def _turns(tags: Sequence[Tag], start: int) -> bool:
    """Whether the talk turns to something else within a few words."""
    return any(topic in tag for tag in tags[start : start + 4] for topic in _OTHER_TOPICS)


def _asks(tags: Sequence[Tag], start: int) -> bool:
    """Whether the words up to the next separator ask for something."""
    words = False
    for tag in tags[start:]:
        if "sep" in tag and words:
            return False
        words = words or "sep" not in tag
        if any(concept in tag for concept in _ASKING):
            return True
    return False


def _loose(tag: Tag, *, first: str) -> bool:
    """Whether a tag at the end is not part of the words. first: its first letter; where verbs come last, they end what
    is asked, and Chinese has few words that only round a sentence off.
    """
    if "\u4e00" <= first <= "\u9fff" and "skip" in tag and "softener" not in tag and "sep" not in tag:
        return False
    if first >= "\u3040" and any(verb in tag for verb in ("create", "use", "add", "change")):
        return True
    return set(tag.senses) <= {
        "skip",
        "for_time",
        "at",
        "to",
        "from",
        "move",
        "sep",
        "article",
        "before_last",
        "ordinal",
    }

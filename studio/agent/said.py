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
_VERBS = ("add", "remove", "create", "change", "move", "use", "swap", "more", "fade", *_OTHER_TOPICS)
_TOPICAL = (
    *_OTHER_TOPICS,
    *_NOUNS,
    "clip",
    "every",
    "duration",
    "aspect",
    "look_noun",
    "color",
    "position",
    "fade",
    "more",
)
"""What a request speaks of, which no name does."""

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
    script = "colon" in opener or ("voice" in opener and "says" in opener)
    if script and any("voice" in tag for tag in near):
        return _script(scanned, tags, i)
    rolling = announced and any("credits" in tag for tag in near)
    stop = _sentence_end(tags, i + 1) if rolling else _end(scanned, tags, i + 1, announced=announced)
    to_the_end = announced and not rolling and (stop == len(tags) or scanned.folded[tags[stop].start] in "\n!?！？")
    content = list(tags[i + 1 : stop])
    while content and _loose(content[-1], first=scanned.folded[content[-1].start]):
        content.pop()
    placed = stop < len(tags) and "position" in tags[stop]
    while len(content) > 1 and _styles(scanned, content, placed=placed):
        content.pop()
    listed = announced and any("sep" in tag for tag in content)
    if not content or (not listed and all(any(sense in _ATTRIBUTES for sense in tag.senses) for tag in content)):
        return None
    end = content[-1].end + len(_unworded(scanned, tags, i + 1 + len(content), content[-1].end, marks=to_the_end))
    text = scanned.original(opener.end, end).strip().strip(":：=- ").strip()
    if not text:
        return None
    kept = {key: value for key, value in opener.senses.items() if key in (*_NOUNS, "change")}
    return 1 + len(content), Tag(opener.start, content[-1].end, {**kept, "quote": text, "told": "told"})


def _unworded(scanned: Scanned, tags: Sequence[Tag], follower: int, end: int, *, marks: bool) -> str:
    """What ends the words and is none: an emoji; with marks, the exclamation or question mark of a whole line."""
    limit = tags[follower].start if follower < len(tags) else len(scanned.folded)
    if marks and follower < len(tags) and scanned.folded[tags[follower].start] in "!?！？":
        limit = tags[follower].end
    between = scanned.folded[end:limit]
    shown = between.rstrip()
    return (
        shown if any(letter > "\u2190" and not letter.isalnum() for letter in shown) or shown[-1:] in ("!", "?") else ""
    )


def second_text(scanned: Scanned, tags: Sequence[Tag], i: int) -> Joined | None:
    """Other words that the same verb puts elsewhere: the title Our Big Day at the start and The End at the end."""
    if i < 2 or tags[i - 1].text("sep") != "soft" or "when" not in tags[i - 2]:
        return None
    near = tags[max(0, i - 6) : i]
    written = next((noun for noun in ("title", "caption") if any(noun in tag and "told" in tag for tag in near)), "")
    if not written:
        return None
    stop = next((at for at in range(i, len(tags)) if "when" in tags[at] and _ends_clause(tags, at)), 0)
    if stop <= i or any("sep" in tag or "quote" in tag for tag in tags[i:stop]):
        return None
    text = scanned.original(tags[i].start, tags[stop - 1].end)
    if not text[:1].isupper():
        return None
    return stop - i, Tag(tags[i].start, tags[stop - 1].end, {written: written, "quote": text, "told": "told"})


def _script(scanned: Scanned, tags: Sequence[Tag], i: int) -> Joined | None:
    """What a voice shall read: whole sentences, as far as nothing else is asked in one."""
    start = i + 1 + (i + 1 < len(tags) and "colon" in tags[i + 1])
    stop = _sentence_end(tags, start)
    while stop < len(tags) and "stop" in tags[stop] and not _asks(tags[: _sentence_end(tags, stop + 1)], stop + 1):
        following = _sentence_end(tags, stop + 1)
        if following == stop + 1:
            break
        stop = following
    if stop <= start:
        return None
    text = scanned.original(tags[start].start, tags[stop - 1].end).strip().strip(":：=- ").strip()
    return (
        (stop - i, Tag(tags[i].start, tags[stop - 1].end, {"voice": "voice", "quote": text, "told": "told"}))
        if text
        else None
    )


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
        if announced and scanned.folded[tag.start] == "\n" and at > start:
            return at
        if announced and "stop" in tag and at + 1 < len(tags) and not _new_request(scanned, tags, at):
            at += 1
            continue
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


def _new_request(scanned: Scanned, tags: Sequence[Tag], stop: int) -> bool:
    """Whether a sentence behind announced words asks for something, or a new line begins; St. Moritz goes on."""
    mark, follower = tags[stop], tags[stop + 1]
    if scanned.folded[mark.end : follower.start].strip() or scanned.folded[follower.start] == "\n":
        return scanned.folded[follower.start] == "\n"
    if "quote" in follower:
        return True
    ahead = []
    for tag in tags[stop + 1 :]:
        if "stop" in tag or scanned.folded[tag.start] == "\n":
            break
        ahead.append(tag)
    lead = next((tag for tag in ahead if "skip" not in tag or any(verb in tag for verb in _VERBS)), None)
    topics = sum(1 for tag in ahead if any(concept in tag for concept in _TOPICAL))
    return lead is not None and (any(verb in lead for verb in _VERBS) and len(ahead) > 1 and topics > 0)


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
        *(("change", "correct") if first.islower() else ()),
        "skip",
        "definite",
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

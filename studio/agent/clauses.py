"""A message cut into clauses, each with what it is about."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from .mentions import Pick, picks_of
from .scan import Scanned, Tag
from .strangers import stranger

TOPICS: Mapping[str, str] = {
    "title": "text",
    "caption": "text",
    "text": "text",
    "credits": "text",
    "roll": "text",
    "lower_third": "text",
    "quote": "text",
    "voice": "voice",
    "music": "sound",
    "own": "sound",
    "volume": "sound",
    "volume_word": "sound",
    "music_only": "sound",
    "clip_sound": "clip_sound",
    "transition": "transition",
    "transition_noun": "transition",
    "motion": "motion",
    "zoom": "motion",
    "fade": "fade",
    "look": "look",
    "look_noun": "look",
    "clips": "photo",
    "numbers": "photo",
    "clip": "photo",
    "every": "photo",
    "others": "photo",
    "film": "film",
    "aspect": "film",
    "platform": "film",
    "ratio_of": "film",
    "pace_noun": "film",
}
"""Which concepts name a subject. A wording with several senses names several."""

_OWN_DOING = (
    "create",
    "undo",
    "redo",
    "dont",
    "negate",
    "more",
    "duration",
    "factor",
    "duplicate",
    "motion",
    "except_for",
)
_MAIN = ("text", "voice", "clip_sound", "sound", "transition", "motion", "fade")
_INHERITED = ("remove", "add", "change", "move", "swap", "use", "keep_only", "same")
_TELLING = """
    remove add change move swap use keep_only same duration share head tail range point number pace more color position
    text_size mood place sort reverse undo redo reset create frame_rate pixels size_word all_along when animation
    start_with end_with duplicate order media replace bring_back leave dont negate unmute add_photos assent refuse go
    correct retouch generate overlay font transcribe act platform_loose loop again ordinal factor ask link
    trim shift beat dislike praise that_one background file_format per vanish enough twin except_for
"""
_CONTENT = frozenset(TOPICS) | frozenset(_TELLING.split())
_TEXT_WORDS = "color position text_size animation head tail range point all_along at for_time from to starting"
_MUSIC_WORDS = "share volume volume_word at number percent point skip starting"
_PLACE_WORDS = "when place head tail range point position clips ordinal at back front from to for_time"
_READING = frozenset(("voice", "says", "skip"))
_LEADING = frozenset(("skip", "article", "at", "to", "except_for", "before_last"))
_POINTING = frozenset(("skip", "person", "it", "use", "takes", "that_one"))
_OF_TEXT, _OF_MUSIC, _OF_PLACE = (frozenset(words.split()) for words in (_TEXT_WORDS, _MUSIC_WORDS, _PLACE_WORDS))


@dataclass(slots=True)
class Clause:
    """Tags of one clause. verbs: what the clause before it did, where this one has no verb of its own.

    after: the topic of the clause before it in the same message. named: the photos named by the clauses before it.
    written: whether the words before it were a title or a caption. said: the user's own words for it. strays: those of
    what joined it and means nothing here. stranger: what the clauses before it call a photo that has no such name.
    taken: tags a reader has used up.
    """

    tags: tuple[Tag, ...]
    verbs: frozenset[str] = frozenset()
    after: str = ""
    asked: bool = False
    named: tuple[Pick, ...] = ()
    said: str = ""
    strays: tuple[str, ...] = ()
    written: str = ""
    stranger: str = ""
    taken: set[int] = field(default_factory=set)

    def has(self, *concepts: str) -> bool:
        """Whether any tag means one of these."""
        return any(concept in tag.senses for tag in self.tags for concept in concepts)

    def does(self, *verbs: str) -> bool:
        """Whether the clause asks for one of these doings, itself or through the clause before it."""
        return self.has(*verbs) or any(verb in self.verbs for verb in verbs)

    def all(self, concept: str) -> list[Tag]:
        """The tags that mean this and are still free."""
        return [tag for tag in self.tags if concept in tag.senses and id(tag) not in self.taken]

    def first(self, concept: str) -> Tag | None:
        """The first free tag that means this."""
        return next(iter(self.all(concept)), None)

    def value(self, concept: str) -> str:
        """The word value of the first free tag that means this, or ""."""
        tag = self.first(concept)
        return tag.text(concept) if tag else ""

    def take(self, concept: str, owner: str = "", *, least: bool = False) -> Tag | None:
        """Use up the first free tag that means this; with owner, only one that stands nearest to that topic.

        least: the smallest of them instead of the first.
        """
        fitting = [tag for tag in self.all(concept) if not owner or self.owner(tag) in (owner, "")]
        if not fitting:
            return None
        chosen = min(fitting, key=lambda tag: tag.number(concept)) if least else fitting[0]
        self.taken.add(id(chosen))
        return chosen

    @property
    def topics(self) -> frozenset[str]:
        """Everything the clause names."""
        return frozenset(TOPICS[concept] for tag in self.tags for concept in tag.senses if concept in TOPICS)

    def owner(self, tag: Tag) -> str:
        """The topic named nearest to a tag; what follows is a little nearer than what went before; "" without any."""
        best, topic = 1_000_000.0, ""
        for other in self.tags:
            if other is tag:
                continue
            gap = other.start - tag.end if other.start >= tag.end else tag.start - other.end + 1.5
            named = next((TOPICS[concept] for concept in TOPICS if concept in other.senses), "")
            if named and gap < best:
                best, topic = gap, named
        return topic

    @property
    def only_removes(self) -> bool:
        """Whether nothing is said but that something is to go: remove it."""
        own = [tag for tag in self.tags if not _any(tag, _POINTING) or "remove" in tag]
        return bool(own) and all("remove" in tag for tag in own)

    @property
    def unknown_name(self) -> str:
        """What somebody calls a photo that has no such name: the beach one, 厨房那张; "" where nothing is called so."""
        for index, noun in enumerate(self.tags):
            if not ("one" in noun or "clip" in noun or "that_one" in noun):
                continue
            letters, at = "", index - 1
            while at >= 0 and "letter" in self.tags[at] and self.tags[at].end == self.tags[at + 1].start:
                letters, at = self.tags[at].text("letter") + letters, at - 1
            if name := letters or (self.tags[index - 1].text("word") if index else ""):
                return name
        lone = [tag for tag in self.tags if "word" in tag]
        return lone[0].text("word") if len(lone) == 1 else ""

    @property
    def lone(self) -> tuple[Pick, ...]:
        """The photos that ordinals alone name: to the first, das dritte; not "first, …", which says when."""
        found = []
        for index, tag in enumerate(self.tags):
            before = self.tags[index - 1] if index else tag
            led = index > 0 and _any(before, _LEADING) and not ("sep" in before and "skip" not in before)
            if "ordinal" in tag and (led or not ("place" in tag or "when" in tag)):
                found.append(Pick("at", int(tag.number("ordinal"))))
        return tuple(found)

    @property
    def picks(self) -> tuple[Pick, ...]:
        """The photos named, in the order named."""
        return tuple(pick for tag in self.tags for pick in picks_of(tag))


def clauses(scanned: Scanned) -> tuple[Clause, ...]:
    """Cut at separators; what says nothing by itself joins the clause before it."""
    result: list[Clause] = []
    for tags, opened in _pieces(scanned.tags):
        asked = any("asked" in tag for tag in tags)
        words = tuple(tag for tag in tags if "stop" not in tag)
        telling = any(concept in _CONTENT for tag in words for concept in tag.senses)
        listed = result and _only_quotes(result[-1]) and any("quote" in tag for tag in words)
        listed = listed or (result and _only_quotes(result[-1]) and all(_any(tag, _READING) for tag in words))
        if result and words and not opened and (not telling or listed or _continues(words, result[-1])):
            if not telling and is_strange(words):
                result[-1].strays += (scanned.original(words[0].start, words[-1].end),)
            result[-1].tags += words
            result[-1].asked |= asked
            continue
        if not words:
            if result:
                result[-1].asked |= asked
            continue
        clause = Clause(words, asked=asked)
        if (
            result
            and not opened
            and (_leads_in(result[-1], clause) or _named_ahead(result[-1], clause) or _complained(result[-1], clause))
        ):
            clause.tags = result.pop().tags + clause.tags
        if result:
            _inherit(clause, result[-1])
        result.append(clause)
    for clause in result:
        _put_together(clause)
        clause.said = scanned.original(clause.tags[0].start, clause.tags[-1].end)
    return tuple(result)


def _put_together(clause: Clause) -> None:
    """Let a verb and its particle mean what they mean together: take that one out, put photo 3 back."""
    for index, tag in enumerate(clause.tags):
        for later in clause.tags[index + 1 :]:
            together = tag.text("takes")
            if together and together == later.text("particle") and not clause.has("quote", "place"):
                senses = {key: value for key, value in tag.senses.items() if key not in ("create", "add", "move")}
                verb = tag.meaning(**{**senses, together: together})
                clause.tags = (*clause.tags[:index], verb, *clause.tags[index + 1 :])
                return


def is_strange(tags: Sequence[Tag]) -> bool:
    """Whether a run has so much unknown in it that it is a wish not understood; one word is a name, or chatter."""
    words, letters = (sum(1 for tag in tags if kind in tag) for kind in ("word", "letter"))
    return words >= 2 or letters >= 3


def _continues(tags: Sequence[Tag], before: Clause) -> bool:
    """Whether a run only goes on with what is before it: another quotation, the photo that replaces one, or how and
    when the words or the music just named shall be."""
    own = [tag for tag in tags if not ("skip" in tag or "add" in tag)]
    if not own:
        return False
    if all("quote" in tag and not ("title" in tag or "caption" in tag) for tag in own):
        return before.has("quote", "title", "caption", "voice")
    if all("clips" in tag for tag in own):
        placed = before.has("place", "start_with", "end_with") and not before.has("before", "after", "fade", "motion")
        return before.has("clips") and (before.has("replace") or placed)
    if before.has("quote"):
        timed = any("for_time" in tag for tag in own)
        placed = any("position" in tag for tag in own)
        if any("clips" in tag for tag in own) and all("clips" in tag or "move" in tag or "at" in tag for tag in own):
            return True  # 放在第2张
        return all(_any(tag, _OF_TEXT) or (timed and "duration" in tag) or (placed and "move" in tag) for tag in own)
    started = any("point" in tag for tag in own)  # 从第10秒开始放
    fits = all(_any(tag, _OF_MUSIC) or (started and ("move" in tag or "from" in tag)) for tag in own)
    return before.has("music", "music_only", "own", "voice") and fits


def _only_quotes(clause: Clause) -> bool:
    """Whether a clause has named words for the screen and nothing about them yet: add "A" and "B" as captions."""
    return clause.has("quote") and all(_any(tag, frozenset(("quote", "add", "skip"))) for tag in clause.tags)


def _leads_in(clause: Clause, following: Clause) -> bool:
    """Whether a clause only says when or where, for the next one: "at the end, add …"; not "photo 2 first, photo 3"."""
    own = [tag for tag in clause.tags if "skip" not in tag]
    if not following.has(*TOPICS) or (clause.has("clips") and clause.has("place") and following.has("clips")):
        return False
    return bool(own) and not clause.verbs and all(_any(tag, _OF_PLACE) for tag in own)


def _named_ahead(clause: Clause, following: Clause) -> bool:
    """Whether a clause only names the photos that the next one is about: "the last one, hold it for 6 seconds"."""
    own = [tag for tag in clause.tags if "skip" not in tag]
    about_it = following.has("hold", "duration", "more", "motion", "still", "remove", "trim", "duplicate")
    elsewhere = following.has("clips", "clip", "numbers", "every", "film", "music", "own", "title", "quote")
    named = bool(own) and all("clips" in tag for tag in own) and not clause.verbs
    return named and about_it and not elsewhere


def _complained(clause: Clause, following: Clause) -> bool:
    """Whether a complaint leads up to the amount that is enough: too long, 3 seconds will do."""
    own = [tag for tag in clause.tags if "skip" not in tag]
    return bool(own) and all("more" in tag or "degree" in tag for tag in own) and following.has("enough")


def _any(tag: Tag, concepts: frozenset[str]) -> bool:
    return any(concept in tag for concept in concepts)


def _pieces(tags: Sequence[Tag]) -> list[tuple[tuple[Tag, ...], bool]]:
    """Runs between separators; whether a run begins a sentence."""
    pieces: list[tuple[tuple[Tag, ...], bool]] = []
    run: list[Tag] = []
    opened = True
    for tag in tags:
        if "sep" not in tag or "colon" in tag:
            run.append(tag)
            continue
        if "stop" in tag:
            run.append(tag)
        if run:
            pieces.append((tuple(run), opened))
            run, opened = [], False
        if "stop" in tag:
            opened = True
        telling = any(concept in TOPICS or concept in ("add", "again", "except_for") for concept in tag.senses)
        if telling and "stop" not in tag and "skip" not in tag:
            run = [tag]
    return [*pieces, *([(tuple(run), opened)] if run else [])]


def _inherit(clause: Clause, before: Clause) -> None:
    own = [verb for verb in _INHERITED if clause.has(verb)]
    if not own and not clause.has(*_OWN_DOING):
        clause.verbs = frozenset(verb for verb in _INHERITED if before.does(verb))
    clause.after = main_topic(before) or before.after
    clause.named = before.named + (before.picks or before.lone)
    clause.stranger = before.stranger or stranger(before)
    clause.written = next((role for role in ("title", "caption") if before.has(role)), before.written)


def main_topic(clause: Clause) -> str:
    """The one thing a clause is about, for what is said about it next."""
    topics = clause.topics
    return next((name for name in _MAIN if name in topics), "")

"""Clauses: the pieces of an utterance that each ask for one thing, or set the scene for another."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from operator import or_
from typing import Literal

from .reading import Hit
from .senses import readings, request_follows, settled, tells_of_a_film
from .vocabulary import Lexicon, tag_bits, tag_mask

ClauseKind = Literal["main", "before", "after", "if", "reason"]

_B = tag_bits()
_VERBAL = tag_mask("verbal")
_HEADS = tag_mask("heads")
_LIGHT = tag_mask("light")
_OPENING: tuple[tuple[int, ClauseKind], ...] = (
    (_B["before"], "before"),
    (_B["after"], "after"),
    (_B["if"], "if"),
    (_B["reason"], "reason"),
)
_CLOSING: tuple[tuple[int, ClauseKind], ...] = (
    (_B["before_end"], "before"),
    (_B["after_end"], "after"),
    (_B["if_end"], "if"),
)
_OPENS = _B["before"] | _B["after"] | _B["if"] | _B["reason"]
_CLOSES = _B["before_end"] | _B["after_end"] | _B["if_end"] | _B["not_this"]
_ACTS = _B["export"] | _B["save"] | _B["send"] | _B["send_me"] | _B["edit"] | _B["upload"] | _B["ROW_WORD"] | _B["give"]
_HANDS_OVER = _B["give"] | _B["send"] | _B["send_me"]
_MAIN_VERBS = _B["edit"] | _B["export"] | _B["upload"] | _B["show"] | _B["save"] | _B["ROW_WORD"]
_JOINTS = _B["then"] | _B["but"] | _B["and"]
_WORK_OR_ACTS = _ACTS | _B["show"] | _B["move"]
_INTRODUCES_TEXT = _B["person"] | _B["part"] | _B["says"] | _B["onscreen"]
_FILMS = _B["result"] | _B["media"]
_NAMES = _FILMS | _B["part"] | _B["credit"] | _B["credit_sure"] | _B["finished"] | _B["status"]
_DENIES = _B["neg"] | _B["cancel"]
_IF, _THEN, _ASKS, _SHOW = _B["if"], _B["then"], _B["asks"], _B["show"]
_IF_OR_THEN, _ASKS_DONE = _IF | _THEN, _ASKS | _B["done"]
_TOPIC, _RESULT, _SEND_ME = _B["topic"], _B["result"], _B["send_me"]
_Q, _NEG, _A, _FIRST = _B["Q"], _B["NEG"], _B["a"], _B["first"]
_EXPORT, _EXPORT_NOUN, _UPLOAD, _EDIT, _PLEASE = (
    _B[name] for name in ("export", "export_noun", "upload", "edit", "please")
)
_REASON, _WANT = _B["reason"], _B["want"]
_WISHES = _WANT | _PLEASE | _B["small"] | _B["to_me"] | _B["to_you"]
_COPULA, _SHOTS = _B["copula"], _B["media"] | _B["part"]
_HANDS_IN = _HANDS_OVER | _UPLOAD | _B["bring"] | _B["will"] | _B["may"] | _B["to_you"]
_SAYS, _CHANGED, _THEN_OR_BUT, _FINISHED = (
    _B["says"],
    _B["changed"],
    _B["then"] | _B["but"],
    _ACTS | _B["done"] | _B["finished"],
)
_VERB_OR_NOUN = _EXPORT | _UPLOAD | _EDIT
_MAY_LEAD = _JOINTS | _PLEASE | _B["neg_request"]
# "what comes after the title": behind a question word they stand before a place, not before a clause
_BESIDE, _WHAT = _B["before"] | _B["after"], _B["what"]
_DONE_WITH = _B["done_with"]
# Chinese 把 takes up a thing to do something with it
_TAKES_UP = _B["give"] | _B["the"] | _B["bring"]
_SPEAKS_UP = _B["want"] | _B["request"] | _B["may"]
_MAY_CUT = _OPENS | _CLOSES | _JOINTS | _WORK_OR_ACTS | _HANDS_OVER | _TOPIC | _SAYS | _SPEAKS_UP
"""The tags of words at which `_Cutter.word` may do anything but take them."""
_QUOTE, _NEG_REQUEST, _BARE, _SHORT = (_B[name] for name in ("QUOTE", "neg_request", "BARE", "SHORT"))
_WORDS = frozenset(("word", "glued"))
_STOPS = frozenset(("stop", "comma", "colon"))
_SET_DOWN = _FINISHED | _B["copula"] | _B["part"] | _B["media"] | _B["changed"]
_HAPPENED = _FINISHED | _B["placed"]
_SHORTEST_CONDITION = 3
_READ_AHEAD = 3
_SHORT_WORDS = 4


class Clause:
    """Hits of one clause, and where it stands in the folded text: [start, end).

    whole: all tags; governed: what its head lets stand; leads: it says "first" about itself.
    """

    __slots__ = ("end", "governed", "hits", "kind", "leads", "start", "whole")

    def __init__(self, kind: ClauseKind, hits: Sequence[Hit]) -> None:
        self.kind = kind
        self.hits = hits
        self.start = hits[0].start
        self.end = hits[-1].end
        self.whole = 0
        self.governed = 0
        self.leads = False


def split(hits: list[Hit], lexicon: Lexicon) -> list[Clause]:
    """Cut a row of hits into clauses, in order; every hit but the stops belongs to one."""
    hits = settled(hits)
    cutter = _Cutter(hits, lexicon)
    for place, hit in enumerate(hits):
        _, _, tags, _, kind = hit
        if kind in _STOPS:
            cutter.stop(place, hit)
        elif cutter.content:
            cutter.current.append(hit._replace(tags=_QUOTE, kind="quote"))
        elif tags & _MAY_CUT or cutter.topical:
            cutter.word(place, hit)
        else:
            cutter.current.append(hit)
            cutter.tags |= tags
    cutter.close()
    for clause in cutter.clauses:
        _weigh(clause, lexicon)
    return cutter.clauses


class _Cutter:
    """Where the cutting stands.

    content: what follows is text for the screen, up to the end of the sentence; told: it was opened by a verb and no
    colon; topical: it is what a new film is about, up to the end of the clause.
    """

    __slots__ = (
        "clauses",
        "content",
        "current",
        "hits",
        "kind",
        "lexicon",
        "sentence_start",
        "tags",
        "told",
        "topical",
    )

    def __init__(self, hits: list[Hit], lexicon: Lexicon) -> None:
        self.hits = hits
        self.lexicon = lexicon
        self.clauses: list[Clause] = []
        self.sentence_start = 0
        self.current: list[Hit] = []
        self.kind: ClauseKind = "main"
        self.tags = 0
        self.content = self.told = self.topical = False

    def close(self, as_kind: ClauseKind | None = None) -> None:
        """End the clause at hand, if it has begun."""
        current = self.current
        if current:
            self.clauses.append(Clause(as_kind or self.kind, current))
        self.current, self.kind, self.tags, self.topical = [], "main", 0, False

    def stop(self, place: int, hit: Hit) -> None:
        """Take a mark between sentences or clauses."""
        if hit.kind == "stop":
            self.close()
            self.content = False
            if any(mark in hit.text for mark in "?？؟"):
                _ask(self.clauses[self.sentence_start :])
            self.sentence_start = len(self.clauses)
        elif self.content:
            self.told = self.told and hit.kind == "comma"
            if self.told and request_follows(self.hits, place, self.tags):
                self.close()
                self.content = False
        elif hit.kind == "comma":
            if not self._wishes(place):
                self.close()
        elif place + 1 == len(self.hits) or self.hits[place + 1].kind != "url":
            if self.tags & _INTRODUCES_TEXT or tells_of_a_film(self.current):
                self.content, self.told = True, False
            else:
                self.close()

    def word(self, place: int, read: Hit) -> None:
        """Take a word or a piece of content."""
        hit = self._as_auxiliary(read) if self.lexicon.verb_final else read
        own = hit.tags
        if own & _IF_OR_THEN and place and self._tells_whether(own):
            # "tell me if it is done": what follows is asked, no condition
            hit = hit._replace(tags=own & ~_IF_OR_THEN | (_ASKS_DONE if own & _THEN else _ASKS))
            own = hit.tags
        if own & _REASON and self.tags & _WANT and not self.tags & ~_WISHES:
            # "I want that you ..." in languages that say it with the word for a purpose
            own &= ~_REASON
            hit = hit._replace(tags=own)
        if own & _OPENS and (place == 0 or not own & _ACTS) and not (own & _BESIDE and self.tags & _WHAT):
            self.close()
            self.kind = next(name for bit, name in _OPENING if own & bit)
        elif self.current and self._starts_clause(place, own):
            self.close()
        if self.topical:
            self.current.append(hit._replace(tags=_QUOTE, kind="quote"))
            return
        self.topical = bool(own & _TOPIC and self.tags & _A and self._makes_something())
        if own & _SAYS and not (place + 1 < len(self.hits) and self.hits[place + 1].tags & _CHANGED):
            # "which voice is reading the intro" asks
            self.content = self.told = not (self.tags & _WHAT and self.current[-1].tags & _COPULA)
        self.current.append(hit)
        self.tags |= own
        if own & _CLOSES and not (own & _FIRST and all(hit.tags & _MAY_LEAD for hit in self.current[:-1])):
            # Turkish "önce" closes what comes later; with nothing before it, it says "first"
            self.close(next((name for bit, name in _CLOSING if own & bit), "main"))

    def _wishes(self, place: int) -> bool:
        """Whether nothing but "I want" stands before the comma, and what is wanted behind it."""
        following = self.hits[place + 1].tags if place + 1 < len(self.hits) else 0
        return bool(following & _REASON and self.tags & _WANT) and not self.tags & ~_WISHES

    def _makes_something(self) -> bool:
        """Whether what is told about is a film or a wished shot named right before, or whatever an edit makes."""
        if not self.current:
            return False
        named = self.current[-1].tags
        wished = named & _SHOTS and self.tags & _WANT and not self.tags & _HANDS_IN
        return bool(named & _RESULT or self.tags & _EDIT or wished)

    def _tells_whether(self, own: int) -> bool:
        """Whether a verb of telling stands right before an "if", or with one word in between."""
        return bool(own & (_IF | _ASKS)) and any(hit.tags & _SHOW for hit in self.current[-2:])

    def _as_auxiliary(self, hit: Hit) -> Hit:
        """In verb-final languages "make it for me" ends in a verb of giving that hands nothing over."""
        behind_a_verb = bool(self.current) and bool(self.current[-1].tags & _MAIN_VERBS)
        if behind_a_verb and hit.tags & _HANDS_OVER and not hit.tags & (_NAMES | _B["sure"]):
            return hit._replace(tags=hit.tags & ~_HANDS_OVER | _B["please"])
        return hit

    def _starts_clause(self, place: int, own: int) -> bool:
        """Whether a clause begins without a stop: at a joint, at a second verb, behind a finished condition."""
        if own & _JOINTS and _opens_clause(self.hits, place, own):
            return True
        if own & _ACTS and self.tags & (_ACTS | _SHOW) and self.lexicon.verb_final and not own & _NEG:
            return True
        if own & _SEND_ME and self.tags & _EDIT:
            return True
        if own & _SHOW and self.tags & _DENIES and self.tags & _ACTS and not own & _DENIES:
            # "no need to send it just tell me how far it is"
            return True
        if own & _ACTS and (self.tags & _DONE_WITH or (own & _TAKES_UP == _TAKES_UP and self.tags & _EDIT)):
            return True
        if self.kind == "main":
            return False
        if own & _ACTS and len(self.current) >= _SHORTEST_CONDITION and self.current[-1].tags & _PLEASE:
            # "if it's fine just give me the download"
            return not _has_subject(self.current[:-1])
        if own & _SPEAKS_UP and self.tags & _SET_DOWN and len(self.current) >= _SHORTEST_CONDITION:
            return True
        return bool(own & _WORK_OR_ACTS and self.tags & _HAPPENED) and not _has_subject(self.current)


def _ask(sentence: list[Clause]) -> None:
    """A question mark belongs to the last clause of its sentence, and to the one before a mere "please"."""
    for clause in reversed(sentence):
        clause.whole |= _Q
        if any(not hit.tags & _B["please"] for hit in clause.hits):
            break


def _has_subject(current: list[Hit]) -> bool:
    """Whether the word before is a pronoun, so that a verb behind it belongs to the same clause."""
    return bool(current) and current[-1].text in ("you", "we", "i", "they", "to")


def _opens_clause(hits: list[Hit], place: int, own: int) -> bool:
    if own & _THEN_OR_BUT:
        return True
    for following in hits[place + 1 : place + 1 + _READ_AHEAD]:
        if following.kind in ("stop", "comma"):
            return False
        if following.tags & _VERBAL:
            return True
        if following.tags & (_B["media"] | _B["part"]):
            return False
    return False


def _weigh(clause: Clause, lexicon: Lexicon) -> None:
    """Sum up a clause's tags, whole and as governed by its head."""
    hits = clause.hits
    tags = [own for _, _, own, _, _ in hits]
    said = reduce(or_, tags)
    clause.leads = bool(said & _FIRST) and _leads(hits)
    if said & _VERB_OR_NOUN:
        tags = readings(hits, tags)
        said = reduce(or_, tags)
    whole = said | clause.whole & _Q | _size(hits, tags)
    if whole & _DENIES and not whole & _NEG_REQUEST:
        whole |= _NEG
    clause.whole, clause.governed = _govern(tags, whole, lexicon.verb_final)


def _size(hits: Sequence[Hit], tags: Sequence[int]) -> int:
    """The tags of a clause without words that mean nothing for a bare request, and of one with few; politeness is free.

    Reads no further than needed.
    """
    size, words = _BARE | _SHORT, 0
    for (_, _, _, text, kind), own in zip(hits, tags, strict=True):
        if kind in _WORDS:
            if not own & _PLEASE:
                words += 1
                if words > _SHORT_WORDS:
                    size &= ~_SHORT
            if size & _BARE and not own & _LIGHT and not text.isdigit():
                size &= ~_BARE
            if not size:
                break
    return size


def _govern(tags: list[int], whole: int, verb_final: bool) -> tuple[int, int]:
    """The head of a clause decides what the rest is: behind an edit everything is content of the film."""
    edit = _EDIT
    if not whole & edit:
        return whole, whole
    order = reversed(tags) if verb_final else tags
    for own in order:
        if own & _DENIES and whole & _NEG and not verb_final and not own & edit:
            # "don't add anything, just export it": the edit is what is not wanted
            return whole & ~edit, whole & ~edit
        if own & edit and not own & (_HEADS & ~_B["get"]):
            head_edit = _B["HEAD_EDIT"]
            return whole | head_edit, (whole & (_Q | _B["NEG"])) | edit | head_edit
        if own & _HEADS:
            break
    return whole, whole & ~edit if verb_final else whole


def _leads(hits: Sequence[Hit]) -> bool:
    """Whether "first" says when, not which: at either end of the clause, behind joints and politeness."""
    first = _FIRST
    for place, hit in enumerate(hits):
        if hit.tags & first:
            return True
        if not hit.tags & (_MAY_LEAD):
            # "corrigez d'abord la faute", but not "crop first photo"
            behind = hits[place + 1 : place + 3]
            if hit.tags & _EDIT and len(behind) > 1 and behind[0].tags & first and not behind[1].tags & _NAMES:
                return True
            break
    return bool(hits[-1].tags & first) and not (len(hits) > 1 and hits[-2].tags & _B["the"])

"""Clauses: the pieces of an utterance that each ask for one thing, or set the scene for another."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from .reading import Hit
from .vocabulary import Lexicon, tag_bits, tag_mask

ClauseKind = Literal["main", "before", "after", "if", "reason"]

_B = tag_bits()
_VERBAL = tag_mask("verbal")
_HEADS = tag_mask("heads")
_LIGHT = tag_mask("light")
_NOMINAL = tag_mask("nominal")
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
_CLOSES = _B["before_end"] | _B["after_end"] | _B["if_end"]
_ACTS = _B["export"] | _B["save"] | _B["send"] | _B["send_me"] | _B["edit"] | _B["upload"] | _B["ROW_WORD"] | _B["give"]
_HANDS_OVER = _B["give"] | _B["send"] | _B["send_me"]
_MAIN_VERBS = _B["edit"] | _B["export"] | _B["upload"] | _B["show"] | _B["save"] | _B["ROW_WORD"]
_JOINTS = _B["then"] | _B["but"] | _B["and"]
_WORK_OR_ACTS = _ACTS | _B["show"] | _B["move"]
_INTRODUCES_TEXT = _B["part"] | _B["says"] | _B["onscreen"]
_AMBIGUOUS = _B["export"] | _B["export_noun"]
_FILMS = _B["result"] | _B["media"]
_NAMES = _FILMS | _B["part"] | _B["credit"] | _B["credit_sure"] | _B["finished"] | _B["status"]
_OBJECTS = _B["the"] | _B["a"] | _B["it"] | _B["part"] | _B["media"] | _B["more"] | _B["FILE"]
_Q = _B["Q"]
_READ_AHEAD = 3
_SHORT_WORDS = 4


@dataclass(slots=True)
class Clause:
    """Hits [first, last) of one clause.

    whole: all tags; governed: what its head lets stand; leads: it says "first" about itself.
    """

    kind: ClauseKind
    hits: Sequence[Hit]
    start: int
    end: int
    whole: int = 0
    governed: int = 0
    leads: bool = False


def split(hits: list[Hit], lexicon: Lexicon) -> list[Clause]:
    """Cut a row of hits into clauses, in order; every hit but the stops belongs to one."""
    clauses: list[Clause] = []
    sentence_start = 0
    current: list[Hit] = []
    kind: ClauseKind = "main"
    tags = 0
    content = False

    def close(as_kind: ClauseKind | None = None) -> None:
        nonlocal current, kind, tags
        if current:
            clauses.append(Clause(as_kind or kind, current, current[0].start, current[-1].end))
        current, kind, tags = [], "main", 0

    for place, read_hit in enumerate(hits):
        hit = read_hit
        if hit.kind == "stop":
            close()
            content = False
            if any(mark in hit.text for mark in "?？؟"):
                _ask(clauses[sentence_start:])
            sentence_start = len(clauses)
            continue
        if content:
            current.append(Hit(hit.start, hit.end, _B["QUOTE"], hit.text, "quote"))
            continue
        if hit.kind == "comma":
            close()
            continue
        if hit.kind == "colon":
            address = place + 1 < len(hits) and hits[place + 1].kind == "url"
            if tags & _INTRODUCES_TEXT and not address:
                content = True
            elif not address:
                close()
            continue
        own = hit.tags
        if lexicon.verb_final and own & _HANDS_OVER and current and current[-1].tags & _MAIN_VERBS:
            # "make it for me" in these languages ends in a verb of giving that hands nothing over
            own = own & ~_HANDS_OVER | _B["please"]
            hit = hit._replace(tags=own)
        if own & _OPENS and (place == 0 or not own & _ACTS):
            close()
            kind = next(name for bit, name in _OPENING if own & bit)
        elif (
            (own & _JOINTS and current and _opens_clause(hits, place, own))
            or (own & _ACTS and tags & _ACTS and lexicon.verb_final and not own & _B["NEG"])
            or (
                kind != "main"
                and own & _WORK_OR_ACTS
                and tags & (_ACTS | _B["done"] | _B["finished"])
                and not _has_subject(current)
            )
        ):
            close()
        current.append(hit)
        tags |= own
        if own & _B["says"] and not (place + 1 < len(hits) and hits[place + 1].tags & _B["changed"]):
            content = True
        if own & _CLOSES:
            close(next(name for bit, name in _CLOSING if own & bit))
    close()
    for clause in clauses:
        _weigh(clause, lexicon)
    return clauses


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
    if own & (_B["then"] | _B["but"]):
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
    question = clause.whole & _Q
    tags: list[int] = []
    nominal = False
    strangers = words = 0
    for place, hit in enumerate(clause.hits):
        own = hit.tags
        if own & _B["export"]:
            if own & _B["export_noun"]:
                own &= ~(_B["export"] if nominal else _B["export_noun"])
        elif own & _B["upload"] and nominal:
            own = 0
        elif own & _B["edit"] and own & _NAMES:
            own = _verb_or_name(own, nominal or (place > 0 and bool(own & _FILMS)), clause.hits[place + 1 : place + 2])
        nominal = bool(own & _NOMINAL)
        tags.append(own)
        if hit.kind in ("word", "glued"):
            if not own & _B["please"]:
                words += 1
            if not own & _LIGHT and not hit.text.isdigit():
                strangers += 1
    whole = question
    for own in tags:
        whole |= own
    if whole & (_B["neg"] | _B["cancel"]) and not whole & _B["neg_request"]:
        whole |= _B["NEG"]
    if not strangers:
        whole |= _B["BARE"]
    if words <= _SHORT_WORDS:
        whole |= _B["SHORT"]
    clause.whole, clause.governed = _govern(tags, whole, lexicon.verb_final)
    clause.leads = _leads(clause.hits)


def _verb_or_name(own: int, nominal: bool, following: Sequence[Hit]) -> int:
    """A word that is an edit or a name ("cut", "balance"): a name behind an article, an edit before an object."""
    if nominal or (own & (_B["credit"] | _B["status"]) and not (following and following[0].tags & _OBJECTS)):
        return own & ~_B["edit"]
    return own & ~_NAMES


def _govern(tags: list[int], whole: int, verb_final: bool) -> tuple[int, int]:
    """The head of a clause decides what the rest is: behind an edit everything is content of the film."""
    edit = _B["edit"]
    if not whole & edit:
        return whole, whole
    order = reversed(tags) if verb_final else tags
    for own in order:
        if own & edit and not own & (_HEADS & ~_B["get"]):
            head_edit = _B["HEAD_EDIT"]
            return whole | head_edit, (whole & (_Q | _B["NEG"])) | edit | head_edit
        if own & _HEADS:
            break
    return whole, whole & ~edit if verb_final else whole


def _leads(hits: Sequence[Hit]) -> bool:
    """Whether "first" says when, not which: at either end of the clause, behind joints and politeness."""
    first = _B["first"]
    for hit in hits:
        if hit.tags & first:
            return True
        if not hit.tags & (_JOINTS | _B["please"] | _B["neg_request"]):
            break
    return bool(hits[-1].tags & first) and not (len(hits) > 1 and hits[-2].tags & _B["the"])

"""The sense a word has where it stands: a verb or a name, a question or a statement, asked for or told about."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from .reading import Hit
from .vocabulary import tag_bits, tag_mask

_B = tag_bits()
_EDIT, _NOUN, _GIVE, _TO_ME, _ASKS, _COPULA = (_B[name] for name in ("edit", "noun", "give", "to_me", "asks", "copula"))
_PERSON, _A, _TOPIC, _SHOW, _TIMELINE = _B["person"], _B["a"], _B["topic"], _B["show"], _B["timeline"]
_UNSETTLED = (
    _NOUN | _B["prep"] | _B["speaker"] | _B["will"] | _B["question"] | _SHOW | _B["placed"] | _COPULA | _PERSON | _TO_ME
)
_OPENS_NAME = tag_mask("opens_name")
_IN_NAME = tag_mask("in_name")
_CONTINUES_NAME = _B["finished"] | _B["more"] | _B["format"] | _B["shape"] | _B["another"] | _B["please"] | _IN_NAME
_OBJECT = _B["the"] | _A | _B["it"]
_SUBJECT = _NOUN | _B["part"] | _B["media"] | _B["result"] | _B["it"] | _B["sure"] | _B["export_noun"] | _PERSON
_STANDS_IN_PLACE = tag_mask("in_name") | _B["it"] | _COPULA | _ASKS | _B["them"]
_ASKED_ABOUT = tag_mask("asked_about")
_FILM = _B["sure"] | _B["export_noun"]
_BEFORE_FILM = _B["finished"] | _B["more"] | _B["format"] | _B["shape"] | _B["the"] | _A | _B["please"] | _B["small"]
_DONE_BY_PEOPLE = tag_mask("done_by_people")
_ASKS_AGAIN = tag_mask("asks_again")
_MAY_HAND_OVER = tag_mask("may_hand_over")
_PLACED, _GOES_ON = _B["placed"], tag_mask("goes_on")
_NO, _QUESTION, _YET = _B["neg"], _B["question"], _B["yet"]
_SPEAKER, _WILL, _STRANGER = _B["speaker"], _B["will"], _B["QUOTE"]
_HANDED = _B["send"] | _B["upload"] | _B["bring"]
_LEADS_IN, _START = tag_mask("leads_in"), _B["please"]
_OBJECT_REACH = 5
_NOMINAL = tag_mask("nominal")
_EXPORT, _EXPORT_NOUN, _UPLOAD = _B["export"], _B["export_noun"], _B["upload"]
_VERB_OR_NOUN = _EXPORT | _UPLOAD | _EDIT
_RESULT, _ABOUT = _B["result"], _TOPIC | _B["prep"]
_FILMS = _B["result"] | _B["media"]
_NAMES = _FILMS | _B["part"] | _B["credit"] | _B["credit_sure"] | _B["finished"] | _B["status"]
_NAME_OF_WORK = _B["credit"] | _B["status"]
_OBJECTS = _B["the"] | _B["a"] | _B["it"] | _B["part"] | _B["media"] | _B["more"] | _B["FILE"]

_NEXT, _LAST_ACTS = _B["then"] | _B["after_end"], _EXPORT | _B["save"] | _B["send"] | _B["send_me"] | _B["give"]
_TAKEN_UP = _B["it"] | _B["the"]
_ASKED_FOR = _EDIT | _A | _B["want"] | _B["request"] | _B["more"]
_NONE = Hit(0, 0, 0, "", "stop")


def settled(hits: list[Hit]) -> list[Hit]:
    """The hits, each with the tags of the sense it has beside its neighbours; the stops part them."""
    seen = 0
    for hit in hits:
        seen |= hit.tags
    if not seen & _UNSETTLED:
        return hits
    if seen & _SHOW and seen & _EDIT:
        hits = _shown(hits)
    if seen & _WILL or (seen & _SPEAKER and seen & _EDIT):
        hits = _announced(hits)
    if (seen & _NOUN and seen & _EDIT) or (seen & _B["prep"] and seen & _EXPORT):
        hits = _named(hits)
    if seen & _NO and seen & _QUESTION:
        hits = _ending(hits)
    if seen & _PLACED:
        hits = _in_place(hits)
    if seen & _TO_ME:
        hits = _handed_over(hits)
    if seen & (_COPULA | _PERSON):
        hits = _told(hits)
    return hits


def _with(hit: Hit, tags: int) -> Hit:
    return Hit(hit.start, hit.end, tags, hit.text, hit.kind)


def _shown(hits: list[Hit]) -> list[Hit]:
    """ "show the tracks" is for the speaker to see, "show the price" for those who watch the film."""
    found = list(hits)
    for place, hit in enumerate(hits):
        if hit.tags & _SHOW and hit.tags & _EDIT and hit.tags & (_B["the"] | _A):
            seen = place + 1 < len(hits) and hits[place + 1].tags & _TIMELINE
            found[place] = _with(hit, hit.tags & ~(_EDIT if seen else _SHOW))
    return found


def _announced(hits: list[Hit]) -> list[Hit]:
    """ "sending it" announces where a clause begins; "we close on friday" tells what the speaker does."""
    found = list(hits)
    before = _START
    for place, hit in enumerate(hits):
        own = hit.tags
        told = place + 1 < len(hits) and hits[place + 1].tags & _COPULA
        if own & _WILL and own & _HANDED and (told or before & ~_LEADS_IN):
            found[place] = _with(hit, own & ~_WILL)
        elif own & _EDIT and before & _SPEAKER and not (place > 1 and hits[place - 2].tags & _ASKS):
            found[place] = _with(hit, own & ~_EDIT)
        before = own or _STRANGER if hit.kind in ("word", "glued") else _START
    return found


def _named(hits: list[Hit]) -> list[Hit]:
    """Behind an article or a preposition, "cut" and "ad" are names; behind a known noun, unless they govern."""
    found = list(hits)
    behind_opener = behind_noun = False
    for place, hit in enumerate(hits):
        own = hit.tags
        if own & _NOUN and own & _EDIT:
            governs = place + 1 < len(hits) and hits[place + 1].tags & _OBJECT
            if behind_opener or (behind_noun and not governs):
                own &= _IN_NAME
                found[place] = _with(hit, own)
                behind_opener, behind_noun = False, True
                continue
            if governs and own & _B["destination"]:
                found[place] = _with(hit, own & ~_B["destination"])
        if own & _EXPORT and place and hits[place - 1].tags & _B["prep"]:
            own = own & ~_EXPORT | _EXPORT_NOUN
            found[place] = _with(hit, own)
        if hit.kind not in ("word", "glued"):
            behind_opener = behind_noun = False
        elif own & _OPENS_NAME:
            behind_opener, behind_noun = True, False
        elif own:
            behind_noun = (behind_opener or behind_noun) and bool(own & _CONTINUES_NAME) and not own & _EDIT
            behind_opener = False
    return found


def _ending(hits: list[Hit]) -> list[Hit]:
    """In Chinese a word of denial at the end of a clause asks ("放进去没"); before a verb it denies."""
    found = list(hits)
    for place, hit in enumerate(hits):
        own = hit.tags
        if own & _NO and own & _QUESTION and hit.kind == "glued":
            following = hits[place + 1] if place + 1 < len(hits) else None
            ends = following is None or following.kind not in ("word", "glued")
            found[place] = _with(hit, own & ~_NO if ends and place else own & ~_YET)
    return found


def _in_place(hits: list[Hit]) -> list[Hit]:
    """ "is the logo in": a word of place is a predicate where nothing follows that it could belong to."""
    found = list(hits)
    for place, hit in enumerate(hits):
        if hit.tags & _PLACED:
            following = hits[place + 1] if place + 1 < len(hits) else None
            ends = following is None or following.kind not in ("word", "glued") or following.tags & _GOES_ON
            if not ends or not place or not hits[place - 1].tags & _STANDS_IN_PLACE:
                found[place] = _with(hit, hit.tags & ~_PLACED)
    return found


def _handed_over(hits: list[Hit]) -> list[Hit]:
    """ "pull me a copy", "burn us the mp4": any verb with a receiver and the film behind it gives."""
    found = list(hits)
    for place in range(len(hits) - 2):
        own, receiver = hits[place].tags, hits[place + 1]
        if not receiver.tags & _TO_ME or own & ~_MAY_HAND_OVER:
            continue
        for at in range(place + 2, min(len(hits), place + 2 + _OBJECT_REACH)):
            tags = hits[at].tags
            if tags & _FILM:
                topic = hits[at + 1].tags if at + 1 < len(hits) else 0
                about = topic & _TOPIC and not topic & _B["prep"] and not _speaks_of_the_film(hits, at + 1)
                if not about:
                    found[place] = _with(hits[place], _GIVE)
                break
            if tags and not tags & _BEFORE_FILM:
                break
    return found


def _speaks_of_the_film(hits: list[Hit], place: int) -> bool:
    """ "a copy of the finished reel"."""
    return any(hit.tags & (_B["finished"] | _B["result"] | _B["it"] | _FILM) for hit in hits[place + 1 : place + 4])


def _told(hits: list[Hit]) -> list[Hit]:
    """A copula behind its subject states; what people of the story do is not asked for."""
    found = list(hits)
    subject = people = asked = opened = False
    for place, hit in enumerate(hits):
        own = hit.tags
        subject = subject or (opened and not own)
        named, opened = opened, bool(own & _OPENS_NAME)
        if hit.kind not in ("word", "glued") or (own & _ASKS_AGAIN and not own & _GIVE):
            subject = people = asked = False
        asked = asked or bool(own & _ASKED_ABOUT)
        if own & _COPULA and subject and not asked:
            found[place] = _with(hit, own & ~_ASKS)
        elif people and own & _DONE_BY_PEOPLE:
            found[place] = _with(hit, own & ~_DONE_BY_PEOPLE)
        elif own & _PERSON and not asked:
            people = subject = True
        elif own & _DONE_BY_PEOPLE and not people and not named:
            asked = True
        subject = subject or bool(own & _SUBJECT and not own & _ASKS)
    return found


def tells_of_a_film(hits: Sequence[Hit]) -> bool:
    """ "Ad for a bank:", "a film about a clerk:": behind the colon stands what happens in it."""
    before = _EDIT
    for hit, following in pairwise(hits):
        if hit.tags & _RESULT and before & (_A | _EDIT) and following.tags & _ABOUT:
            return True
        before = hit.tags
    # Chinese names the film behind all that it is about
    named = bool(hits) and hits[-1].kind == "glued" and hits[-1].tags & _RESULT
    return bool(named) and any(not hit.tags or hit.tags & _EDIT for hit in hits) and not hits[0].tags & _B["the"]


def request_follows(hits: Sequence[Hit], comma: int, told: int) -> bool:
    """ "The title still says 2023, make it 2024": whether a request stands behind the comma, and not more text."""
    following, object_ = [hit.tags for hit in [*hits[comma + 1 : comma + 3], _NONE, _NONE][:2]]
    if following & _NEXT:
        return bool((following | object_) & _LAST_ACTS)
    return bool(following & _EDIT and object_ & _TAKEN_UP) and not told & _ASKED_FOR


def readings(hits: Sequence[Hit], tags: Sequence[int]) -> list[int]:
    """The tags of each hit, of words that are a verb and a noun only what they are here."""
    read = list(tags)
    known = known_at = 0
    for place, own in enumerate(tags):
        meant = own
        if own & _VERB_OR_NOUN:
            # "a bad 90s render": strangers behind an indefinite article are adjectives
            nominal = known & _NOMINAL and (known_at == place - 1 or known & _A)
            meant = read[place] = _one_reading(own, place, hits, bool(nominal))
        if meant:
            known, known_at = meant, place
    return read


def _one_reading(own: int, place: int, hits: Sequence[Hit], nominal: bool) -> int:
    """A word that is a verb and a noun is one of them here."""
    if own & _EXPORT:
        if own & _EXPORT_NOUN:
            named = nominal or (place == 0 and _is_subject(hits))
            own &= ~(_EXPORT if named else _EXPORT_NOUN)
    elif own & _UPLOAD and nominal:
        own = 0
    elif own & _EDIT and own & _NAMES:
        own = _verb_or_name(own, nominal or (place > 0 and bool(own & _FILMS)), hits[place + 1 : place + 2])
    return own


def _is_subject(hits: Sequence[Hit]) -> bool:
    """Whether a copula follows the first word: "export is misspelt" talks about it."""
    return len(hits) > 1 and bool(hits[1].tags & (_ASKS | _COPULA)) and not hits[1].tags & (_B["it"] | _B["the"])


def _verb_or_name(own: int, nominal: bool, following: Sequence[Hit]) -> int:
    """A word that is an edit or a name ("cut", "balance"): a name behind an article, an edit before an object."""
    if nominal or (own & _NAME_OF_WORK and not (following and following[0].tags & _OBJECTS)):
        return own & ~_EDIT
    return own & ~_NAMES

"""Reply lexicons into the form that is quick to load, as `scripts/compile_data.py` writes and `lexicon.py` reads it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from .lexicon import DONE, OBJECTS, WORD

_BARE_LISTS = ("not_behind", "question_endings", "object_endings")  # matched otherwise than as phrases
_SURE_VERBS = ("press", "drag", "drag_surely", "look_surely")
_UNSURE_VERBS = ("press_weakly", "open", "look", "account")
_MODALS = ("may_be", "must_be", "courtesies")
_STATED = ("clicks", "openings", "by_hand", "by_opening")
_HINTS = {
    "sure": (*_SURE_VERBS, *_STATED),
    "unsure": _UNSURE_VERBS,
    "objects": OBJECTS,
    "modals": _MODALS,
    "done": tuple(DONE),
    "controls_named": ("controls",),
    "places_named": ("places",),
}


def reply_form(data: Mapping[str, Any]) -> dict[str, Any]:
    """A reply lexicon as look-ups. The kinds a phrase is listed under are bits of a number, in the order of `kinds`.

    index: first word -> its phrases by their second word ("" for none), as [phrase, kinds, whether no letter may
    follow], longest first, and the kinds it has alone; characters where words are not written apart. The hints name a
    word of each phrase, or list the phrases by their first character.
    """
    spaced = data["spaced"]
    kinds = [kind for kind, listed in data.items() if isinstance(listed, list) and kind not in _BARE_LISTS]
    masks: dict[str, int] = {}
    for place, kind in enumerate(kinds):
        for phrase in data[kind]:
            masks[phrase.lower()] = masks.get(phrase.lower(), 0) | 1 << place
    index: dict[str, list[Any]] = {}
    for phrase in sorted(masks, key=len, reverse=True):
        first, second = [*(WORD.findall(phrase) if spaced else phrase), ""][:2]
        known = index.setdefault(first, [{}, 0])
        if phrase == first:
            known[1] = masks[phrase]
        else:
            whole = spaced and phrase[-1].isalnum()
            known[0].setdefault(second, []).append([phrase, masks[phrase], whole])
    return {
        "order": data["order"],
        "spaced": spaced,
        "about": data["about"],
        "kinds": kinds,
        "index": index,
        **{name: data[name] for name in _BARE_LISTS},
        **{name: _hints(data, listed, spaced) for name, listed in _HINTS.items()},
    }


def _hints(data: Mapping[str, Any], kinds: Iterable[str], spaced: bool) -> dict[str, Any]:
    """What shows quickly whether a phrase of some kinds can be in a text."""
    phrases = sorted({phrase.lower() for kind in kinds for phrase in data[kind] if WORD.search(phrase)})
    if spaced:
        return {"words": sorted({_longest_word(phrase) for phrase in phrases}), "phrases": {}}
    by_first: dict[str, list[str]] = {}
    for phrase in phrases:
        by_first.setdefault(phrase[0], []).append(phrase)
    return {"words": [], "phrases": by_first}


def _longest_word(phrase: str) -> str:
    return str(max(WORD.findall(phrase), key=len))


def reply_verbs_form(data: Mapping[str, Mapping[str, Any]]) -> dict[str, dict[str, str]]:
    """Which Latin-script reply lexicons have a word: word -> "en es".

    verbs: in a verb, in what makes an instruction of a statement, or a means ("via"). controls: in a control's name.
    data: their sources by tag.
    """
    verbs = (*_SURE_VERBS, *_UNSURE_VERBS, *_STATED, *_MODALS, "means")
    return {"verbs": _languages(data, verbs), "controls": _languages(data, ["controls"])}


def _languages(data: Mapping[str, Mapping[str, Any]], kinds: Iterable[str]) -> dict[str, str]:
    found: dict[str, set[str]] = {}
    for language, source in data.items():
        for phrase in (phrase for kind in kinds for phrase in source[kind]):
            found.setdefault(_longest_word(phrase.lower()), set()).add(language)
    return {word: " ".join(sorted(languages)) for word, languages in found.items()}

"""One message, heard: its clauses, with the photos' names known."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from functools import lru_cache

from router import detect_language

from ..model import Media
from .amounts import amount_rules, joined
from .clauses import Clause, clauses
from .mentions import mention_rules, names_of
from .said import second_text, unquoted
from .scan import Scanned, scan
from .wording import wording
from .words import Words, is_spelled, lexicon, own_words, spoken_languages, variants, words_for

_UNSPELLED = ("zh", "ja")  # languages whose script puts no spaces between words
_NEIGHBOURS = {"es": "pt", "pt": "es"}
"""Languages that share so many words that a short message is easily taken for the other one."""

_SURE_WORDS = 5  # of a text in spelled words, from which on its language is clear
_HEAD, _TAIL = 6000, 3000  # characters that are read of a message


def hear(message: str, language: str, media: Sequence[Media], called: Sequence[str] = ()) -> tuple[Clause, ...]:
    """The clauses of a message. called: what the user calls photos, each as "word=file name"."""
    return clauses(heard(message, language, media, called))


def heard(message: str, language: str, media: Sequence[Media], called: Sequence[str] = ()) -> Scanned:
    """The tags of a message, joined to quantities, quotations and photos."""
    names = _names(tuple(item.name for item in media), tuple(called), language)
    scanned = scan(_readable(message), words_for(language), names)
    return joined(scanned, (*amount_rules(), unquoted, second_text, *mention_rules()))


def _readable(message: str) -> str:
    """A very long message from its beginning and its end, where people say what they want."""
    message = unicodedata.normalize("NFC", message)
    if len(message) <= _HEAD + _TAIL:
        return message
    return f"{message[:_HEAD]}\n{message[-_TAIL:]}"


@lru_cache(maxsize=64)
def _names(names: tuple[str, ...], called: tuple[str, ...], language: str) -> Words:
    found = names_of(names, words_for(language))
    for word, _, name in (entry.partition("=") for entry in reversed(called)):
        if name in names:
            found.add(word, "media", name)
    return found


def reply_language(message: str, session: str, last: str = "") -> str:
    """The language to answer in: the one the words are in, where that is clear and spoken here, else the session's.

    last: the language answered in last; it decides between near neighbours where the words are both.
    """
    usual = _spoken(session.partition("-")[0]) or "en"
    if not any(letter.isalpha() for letter in message):
        return usual
    detected = detect_language(message)
    own = _told_apart(message, _spoken(detected) or _most_known(message, detected), last)
    if own in _NEIGHBOURS and _unknown(message, own_words(own)) >= len(message.split()):
        return usual  # Happy Birthday Tom
    if own and own == last:
        return own
    if own == usual or _named_only(message, own, usual):
        return usual
    if not own or not _unknown(message, own_words(usual)):
        return usual
    return usual if _unknown(message, words_for(usual)) < _unknown(message, words_for(own)) else own


def spoken_in(text: str, conversation: str) -> str:
    """The language a text is to be read aloud in; a few words that are no sure sign of one are the conversation's."""
    detected = detect_language(text)
    if not is_spelled(wording(conversation).word("own_name")[0]):
        return detected  # a text in Latin letters is none of a language that is not written with them
    if detected != "en" or not _unknown(text, own_words("en")) or len(text.split()) > _SURE_WORDS:
        return detected
    return conversation


def _most_known(message: str, detected: str) -> str:
    """The language most of a message's words are in, where it was taken for one that is not spoken here."""
    if lexicon(detected) or any(letter >= "\u0400" for letter in message):
        return ""
    spelled = [language for language in spoken_languages() if is_spelled(wording(language).word("own_name")[0])]
    unknown = {language: _unknown(message, own_words(language)) for language in spelled}
    best = min(unknown, key=lambda language: unknown[language])
    return best if unknown[best] * 3 <= len(message.split()) else ""


def _told_apart(message: str, language: str, last: str) -> str:
    """The language itself, or its near neighbour where that one knows more of the words."""
    neighbour = _NEIGHBOURS.get(language, "")
    if not neighbour:
        return language
    strange, beside = _unknown(message, own_words(language)), _unknown(message, own_words(neighbour))
    if min(strange, beside) > 1 and (best := _most_known(message, "")):
        return best
    more = strange - beside
    return neighbour if more > 0 or (more == 0 and neighbour == last) else language


def _named_only(message: str, own: str, usual: str) -> bool:
    """Whether a message in spelled words only names something in another script: the title should be 你好."""
    if not lexicon(usual) or own not in _UNSPELLED or usual in _UNSPELLED:
        return False
    characters = sum(1 for letter in message if letter.isalpha() and not is_spelled(letter))
    return characters < sum(1 for word in message.split() if word.isascii() and word.isalpha())


def script_of(message: str) -> str:
    """hant or hans: how Chinese words are written, by the characters only one script has; "" where there are none."""
    traditional, simplified = set(), set()
    for letter, meant in variants().items():
        if letter != meant:
            traditional.add(letter)
            simplified.add(meant)
    old = sum(letter in traditional for letter in message)
    new = sum(letter in simplified and letter not in traditional for letter in message)
    return "hant" if old > new else "hans" if new > old else ""


def not_heard(message: str, session: str) -> bool:
    """Whether a message is in a language that no lexicon here knows, and most of its words are strange."""
    own = detect_language(message)
    if lexicon(own) or _most_known(message, own) or not any(letter.isalpha() for letter in message):
        return False
    scanned = scan(_readable(message), words_for(reply_language(message, session)), Words())
    strange = sum(1 for tag in scanned.tags if "word" in tag or "letter" in tag)
    return strange >= 2 and strange * 3 >= len(scanned.tags)


def _spoken(language: str) -> str:
    return language if lexicon(f"replies.{language}") else ""


def _unknown(message: str, words: Words) -> int:
    """How many words of a message are not among these."""
    scanned = scan(_readable(message), words, Words())
    return sum(1 for tag in scanned.tags if "word" in tag or "letter" in tag)

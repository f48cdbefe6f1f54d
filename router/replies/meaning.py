"""What a document's reply table decides: which action each kind of GUI-speak stands for."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import NamedTuple

from ..table import ReplyAction, ReplyTable
from .instructions import read_clauses
from .lexicon import OBJECTS, ReplyLexicon, lexicons_for, may_read
from .rows import RowPhrases, own_phrases
from .words import MarkedSentence, masked

_BARE_VERB = 2  # characters of a Chinese verb or noun alone
_WORDS_OF_BUTTONS = tuple(kind for kind in OBJECTS if kind.endswith("_words"))
_NO_ROWS = RowPhrases()
_BRACKETS = re.compile(r"[\[\]<>{}]|\.{3}|…")


class Meaning(NamedTuple):
    """senses: what the lexicons read -> what the table runs for it; an action without a row is not in it."""

    senses: Mapping[ReplyAction, ReplyAction]
    rows: RowPhrases


@lru_cache(maxsize=32)
def meaning_of(table: ReplyTable) -> Meaning:
    """Read the table's own phrases as replies: known wording takes its row's action, the rest is matched as written.

    "preview in timeline" under a row that shows the state makes every such sentence do so. "swipe left on [card]" is
    no lexicon's wording and becomes a phrase of its own. Nouns alone ("Export button") name an action and no wording.
    """
    senses: dict[ReplyAction, ReplyAction] = {}
    own: list[tuple[str, ReplyAction]] = []
    for row in table.rows:
        for phrase in (part.strip() for whole in row.phrases for part in whole.split("/")):
            sense = _read(phrase)
            if sense is not None:
                senses.setdefault(sense, row.action)
            elif _is_own(phrase):
                own.append((phrase, row.action))
    for row in table.rows:
        senses.setdefault(row.action, row.action)
    return Meaning(senses, own_phrases(own))


def _read(phrase: str) -> ReplyAction | None:
    plain = _BRACKETS.sub("", phrase)
    folded = masked(plain)
    for lexicon in may_read(folded):
        for clause in read_clauses(MarkedSentence(plain, folded, lexicon), _NO_ROWS, invited=False):
            if clause.action is not None:
                return clause.action
    return None


def _is_own(phrase: str) -> bool:
    """Whether a phrase instructs in words of its own: not a noun the lexicons know, nor one of their bare verbs."""
    folded = masked(_BRACKETS.sub(" ", phrase)).strip()
    several = " " in folded if folded.isascii() else len(folded) > _BARE_VERB
    return several and not any(_opens_known(folded, lexicon) for lexicon in lexicons_for(folded))


def _opens_known(folded: str, lexicon: ReplyLexicon) -> bool:
    sentence = MarkedSentence(folded, folded, lexicon)
    return sentence.is_verb(0) or any(sentence.starts(kind, 0) for kind in _WORDS_OF_BUTTONS)

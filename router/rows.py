"""A routing table made ready: which row answers for an action, and the words only its rows know."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, Protocol

from .clauses import Clause, split
from .compiling import unspaced
from .frames import judge
from .normalise import aligned
from .reading import Hit, read
from .table import PhraseRow, RouteAction, RoutingTable
from .vocabulary import lexicon, tag_bits

_B = tag_bits()
_ROW_WORD = _B["ROW_WORD"]
_SHOWN_BY: dict[str, tuple[str, ...]] = {
    "export": ("export", "save", "send", "sure", "send_me", "export_noun"),
    "credits": ("credit", "credit_sure", "left"),
    "status": ("status", "status_sure", "timeline"),
    "upload": ("upload",),
}
_KEPT_TABLES = 16
_MARKS = 8
"""How much longer than a trigger an utterance may be, with what stands around its words."""


class Worded(Protocol):
    """A decision with a span in the utterance."""

    @property
    def start(self) -> int: ...
    @property
    def end(self) -> int: ...
    @property
    def claim(self) -> Claim | None: ...


class Claim(NamedTuple):
    """A row whose own words stand in a clause."""

    row: PhraseRow
    words: tuple[str, ...]


class _Trigger:
    """A row's phrase. Whether the lexicons know it already is asked when it is first met: that may load a language."""

    __slots__ = ("_own", "phrase", "row", "start")

    def __init__(self, row: PhraseRow, phrase: str) -> None:
        self.row = row
        self.phrase = phrase
        self.start = phrase.partition(" ")[0]
        self._own: bool | None = None

    @property
    def own(self) -> bool:
        """Whether only this table knows the phrase."""
        if self._own is None:
            self._own = not _built_in(self.phrase, self.row.actions[0])
        return self._own


class Met(NamedTuple):
    """Triggers met in one text. said: those of several words that may stand in it; at: those marked, by their place."""

    said: list[_Trigger]
    at: dict[int, _Trigger]


class TableIndex(NamedTuple):
    """A table's triggers, sorted for looking up."""

    table: RoutingTable
    by_action: dict[str, list[PhraseRow]]
    single: dict[str, list[_Trigger]]
    single_glued: tuple[_Trigger, ...]
    several: tuple[_Trigger, ...]
    exact: dict[str, PhraseRow]
    longest: int

    def known(self, route: str) -> str:
        """The route, or chat where no row of the table has this action."""
        return route if route in self.by_action else "chat"

    def said_exactly(self, utterance: str, trim: str) -> PhraseRow | None:
        """The row that says these very words, and no others."""
        if len(utterance) > self.longest + _MARKS:
            return None
        return self.exact.get(aligned(utterance.strip(trim)).text)

    def mark(self, folded: str, hits: list[Hit]) -> Met:
        """Give the words that only this table knows their place among the hits."""
        met = Met([trigger for trigger in self.several if trigger.start in folded], {})
        if not folded.isascii():
            for trigger in self.single_glued:
                if trigger.phrase in folded and trigger.own:
                    _mark_glued(trigger, folded.index(trigger.phrase), hits, met)
        single = self.single
        if not any(map(folded.__contains__, single)):
            return met
        for place, hit in enumerate(hits):
            _, _, _, text, kind = hit
            if text[:3] in single and kind == "word":
                for trigger in single[text[:3]]:
                    if _inflected(text, trigger.phrase) and trigger.own:
                        hits[place] = hit._replace(tags=hit.tags | _ROW_WORD)
                        met.at[hit.start] = trigger
                        break
        return met

    def claimed(self, clause: Clause, met: Met) -> Claim | None:
        """The row whose own words stand in the clause: the longest trigger wins."""
        best: _Trigger | None = None
        if met.said:
            text = " ".join(hit.text for hit in clause.hits if hit.kind in ("word", "glued"))
            for trigger in met.said:
                if trigger.phrase in text and (best is None or len(trigger.phrase) > len(best.phrase)) and trigger.own:
                    best = trigger
        if best is None and clause.whole & _ROW_WORD:
            best = next((met.at[hit.start] for hit in clause.hits if hit.start in met.at), None)
        return None if best is None else Claim(best.row, (best.phrase,))

    def row_for(self, route: str, pieces: Sequence[Worded], utterance: str) -> PhraseRow:
        """The row that answers for a route: the one whose words were found, else the first with this action."""
        for piece in pieces:
            if piece.claim is not None:
                return piece.claim.row
        rows = self.by_action.get(route)
        if not rows:
            return self.table.catch_all
        if len(rows) == 1:
            return rows[0]
        said = aligned(" ".join(utterance[piece.start : piece.end] for piece in pieces) or utterance).text
        best, best_length = None, 0
        for row in rows:
            for phrase in row.phrases:
                if len(phrase) > best_length and _all_words(phrase, said):
                    best, best_length = row, len(phrase)
        return best or (self.table.catch_all if route == "chat" else rows[0])


def _mark_glued(trigger: _Trigger, at: int, hits: list[Hit], met: Met) -> None:
    """A trigger in a script without spaces may lie across hits: it becomes one."""
    end = at + len(trigger.phrase)
    covered = [place for place, hit in enumerate(hits) if hit.kind == "glued" and hit.start < end and hit.end > at]
    if not covered:
        return
    kept = [part for place in covered for part in _outside(hits[place], at, end)]
    kept.append(Hit(at, end, _ROW_WORD, trigger.phrase, "glued"))
    hits[covered[0] : covered[-1] + 1] = sorted(kept, key=lambda hit: hit.start)
    met.at[at] = trigger


def _outside(hit: Hit, start: int, end: int) -> list[Hit]:
    """What a hit leaves when [start, end) is cut out of it; a torn hit loses its meaning."""
    if start <= hit.start and hit.end <= end:
        return []
    pieces = [(hit.start, min(hit.end, start)), (max(hit.start, end), hit.end)]
    return [Hit(low, high, 0, "", "glued") for low, high in pieces if low < high]


def _inflected(typed: str, phrase: str) -> bool:
    """Whether the typed word is an obvious form of the phrase: the same but for a short ending."""
    if typed == phrase:
        return True
    stem = phrase[:-2] if len(phrase) > 6 else phrase[:-1] if len(phrase) > 4 else phrase
    return len(stem) > 2 and typed.startswith(stem) and len(typed) - len(stem) <= 5


def _all_words(phrase: str, said: str) -> bool:
    return all(word in said for word in aligned(phrase).text.split() if word.isalnum())


_INDEXES: dict[int, TableIndex] = {}


def index_of(table: RoutingTable) -> TableIndex:
    """The index of a table, made once while the table lives among the last few used."""
    index = _INDEXES.get(id(table))
    if index is None or index.table is not table:
        if len(_INDEXES) >= _KEPT_TABLES:
            _INDEXES.clear()
        index = _INDEXES[id(table)] = _build(table)
    return index


def _build(table: RoutingTable) -> TableIndex:
    by_action: dict[str, list[PhraseRow]] = {"chat": []}
    single: dict[str, list[_Trigger]] = {}
    glued: list[_Trigger] = []
    several: list[_Trigger] = []
    exact: dict[str, PhraseRow] = {}
    for row in table.rows:
        for action in row.actions:
            by_action.setdefault(action, []).append(row)
        if row.catch_all or not row.actions:
            continue
        for raw in row.phrases:
            phrase = _said_part(aligned(raw).text)
            if phrase == aligned(raw).text:  # without a slot to fill in
                exact.setdefault(phrase, row)
            if not phrase:
                continue
            trigger = _Trigger(row, phrase)
            if unspaced(phrase[0]):
                (several if len(phrase) > 2 else glued).append(trigger)
                glued.append(trigger)
            elif " " in phrase:
                several.append(trigger)
            else:
                single.setdefault(phrase[:3], []).append(trigger)
    return TableIndex(table, by_action, single, tuple(glued), tuple(several), exact, max(map(len, exact), default=0))


def _said_part(phrase: str) -> str:
    """The phrase up to its first slot: "translate to [language]" -> "translate to"."""
    for mark in "[<{(":
        phrase = phrase.split(mark, maxsplit=1)[0]
    return " ".join(phrase.split())


def _built_in(phrase: str, action: RouteAction) -> bool:
    """Whether the lexicons know this phrase for this action already, with all its traps."""
    known = lexicon(("zh", "en") if unspaced(phrase[0]) else ("en",))
    clauses = split(read(phrase, known)[1], known)
    frame = judge(clauses[0].whole, clauses[0].governed) if len(clauses) == 1 else None
    if frame is not None and frame.route == action:
        return True
    shown = _SHOWN_BY.get(action)
    if shown is None or " " in phrase:
        return False
    wanted = 0
    for tag in shown:
        wanted |= _B[tag]
    if unspaced(phrase[0]):
        return bool(lexicon(("zh",)).first.scan[phrase[0]].tags.get(phrase, 0) & wanted)
    return bool(lexicon(("en",)).known[phrase][0] & wanted)

"""The user's words into intents, in running order, each with the row that claims it and the reason."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, cast

from .clauses import Clause, split
from .frames import judge
from .language import language_scores
from .reading import read
from .rows import Claim, Met, TableIndex, index_of
from .table import Intent, RouteAction, RoutingTable, Why
from .vocabulary import Lexicon, lexicon, tag_bits, tag_mask

_B = tag_bits()
_WORK = tag_mask("work")
_ASKED = tag_mask("asked")
_FILM = _B["result"] | _B["it"] | _B["sure"] | _B["export_noun"] | _B["export"]
_GOES_OUT = _FILM | _B["save"] | _B["send"] | _B["send_me"] | _B["give"]
_CHANGES, _DONE = _B["part"] | _B["media"], _B["done"] | _B["finished"]
_NOT_AN_EDIT_HERE = _B["bring"] | _B["result"] | _B["part"] | _B["media"]
_SHOTS = _B["part"] | _B["position"]
_NOT_ASKED = _B["NEG"] | _B["reported"]
_SENDS = _B["send"] | _B["send_me"] | _B["upload"]
_BRINGS = _B["bring"] | _B["move"]
_NOT_MINE = _NOT_ASKED | _B["sure"] | _B["to_me"] | _B["request"] | _B["Q"] | _B["finished"] | _B["destination"]
_PROPERTY = _B["format"] | _B["shape"] | _B["more"] | _B["part"]
_WILL, _HERE, _MEDIA, _BRING, _URL = _B["will"], _B["here"], _B["media"], _B["bring"], _B["URL"]
_STATE_OF_IT = _B["it"] | _B["status_sure"]
_ANNOUNCED = _B["media"] | _B["another"]
_MAY_BE_EDITED, _EDITED = _B["part"] | _B["says"], _B["changed"] | _B["more"]
_WORDS = frozenset(("word", "glued"))
_ABOUT_FILES = "asks about the files"
_BRINGS_IN = "an address to bring in"
_READ_FROM_EACH_END = 4000
_TRIM = " \t\r\n,，、;；.。!！:：-–—&"


class Piece(NamedTuple):
    """One decision about one clause: where it stands in the text as typed, what it asks and why."""

    route: str
    start: int
    end: int
    rule: str
    words: tuple[str, ...]
    claim: Claim | None = None


Judged = tuple[Clause, int, int, list[Piece]]
"""A clause, where it starts and ends in the text as typed, and its decisions."""


def classify(utterance: str, table: RoutingTable, *, files: Sequence[str] = ()) -> tuple[Intent, ...]:
    """Decide what a user's words ask for.

    utterance: any language, as typed. files: names of the files sent with it.
    Returns the intents in running order, each action once, each with the words it acts on; words no row claims become
    CHAT. Never empty. Of a very long utterance both ends are read; what lies between is taken for pasted material.
    Raises: nothing. Source: SKILL.md, "Motion Request Routing Logic".
    """
    rows = index_of(table)
    if not files and (row := rows.said_exactly(utterance, _TRIM)) is not None:
        why = Why(row.line, "the row's own words", (utterance.strip(_TRIM),))
        return tuple(Intent(action, utterance, row, why) for action in row.actions)
    pieces = _ordered(judged_clauses(utterance, rows, bool(files)))
    return tuple(_intents(utterance, pieces, rows, files))


def judged_clauses(utterance: str, rows: TableIndex, has_files: bool) -> list[Judged]:
    """Every clause of an utterance with its decisions, in the order of the text."""
    if not utterance or utterance.isspace():
        return []
    words = _lexicon_for(utterance)
    length = len(utterance)
    if length <= 2 * _READ_FROM_EACH_END:
        return _completed(_read_pieces(utterance, 0, words, rows, has_files))
    head = _read_pieces(utterance[:_READ_FROM_EACH_END], 0, words, rows, has_files)
    offset = length - _READ_FROM_EACH_END
    return _completed(head + _read_pieces(utterance[offset:], offset, words, rows, has_files))


def _completed(judged: list[Judged]) -> list[Judged]:
    """What only the neighbours of a clause can tell."""
    judged = _without_fetching(judged)
    return _with_details(_carried_on(judged)) if len(judged) > 1 else judged


def _carried_on(judged: list[Judged]) -> list[Judged]:
    """What a clause means after the one before: "let me find the photos and send them", "the export, is it done?"."""
    mine = handed = False
    named: list[Piece] = []
    for clause, start, end, pieces in judged:
        tags = clause.whole
        routes = [piece.route for piece in pieces]
        if mine and "upload" not in routes and _hands_over(tags):
            pieces[:] = [Piece("upload", start, end, "announces files", _deciding(clause, _SENDS | _BRINGS))]
        if named and tags & _STATE_OF_IT and routes and all(route == "status" for route in routes):
            named.clear()
        if handed and not pieces and _just_names(tags):
            pieces.append(Piece("upload", start, end, "hands files over", _deciding(clause, _MEDIA)))
        handed = bool(tags & _HERE)
        announced = tags & _WILL and tags & _ANNOUNCED and not tags & _NOT_MINE
        mine = bool(announced) or "upload" in routes
        named = pieces if len(pieces) == 1 and pieces[0].rule == "names the film" else []
    return judged


def _hands_over(tags: int) -> bool:
    """Whether words behind files announced hand those over: "sending it", "send them over", "I'll put them in here"."""
    if tags & _NOT_MINE & ~(_B["sure"] if tags & _B["media"] else 0):
        return False
    if tags & _B["edit"] and tags & _B["part"] and not tags & _B["media"]:
        # "pop it in the corner"
        return False
    sends = tags & _SENDS and tags & (_B["will"] | _B["to_you"] | _B["them"])
    return bool(sends or (tags & _BRINGS and tags & (_B["will"] | _B["to_you"] | _B["library"])))


def _just_names(tags: int) -> bool:
    """Whether a clause does nothing but name files, as it may behind "here you go"."""
    named = tags & _B["media"] and tags & _B["SHORT"]
    return bool(named) and not tags & (_NOT_ASKED | _B["edit"] | _B["asks"] | _B["Q"])


def _with_details(judged: list[Judged]) -> list[Judged]:
    """What asks for nothing by itself goes with the request before it: "animate this, 3 seconds, square"."""
    requested = False
    for clause, start, end, pieces in judged:
        if pieces:
            requested = pieces[-1].route == "chat"
        elif requested and clause.kind == "main" and not clause.leads and not clause.whole & _NOT_ASKED:
            pieces.append(Piece("chat", start, end, "goes with the request before it", ()))
    return judged


def _without_fetching(judged: list[Judged]) -> list[Judged]:
    """Beside an address to bring in, "download this photo" fetches the photo, not the film."""
    brought = [pieces for clause, _, _, pieces in judged if clause.whole & _URL]
    if brought and any(piece.rule == _BRINGS_IN for pieces in brought for piece in pieces):
        for clause, _, _, pieces in judged:
            if clause.whole & _BRING and clause.whole & _MEDIA:
                pieces[:] = [piece for piece in pieces if piece.route != "export"]
    return judged


def _lexicon_for(utterance: str) -> Lexicon:
    tags = [tag for tag, _ in language_scores(utterance)[:2]]
    if "en" not in tags:
        tags.append("en")
    return lexicon(tuple(tags))


def _read_pieces(text: str, offset: int, words: Lexicon, rows: TableIndex, has_files: bool) -> list[Judged]:
    whole, hits = read(text, words)
    met = rows.mark(whole.text, hits)
    judged: list[Judged] = []
    for clause in split(hits, words):
        start = offset + whole.original(clause.start)
        end = offset + whole.original(clause.end)
        judged.append((clause, start, end, _judge(clause, start, end, rows, met, has_files)))
    return judged


def _judge(clause: Clause, start: int, end: int, rows: TableIndex, met: Met, has_files: bool) -> list[Piece]:
    tags = clause.whole
    if tags & _URL and (piece := _address(clause, start, end)):
        return piece
    if clause.kind != "main":
        work_first = clause.kind == "after" and _is_work(tags)
        return [Piece("chat", start, end, "to be done first", _deciding(clause, _WORK))] if work_first else []
    if (claim := rows.claimed(clause, met)) is not None and _may_claim(clause):
        return [Piece(claim.row.actions[0], start, end, "the row's own words", claim.words, claim)]
    frame = judge(tags, clause.governed)
    if frame is None or frame.route == "none":
        if has_files and frame is None and tags & _ASKED and not tags & (_B["here"] | _B["upload"]):
            return [Piece("chat", start, end, _ABOUT_FILES, _deciding(clause, _ASKED))]
        if has_files and frame is None and _names_a_property(clause):
            return [Piece("chat", start, end, "says how the film shall be", _deciding(clause, _PROPERTY))]
        return []
    pieces = [Piece(frame.route, start, end, frame.name, _deciding(clause, frame.shown_by))]
    if frame.route == "export" and tags & _MAY_BE_EDITED and tags & _EDITED:
        pieces.insert(0, Piece("chat", start, end, "an edit on the way out", _deciding(clause, _WORK)))
    return pieces


def _is_work(tags: int) -> bool:
    """Whether what must come first is work on the film, and not the film's being done, sent or made."""
    if tags & _CHANGES:
        return bool(tags & _WORK and not tags & _FILM)
    edited = tags & _B["edit"] and not tags & _B["makes"] and not tags & (_FILM & ~_B["it"])
    return bool(edited or (tags & _WORK and not tags & _FILM)) and not tags & _DONE


def _names_a_property(clause: Clause) -> bool:
    """Whether words sent beside files say how the film shall be, without a verb: "square", "8 seconds", "slower"."""
    tags = clause.whole
    if tags & (_NOT_ASKED | _B["here"] | _B["upload"] | _B["media"]):
        return False
    counted = tags & _B["part"] and any(char.isdigit() for hit in clause.hits for char in hit.text)
    return bool(tags & (_B["shape"] | _B["format"] | _B["more"]) or counted)


def _may_claim(clause: Clause) -> bool:
    """Whether a row's own words may decide: not negated or told, nor what an edit puts into the film."""
    if clause.whole & (_B["NEG"] | _B["reported"]):
        return False
    if not clause.whole & _B["HEAD_EDIT"]:
        return True
    hits = clause.hits
    return any(
        hit.tags & _B["ROW_WORD"] and (not place or hits[place - 1].tags & _B["edit"]) for place, hit in enumerate(hits)
    )


def _deciding(clause: Clause, tags: int) -> tuple[str, ...]:
    # of a list: a tuple is made of it at twice the speed
    return tuple([text for _, _, own, text, kind in clause.hits if own & tags and kind in _WORDS])


def _address(clause: Clause, start: int, end: int) -> list[Piece]:
    """An address of media is an upload, unless it is a style to follow or stands on screen itself."""
    tags = clause.whole
    if tags & (_B["reference"] | _B["onscreen"] | _B["NEG"] | _B["says"]):
        return [
            Piece(
                "chat",
                start,
                end,
                "an address as reference or on screen",
                _deciding(clause, _B["reference"] | _B["onscreen"]),
            )
        ]
    pieces = [Piece("upload", start, end, _BRINGS_IN, _deciding(clause, _B["bring"]))]
    edits = [hit for hit in clause.hits if hit.tags & _B["edit"] and not hit.tags & _NOT_AN_EDIT_HERE]
    if not edits and tags & _B["more"]:
        edits = [hit for hit in clause.hits if hit.tags & _B["more"]]
    if not edits and tags & _B["into"] and tags & _SHOTS:
        # "use the clip at ... as the opening shot"
        edits = [hit for hit in clause.hits if hit.tags & _SHOTS]
    if edits:
        pieces.append(Piece("chat", start, end, "an edit", tuple(hit.text for hit in edits)))
    return pieces


def _ordered(judged: list[Judged]) -> list[Piece]:
    """Into the order of execution: what comes "first", or must be done before, moves ahead."""
    ordered: list[Piece] = []
    led = waited_for = False
    for clause, _, _, pieces in judged:
        if not pieces:
            led = led or clause.leads
            waited_for = clause.kind == "before" and bool(clause.whole & _GOES_OUT)
            continue
        # "send it, but before sending it fix the title"
        leads = clause.leads or (waited_for and pieces[0].route == "chat")
        if ordered and ((leads and not led) or clause.kind == "after"):
            ordered[0:0] = pieces
        else:
            ordered.extend(pieces)
        led, waited_for = led or leads, False
    return ordered


def _intents(utterance: str, pieces: list[Piece], rows: TableIndex, files: Sequence[str]) -> list[Intent]:
    routes: dict[str, list[Piece]] = {}
    for piece in pieces:
        routes.setdefault(rows.known(piece.route), []).append(piece)
    intents: list[Intent] = []
    own: list[Piece] = []
    if files:
        if len({piece.route for piece in pieces} - {"upload"}) > 1:
            pieces = [piece for piece in pieces if piece.rule != _ABOUT_FILES]
            routes = {name: found for name, found in routes.items() if any(piece in pieces for piece in found)}
        own = routes.pop("upload", [])
        row, rule, words = rows.row_for("upload", own, utterance), "files were sent", tuple(files[:3])
        intents.append(Intent("upload", _text(utterance, own) if own else "", row, Why(row.line, rule, words)))
        if not routes:
            if not own:
                intents[0] = Intent("upload", utterance.strip(), row, intents[0].why)
            return intents
    for route, found in routes.items():
        action = cast("RouteAction", route)
        row = rows.row_for(route, found, utterance)
        words = tuple(dict.fromkeys([word for piece in found for word in piece.words]))
        text = utterance.strip() if len(routes) == 1 and not own else _text(utterance, found)
        intents.append(Intent(action, text, row, Why(row.line, found[0].rule, words)))
    if not intents:
        row = rows.row_for("chat", [], utterance)
        intents.append(Intent("chat", utterance.strip(), row, Why(row.line, "everything else", ())))
    return intents


def _text(utterance: str, pieces: list[Piece]) -> str:
    """The words the pieces stand on, verbatim; neighbouring pieces keep what stands between them."""
    spans = sorted({(piece.start, piece.end) for piece in pieces})
    joined: list[list[int]] = []
    for start, end in spans:
        if joined and not any(char.isalnum() for char in utterance[joined[-1][1] : start]):
            joined[-1][1] = max(joined[-1][1], end)
        else:
            joined.append([start, end])
    return " ".join(utterance[start:end].strip(_TRIM) for start, end in joined)

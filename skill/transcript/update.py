"""Rewrites what a transcript expects to what came; everything else in the file stays letter by letter."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from .compare import MAY_BE_LEFT_OUT, differences
from .format import Transcript, TranscriptError, read_transcript
from .play import Played, PlayedTurn
from .source import Place, Source
from .write import one_line

_VOLATILE = ("turn_id", "next_poll_s", "bytes")


def updated(text: str, transcript: Transcript, played: Played, name: str) -> str:
    """The file's text with the expectations of `played`: events of `host`, keys of `request`, `waited_s`.

    What the backend answers is no expectation and stays. Raises TranscriptError where the text cannot be mended.
    """
    edits = _Edits(Source(text))
    wanted = []
    for number, (turn, seen) in enumerate(zip(transcript.turns, played.turns, strict=True), 1):
        wanted.append(edits.host(number, turn.host, seen))
        edits.requests(number, seen)
    waited = edits.source.top("waited_s")
    if waited is not None and transcript.waited_s != played.waited_s:
        edits.replace(waited, f"{played.waited_s:g}")
    mended = edits.applied()
    if [list(turn.host) for turn in read_transcript(mended, name).turns] != wanted:
        raise TranscriptError(f"{name}: its expectations cannot be rewritten in place; write `host` as a plain list")
    return mended


class _Edits:
    """Replacements in one text, applied together."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self._spans: list[tuple[int, int, str]] = []

    def applied(self) -> str:
        text = self.source.text
        for start, end, new in sorted(self._spans, key=lambda span: span[:2], reverse=True):
            text = text[:start] + new + text[end:]
        return text

    def replace(self, place: Place, new: str) -> None:
        self._spans.append((place.start, place.end, _continued(new, place.column + 2)))

    def host(self, number: int, expected: Sequence[dict[str, Any]], seen: PlayedTurn) -> list[dict[str, Any]]:
        """Mend a turn's `host`; returns what it says then."""
        shown = _portable(seen.shown)
        after: list[tuple[int | None, dict[str, Any]]] = []
        for one, other in seen.pairs:
            if one is not None and other is not None:
                after.append((one, _corrected(expected[one], seen.shown[other], shown[other])))
            elif other is not None and shown[other]["kind"] not in MAY_BE_LEFT_OUT:
                after.append((None, shown[other]))
        wanted = [event for _, event in after]
        if wanted == list(expected):
            return wanted
        place = self.source.part(number, "host")
        if place is None:
            self._add_host(number, wanted)
        elif place.flow or not any(one is not None for one, _ in after):
            self.replace(place, one_line(wanted))
        else:
            self._mend_list(number, place, expected, after)
        return wanted

    def _mend_list(
        self,
        number: int,
        host: Place,
        expected: Sequence[dict[str, Any]],
        after: Sequence[tuple[int | None, dict[str, Any]]],
    ) -> None:
        """A block list, item by item: comments beside and between them stay."""
        kept = {one: event for one, event in after if one is not None}
        for one, before in enumerate(expected):
            place = self._item(number, one)
            if one not in kept:
                self._spans.append((*self._lines(place), ""))
            elif kept[one] != before:
                self.replace(place, one_line(kept[one]))
        first = self._lines(self._item(number, 0))[0]
        at = first
        new: list[str] = []
        for number_before, event in after:
            if number_before is None:
                new.append(_listed(event, host.column))
                continue
            self._insert(at, new)
            new = []
            at = self._lines(self._item(number, number_before))[1]
        self._insert(at, new)

    def _insert(self, at: int, lines: list[str]) -> None:
        if not lines:
            return
        text = "".join(lines)
        if at and self.source.text[at - 1] != "\n":
            text = "\n" + text.removesuffix("\n")
        self._spans.append((at, at, text))

    def _item(self, number: int, one: int) -> Place:
        place = self.source.entry(number, "host", one + 1)
        assert place is not None, "every expected event has its place"
        return place

    def _lines(self, place: Place) -> tuple[int, int]:
        """The whole lines on which an item stands."""
        text = self.source.text
        end = text.find("\n", place.end)
        return text.rfind("\n", 0, place.start) + 1, len(text) if end < 0 else end + 1

    def _add_host(self, number: int, events: Sequence[dict[str, Any]]) -> None:
        turn = self.source.turn(number)
        assert turn is not None, "a turn that was played stands in the file"
        if turn.flow and not self.source.short:
            at = turn.end - 1
            self._spans.append((at, at, f", host: {one_line(list(events))}"))
            return
        indent = 0 if self.source.short and turn.flow else turn.column
        end = len(self.source.text.rstrip()) if indent == 0 else turn.end
        lines = [f"\n{' ' * indent}host:\n", *(_listed(event, indent + 2) for event in events)]
        self._spans.append((end, end, "".join(lines).removesuffix("\n")))

    def requests(self, number: int, seen: PlayedTurn) -> None:
        """What a reply expects to be asked with."""
        for asked in {answered.number: answered for answered in reversed(seen.asked)}.values():
            wanted = asked.reply.request
            if not wanted or not differences(wanted, asked.body):
                continue
            reply = self.source.entry(number, "backend", asked.number)
            place = self.source.within(reply, "request") if reply else None
            if place is not None and isinstance(asked.body, dict):
                self.replace(place, one_line(_corrected(wanted, asked.body, asked.body)))


def _corrected(expected: Mapping[str, Any], came: Mapping[str, Any], new: Mapping[str, Any]) -> dict[str, Any]:
    """The keys that were expected, each as it is where it fits and as it came where it does not."""
    corrected: dict[str, Any] = {}
    for key, value in expected.items():
        if key not in came:
            continue
        if not differences(value, came[key]):
            corrected[key] = value
        elif isinstance(value, Mapping) and isinstance(came[key], Mapping):
            corrected[key] = _corrected(value, came[key], new[key])
        else:
            corrected[key] = new[key]
    return corrected


def _portable(shown: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Events as a transcript can expect them anywhere: without what differs from one run to the next."""
    text = json.dumps([{key: value for key, value in event.items() if key not in _VOLATILE} for event in shown])
    for event in shown:
        if event["kind"] == "file":
            text = text.replace(json.dumps(str(Path(event["path"]).parent))[1:-1], "\\u2026")
    found: list[dict[str, Any]] = json.loads(text)
    return found


def _listed(event: Mapping[str, Any], indent: int) -> str:
    return " " * indent + "- " + _continued(one_line(event), indent + 4) + "\n"


def _continued(text: str, indent: int) -> str:
    return text.replace("\n", "\n" + " " * indent)

"""Where things stand in a transcript's file: lines for messages, spans for replacing."""

from __future__ import annotations

from dataclasses import dataclass

import yaml

from .compare import Mismatch


@dataclass(frozen=True, slots=True)
class Place:
    """A value in the text: text[start:end] is all of it, without what follows. node: the value itself."""

    start: int
    end: int
    line: int
    column: int
    node: yaml.Node

    @property
    def flow(self) -> bool:
        """Whether it is written with brackets or braces, or is a plain value."""
        return not isinstance(self.node, yaml.CollectionNode) or bool(self.node.flow_style)


class Source:
    """A transcript's text, with the places of its parts. Raises yaml.YAMLError for what is no YAML."""

    def __init__(self, text: str) -> None:
        self.text = text
        root = yaml.compose(text, Loader=yaml.SafeLoader)
        self._root = root if isinstance(root, yaml.MappingNode) else yaml.MappingNode("", [])

    def top(self, key: str) -> Place | None:
        """A value of the file itself."""
        return self._place(_value(self._root, key))

    def turn(self, number: int) -> Place | None:
        """A turn (1-based)."""
        turns = _value(self._root, "turns")
        if isinstance(turns, yaml.SequenceNode):
            return self._place(turns.value[number - 1]) if 0 < number <= len(turns.value) else None
        return self._place(_value(self._root, "turn"))

    def part(self, turn: int, key: str) -> Place | None:
        """`host` or `backend` of a turn, which stand beside a single `turn`."""
        place = self.turn(turn)
        own = _value(place.node, key) if place else None
        return self._place(own if own is not None else _value(self._root, key) if self.short else None)

    @property
    def short(self) -> bool:
        """Whether there is a single turn, written as `turn`."""
        return _value(self._root, "turn") is not None

    def entry(self, turn: int, key: str, number: int) -> Place | None:
        """An entry (1-based) of a turn's `host` or `backend`."""
        place = self.part(turn, key)
        if place is None or not isinstance(place.node, yaml.SequenceNode):
            return None
        return self._place(place.node.value[number - 1]) if 0 < number <= len(place.node.value) else None

    def within(self, place: Place, key: str) -> Place | None:
        """A value of a mapping."""
        return self._place(_value(place.node, key))

    def line(self, mismatch: Mismatch) -> int | None:
        """The line to look at, None where there is none to name."""
        place = self.entry(mismatch.turn, mismatch.part, mismatch.number) if mismatch.number else None
        place = place or (self.turn(mismatch.turn) if mismatch.turn else None)
        return place.line if place else None

    def _place(self, node: yaml.Node | None) -> Place | None:
        if node is None:
            return None
        start = node.start_mark.index
        end = start + len(self.text[start : _end(node)].rstrip())
        return Place(start, end, node.start_mark.line + 1, node.start_mark.column, node)


def _value(node: yaml.Node, key: str) -> yaml.Node | None:
    if not isinstance(node, yaml.MappingNode):
        return None
    return next((value for name, value in node.value if name.value == key), None)


def _end(node: yaml.Node) -> int:
    """A block's own end mark lies behind the comments that follow it."""
    if isinstance(node, yaml.CollectionNode) and not node.flow_style and node.value:
        last = node.value[-1]
        return _end(last[1] if isinstance(last, tuple) else last)
    return int(node.end_mark.index)

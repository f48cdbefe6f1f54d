"""A transcript's data as the YAML a person would write: one line for what is short, one step a line for streams."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import yaml

from .format import TranscriptError, read_transcript

_WIDTH = 116
_BREAKS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ufeff]")
"""What ends a line for YAML, or is none of its characters."""
_LISTS = ("backend", "host", "stream")


class _Dumper(yaml.SafeDumper):
    """Writes text with line breaks in one line, and nothing as an alias of something else."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def _text(dumper: _Dumper, data: str) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:str", data, style='"' if _BREAKS.search(data) else None)


_Dumper.add_representer(str, _text)


def written(head: Mapping[str, Any], turns: Sequence[Mapping[str, Any]]) -> str:
    """The text of a transcript file. head: everything but the turns."""
    lines = [line for key, value in head.items() for line in _entry(key, value, 0)]
    lines.append("turns:")
    for turn in turns:
        lines += _item(turn, 2)
    return "\n".join(lines) + "\n"


def with_turn(text: str, turn: Mapping[str, Any], name: str) -> str:
    """A transcript's text with one more turn behind its last; the rest stays letter by letter.

    Raises TranscriptError where the file does not end with its list of turns.
    """
    before = read_transcript(text, name)
    longer = text.rstrip() + "\n" + "\n".join(_item(turn, _indent_of_turns(text))) + "\n"
    try:
        after = read_transcript(longer, name)
    except TranscriptError:
        after = before
    if after.turns[:-1] != before.turns:
        raise TranscriptError(f"{name}: it does not end with its list of turns, so none can be put behind them")
    return longer


def _indent_of_turns(text: str) -> int:
    root = yaml.compose(text, Loader=yaml.SafeLoader)
    if isinstance(root, yaml.MappingNode):
        for key, value in root.value:
            if key.value == "turns" and isinstance(value, yaml.SequenceNode):
                return int(value.start_mark.column)
    return 2


def one_line(value: Any) -> str:
    """Data as flow YAML; long ones break into several lines."""
    text: str = yaml.dump(
        value, Dumper=_Dumper, default_flow_style=True, allow_unicode=True, sort_keys=False, width=_WIDTH
    )
    return text.removesuffix("\n").removesuffix("\n...")


def _entry(key: str, value: Any, indent: int) -> Iterator[str]:
    """`key: value`, a list of replies, events or steps one below the other."""
    if key in _LISTS and value:
        yield " " * indent + f"{key}:"
        for item in value:
            yield from _item(item, indent + 2)
    else:
        yield from _indented(f"{key}: {one_line(value)}", indent)


def _item(value: Any, indent: int) -> Iterator[str]:
    """`- …` in one line where it has no list of its own."""
    if isinstance(value, Mapping) and any(key in value and value[key] for key in _LISTS):
        lines = [line for key, inner in value.items() for line in _entry(key, inner, indent + 2)]
        yield " " * indent + "- " + lines[0].lstrip()
        yield from lines[1:]
    else:
        yield from _indented(f"- {one_line(value)}", indent)


def _indented(text: str, indent: int) -> Iterator[str]:
    for number, line in enumerate(text.split("\n")):
        yield " " * (indent + 2 * bool(number)) + line

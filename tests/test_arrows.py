"""The map of the house holds: only the arrows of the design, and a room is entered by its door."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
ROOMS = ("skill", "router", "api", "studio")

# who may import whom; a tuple names the files or folders from which the arrow may start, () = anywhere in the room
ARROWS: dict[tuple[str, str], tuple[str, ...]] = {
    ("skill", "router"): (),
    ("skill", "api"): (),
    ("skill", "studio"): (
        "skill/turn/backend.py",
        "skill/hosts/cli/render.py",
        "skill/hosts/cli/studio.py",
        "skill/hosts/cli/doctor.py",
    ),
    ("studio", "api"): (),
    ("studio", "router"): ("studio/agent/",),
}

SOURCES = sorted(path for room in ROOMS for path in (ROOT / room).rglob("*.py"))


def imported_modules(path: Path) -> Iterator[tuple[int, str]]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            yield node.lineno, node.module


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_only_the_arrows_of_the_design(path: Path) -> None:
    here = path.relative_to(ROOT).as_posix()
    room = here.split("/")[0]
    wrong = []
    for line, module in imported_modules(path):
        target, _, inside = module.partition(".")
        if target not in ROOMS:
            continue
        if target == room:
            wrong.append(f"{here}:{line}: inside a room imports are relative, not {module}")
            continue
        starts = ARROWS.get((room, target))
        if starts is None or (starts and not here.startswith(starts)):
            wrong.append(f"{here}:{line}: {room} may not import {module} here")
        if inside:
            wrong.append(f"{here}:{line}: enter {target} by its door, not by {module}")
    assert not wrong, "\n".join(wrong)


def test_the_walk_sees_every_room() -> None:
    assert {path.relative_to(ROOT).parts[0] for path in SOURCES} == set(ROOMS)

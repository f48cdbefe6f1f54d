"""What the studio shows to the other rooms is pinned, and each name is there."""

import subprocess
import sys

import pytest

import studio

NAMES = [
    "Answer",
    "Brief",
    "Limits",
    "LocalTransport",
    "Media",
    "RenderError",
    "RenderOptions",
    "RenderStopped",
    "Rendered",
    "Shelves",
    "Stock",
    "Studio",
    "UnsupportedMedia",
    "create_app",
    "draft_of",
    "platform_size",
    "probe",
    "render_film",
    "scheduler",
]


def test_the_names_of_the_door_are_pinned() -> None:
    assert sorted(studio.__all__) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_every_name_is_there(name: str) -> None:
    assert callable(getattr(studio, name))


def test_another_name_is_not() -> None:
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = studio.nothing


def test_the_door_itself_loads_nothing() -> None:
    code = "import sys, studio; print([name for name in sys.modules if name.startswith('studio.')])"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"

"""A value behaves as the frozen dataclass it stands for."""

import copy
import pickle
from dataclasses import FrozenInstanceError, asdict, dataclass, field, fields, is_dataclass, replace
from typing import Any

import pytest

from skill.turn.settings import Settings
from skill.value import value

from .conftest import Bench


@value
class Shot:
    """A value."""

    start_ms: int
    name: str = "a.jpg"
    tags: list[str] = field(default_factory=list)
    kind: str = "shot"

    @property
    def end(self) -> int:
        return self.start_ms + 1


@dataclass(frozen=True, slots=True)
class Peer:
    """The same, as the standard library makes it."""

    start_ms: int
    name: str = "a.jpg"
    tags: list[str] = field(default_factory=list)
    kind: str = "shot"


@value
class Pair:
    """A value of values."""

    first: Shot
    others: tuple[Shot, ...] = ()


@value
class Guarded:
    """A value with something to hide."""

    name: str
    secret: str | None = field(default=None, repr=False)


def test_a_field_may_be_hidden_from_view_and_stays_a_field() -> None:
    guarded = Guarded("a", "hush")
    assert repr(guarded) == "Guarded(name='a')"
    assert guarded != Guarded("a") and replace(guarded, name="b").secret == "hush"


def test_neither_the_settings_nor_what_holds_them_shows_a_token(bench: Bench) -> None:
    bench.settings = Settings(token="hush-hush")
    for shown in (repr(bench.settings), repr(bench.runtime()), f"{bench.settings}"):
        assert "hush" not in shown
    assert "token" not in repr(bench.settings)
    assert asdict(bench.settings)["token"] == "hush-hush"


CALLS: list[tuple[tuple[Any, ...], dict[str, Any]]] = [
    ((1,), {}),
    ((1, "b"), {}),
    ((1, "b", ["x"], "k"), {}),
    ((), {"start_ms": 1}),
    ((1,), {"kind": "k", "name": "b"}),
]
WRONG: list[tuple[tuple[Any, ...], dict[str, Any]]] = [
    ((), {}),
    ((), {"name": "b"}),
    ((1, "b", [], "k", 5), {}),
    ((1,), {"start_ms": 2}),
    ((1, "b"), {"name": "c"}),
    ((1,), {"length_ms": 2}),
]


@pytest.mark.parametrize(("given", "named"), CALLS)
def test_it_is_made_and_shown_as_a_dataclass_is(given: tuple[Any, ...], named: dict[str, Any]) -> None:
    made = Shot(*given, **named)
    peer: Any = Peer(*given, **named)
    assert asdict(made) == asdict(peer)
    assert repr(made) == repr(peer).replace("Peer", "Shot")
    assert made == Shot(*given, **named)
    assert made != peer
    assert made != replace(made, start_ms=7)


@pytest.mark.parametrize(("given", "named"), WRONG)
def test_it_refuses_what_a_dataclass_refuses(given: tuple[Any, ...], named: dict[str, Any]) -> None:
    with pytest.raises(TypeError):
        Peer(*given, **named)
    with pytest.raises(TypeError):
        Shot(*given, **named)


def test_nothing_in_it_can_be_changed() -> None:
    made: Any = Shot(1)
    with pytest.raises(FrozenInstanceError):
        made.name = "b.jpg"
    with pytest.raises(FrozenInstanceError):
        del made.name
    with pytest.raises(AttributeError):
        made.another = 1
    assert made == Shot(1)
    assert not hasattr(made, "__dict__")


def test_a_default_is_made_for_each() -> None:
    one, other = Shot(1), Shot(1)
    assert one.tags is not other.tags


def test_equal_values_are_one_key() -> None:
    assert len({Pair(Shot(1, tags=()), ()), Pair(Shot(1, tags=()), ())}) == 1  # type: ignore[arg-type]
    with pytest.raises(TypeError):
        hash(Shot(1))  # a list has no hash, in a dataclass neither


def test_the_tools_for_dataclasses_take_it() -> None:
    assert [found.name for found in fields(Shot)] == ["start_ms", "name", "tags", "kind"]
    assert replace(Shot(1, "b"), start_ms=2) == Shot(2, "b")
    assert asdict(Pair(Shot(1), (Shot(2),)))["others"][0]["start_ms"] == 2
    match Shot(3, "c"):
        case Shot(start, "c"):
            assert start == 3
        case _:
            pytest.fail("its fields match by position")
    assert is_dataclass(Shot)


def test_it_can_be_copied_and_pickled() -> None:
    made = Pair(Shot(1, tags=["x"]), (Shot(2),))
    for again in (copy.copy(made), copy.deepcopy(made), pickle.loads(pickle.dumps(made))):
        assert again == made
    assert copy.deepcopy(made).first.tags is not made.first.tags


def test_what_the_class_says_beside_its_fields_stays() -> None:
    assert Shot(1).end == 2
    assert Shot.__doc__ == "A value."

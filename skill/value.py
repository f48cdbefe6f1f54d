"""`@value`: a frozen dataclass that costs next to nothing to define, for the classes that every turn loads.

`@dataclass(frozen=True, slots=True)` writes and compiles six methods for each class, 0.4 ms of every start; the thirty
that a `credits` turn loads took a tenth of it. A value's methods are written once, here, and shared: they read the
fields that the class declares. To everybody else it is a dataclass: `fields`, `asdict`, `replace`, `match`, `field`
with a default, and type checkers work as ever. Making one takes a few microseconds more.
"""

from __future__ import annotations

from dataclasses import MISSING, FrozenInstanceError, dataclass, field
from typing import Any, NoReturn, TypeVar, dataclass_transform

_Class = TypeVar("_Class")


@dataclass_transform(frozen_default=True, field_specifiers=(field,))
def value(cls: type[_Class]) -> type[_Class]:
    """Make the class a frozen, slotted dataclass whose fields are given, compared and, but for `repr=False`, shown."""
    for name, method in _METHODS.items():
        setattr(cls, name, method)
    return dataclass(init=False, repr=False, eq=False, slots=True)(cls)


def _init(self: Any, /, *given: Any, **named: Any) -> None:
    names = self.__match_args__
    values = dict(zip(names, given, strict=False))
    if len(given) > len(names) or not named.keys() <= set(names[len(given) :]):
        raise TypeError(f"{type(self).__name__} has the fields {', '.join(names)}; each is given once")
    values.update(named)
    for name in names:
        object.__setattr__(self, name, values[name] if name in values else _default(self, name))


def _default(self: Any, name: str) -> Any:
    declared = self.__dataclass_fields__[name]
    if declared.default_factory is not MISSING:
        return declared.default_factory()
    if declared.default is MISSING:
        raise TypeError(f"{type(self).__name__} needs a value for {name}")
    return declared.default


def _values(self: Any) -> tuple[Any, ...]:
    return tuple([getattr(self, name) for name in self.__match_args__])


def _repr(self: Any) -> str:
    declared = self.__dataclass_fields__
    shown = ", ".join(f"{name}={getattr(self, name)!r}" for name in self.__match_args__ if declared[name].repr)
    return f"{type(self).__qualname__}({shown})"


def _eq(self: Any, other: object) -> bool:
    return _values(self) == _values(other) if type(other) is type(self) else NotImplemented


def _hash(self: Any) -> int:
    return hash(_values(self))


def _frozen(self: Any, name: str, *_: object) -> NoReturn:
    raise FrozenInstanceError(f"{type(self).__name__}.{name} is fixed; `replace` makes another with a different one")


def _reduce(self: Any) -> tuple[object, ...]:
    return type(self), _values(self)  # copying and pickling make it anew: its attributes cannot be set


_METHODS = {
    "__init__": _init,
    "__repr__": _repr,
    "__eq__": _eq,
    "__hash__": _hash,
    "__setattr__": _frozen,
    "__delattr__": _frozen,
    "__reduce__": _reduce,
}

"""Choices that Hypothesis makes: many of them drawn as one, which takes a tenth of the time of an integer for each.

They are packed into texts of bytes, a byte for each choice, all of one length. What Hypothesis does with texts of bytes it
then does with the choices: it makes each of them smaller when it shrinks a department, and it copies one text over another,
since they are of one kind, when it looks for further departments.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import cache
from typing import Any, TypeVar

from hypothesis import strategies as st

Draw = Callable[[st.SearchStrategy[Any]], Any]
T = TypeVar("T")

LENGTH = 16
"""Of each of the texts; what is left of the last one chooses nothing."""

_TEXT = st.binary(min_size=LENGTH, max_size=LENGTH)
_BYTE, _TWO_BYTES = 256, 65_536


class Choices:
    """Choices among so many options each. The first option is the simplest: the one that is shrunk to."""

    def __init__(self, sizes: Sequence[int]) -> None:
        self.sizes = tuple(sizes)
        assert all(0 < size <= _TWO_BYTES for size in self.sizes)
        self.strategy = _texts(-(-sum(map(_width, self.sizes)) // LENGTH))
        """Gives the texts that :meth:`chosen` takes."""

    def draw(self, draw: Draw) -> Iterator[int]:
        """The index of an option for each choice, in order."""
        return self.chosen(draw(self.strategy))

    def chosen(self, texts: Sequence[bytes]) -> Iterator[int]:
        packed = b"".join(texts)
        place = 0
        for size in self.sizes:
            end = place + _width(size)
            yield int.from_bytes(packed[place:end]) % size
            place = end


def _width(size: int) -> int:
    """The bytes that a choice among so many takes: none where there is none to make."""
    return (size > 1) + (size > _BYTE)


@cache
def _texts(count: int) -> st.SearchStrategy[Any]:
    return st.tuples(*[_TEXT] * count)


def pick(draw: Draw, options: Sequence[T]) -> T:
    """One of the options, shrunk to the first."""
    return options[draw(_index(len(options)))] if len(options) > 1 else options[0]


@cache
def _index(size: int) -> st.SearchStrategy[int]:
    return st.integers(0, size - 1)


def shuffled(items: Sequence[T], numbers: Iterator[int]) -> list[T]:
    """The items in another order, by a number below 256 for each but the last; all zeros leave them as they are."""
    order = list(items)
    for place in range(len(order) - 1):
        other = place + next(numbers) % (len(order) - place)
        order[place], order[other] = order[other], order[place]
    return order


@cache
def shuffles(count: int) -> Choices:
    """The numbers with which :func:`shuffled` orders so many items, or several lists of them."""
    return Choices([_BYTE] * count)

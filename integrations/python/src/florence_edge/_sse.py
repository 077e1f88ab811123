"""A parser of server-sent events: bytes in any pieces to the data of events. It reads nothing itself."""

from __future__ import annotations

import codecs
from collections.abc import Iterator

from ._errors import FlorenceError


class EventParser:
    """Collects the lines of an event. `id`, `retry` and the event's name are left out: the API's data says what it is."""

    def __init__(self, limit: int) -> None:
        """Accept events of at most `limit` characters."""
        self._limit = limit
        self._decoder = codecs.getincrementaldecoder("utf-8-sig")()
        self._unfinished: list[str] = []
        self._data: list[str] = []
        self._length = 0
        self._is_after_return = False

    def feed(self, chunk: bytes) -> Iterator[str]:
        """Yield the data of the events that the chunk ends. Raises `FlorenceError` for what is no stream of events."""
        try:
            text = self._decoder.decode(chunk)
        except UnicodeDecodeError as error:
            raise FlorenceError("invalid-response", "The stream of events is not UTF-8.") from error
        for line in self._lines(text):
            if line:
                self._add(line)
            elif self._data:
                yield "\n".join(self._data)
                self._data = []

    @property
    def is_inside(self) -> bool:
        """Whether an event has begun that has not ended."""
        return bool(self._data or any(self._unfinished))

    def _count(self, length: int) -> None:
        self._length += length
        if self._length > self._limit:
            raise FlorenceError("invalid-response", f"An event has more than {self._limit} characters.")

    def _lines(self, text: str) -> Iterator[str]:
        """Yield whole lines. They end in CR, LF or both; a CR at the end of a chunk may be followed by the LF of the same line end."""
        if self._is_after_return and text:
            text = text.removeprefix("\n")
            self._is_after_return = False
        self._is_after_return = self._is_after_return or text.endswith("\r")
        *ended, rest = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
        for line in ended:
            self._count(len(line))
            yield "".join([*self._unfinished, line])
            self._unfinished, self._length = [], sum(map(len, self._data))
        self._count(len(rest))
        self._unfinished.append(rest)

    def _add(self, line: str) -> None:
        name, _, value = line.partition(":")
        if name == "data":
            self._data.append(value.removeprefix(" "))
            self._length = sum(map(len, self._data))

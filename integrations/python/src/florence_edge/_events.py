"""The events of a streamed answer: the parser of server-sent events, and what reads them, as steps: when an answer has ended, what its charge is, what is an error."""

from __future__ import annotations

import codecs
from collections import deque
from collections.abc import Iterator
from typing import TypeAlias, Union

from ._errors import FlorenceError, problem_error
from ._exchange import MAX_ANSWER_BYTES, Deadline, decoded, parse_json
from ._headers import ChargeReport, ResponseInfo, response_info
from ._models import AnswerEvent, ChargeEvent, DeltaEvent, DoneEvent, ErrorEvent, ObjectEvent, OwnAnswer
from ._steps import Chunk, Close, Opened, Steps, perform

Event: TypeAlias = Union[DeltaEvent, ObjectEvent, DoneEvent, ChargeEvent]
"""Further text, or one finished object; then the whole answer, and with a key what it was charged."""


def _charge_of(event: ChargeEvent) -> ChargeReport:
    charge_id = event.ids[0] if len(event.ids) == 1 else None
    return ChargeReport(event.charge_micro_usd, charge_id, event.repeat, event.balance)


class EventParser:
    """Collects the lines of events, from bytes in any pieces. `id`, `retry` and the event's name are left out: the API's data says what it is."""

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


class EventReader:
    """Reads the events of one response."""

    def __init__(self, opened: Opened, deadline: Deadline) -> None:
        """Take a response whose body is a stream of events."""
        self._opened = opened
        self._deadline = deadline
        self._parser = EventParser(MAX_ANSWER_BYTES)
        self._events: deque[Event] = deque()
        self._is_over = False
        # Without a key, nothing can have been paid, and `done` is the last event.
        self._is_paid = any(name in opened.response.request.headers for name in ("authorization", "x-api-key"))
        self.answer: OwnAnswer | None = None
        self.response: ResponseInfo = response_info(opened.response.status_code, opened.response.headers)
        self.charge: ChargeReport | None = self.response.charge

    def peek(self) -> Steps[None]:
        """Read on until there is an event, or the end."""
        while not self._events and not self._is_over:
            yield from self._read_on()

    def next_event(self) -> Steps[Event | None]:
        """Return the next event; None after the last one."""
        yield from self.peek()
        return self._events.popleft() if self._events else None

    def close(self) -> Steps[None]:
        """End the stream: the server stops its work."""
        self._is_over = True
        self._events.clear()
        yield Close(self._opened)

    def _read_on(self) -> Steps[None]:
        try:
            self._deadline.remaining()
            chunk: bytes | None = yield from perform(Chunk(self._opened))
            for data in self._parser.feed(chunk or b""):
                self._add(data)
            if chunk is None:
                self._end()
        except FlorenceError:
            # Behind `done` only the charge is missing, which the list of charges has, too.
            self._is_over = True
            if self.answer is None:
                yield Close(self._opened)
                raise
        if self._is_over:
            yield Close(self._opened)

    def _end(self) -> None:
        self._is_over = True
        if self.answer is None:
            raise FlorenceError("connection-failed", "The stream ended before the answer did.")

    def _add(self, data: str) -> None:
        if self._is_over:
            return
        event: AnswerEvent = decoded(AnswerEvent, parse_json(data.encode()), self.response.status)
        if isinstance(event, ErrorEvent):
            raise problem_error(event.problem)
        if isinstance(event, DoneEvent):
            self.answer = event.answer
        if isinstance(event, ChargeEvent):
            self.charge = _charge_of(event)
        self._events.append(event)
        self._is_over = isinstance(event, ChargeEvent) or (self.answer is not None and not self._is_paid)


def open_events(opened: Opened, deadline: Deadline) -> Steps[EventReader]:
    """Wait for a stream's first event: until then a failure is retried; a later one is raised to the reader of the events."""
    media_type = opened.response.headers.get("content-type", "")
    if media_type.partition(";")[0].strip().lower() != "text/event-stream":
        raise FlorenceError("invalid-response", "The server does not stream.", status=opened.response.status_code)
    reader = EventReader(opened, deadline)
    yield from reader.peek()
    return reader

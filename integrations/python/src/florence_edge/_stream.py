"""A streamed answer: an iterator of events, in two forms."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import replace
from types import TracebackType
from typing import Any, Generic, TypeVar, cast

from ._events import Event, EventReader
from ._headers import ChargeReport, ResponseInfo
from ._steps import AsyncDriver, Driver, Steps

Answer_co = TypeVar("Answer_co", covariant=True)


def _whole(reader: EventReader) -> Any:
    """Return the answer with what its response and its charge say."""
    response = replace(reader.response, charge=reader.charge)
    return None if reader.answer is None else replace(reader.answer, response=response)


class Stream(Generic[Answer_co]):
    """The events of an answer as they come: `for event in stream`. The call has been answered; its first event is here."""

    def __init__(self, driver: Driver, steps: Steps[EventReader]) -> None:
        """Send the request."""
        self._driver = driver
        self._reader = driver.run(steps)

    @property
    def response(self) -> ResponseInfo:
        """The response, of which the events are the body."""
        return self._reader.response

    @property
    def charge(self) -> ChargeReport | None:
        """What the answer was charged: known after the last event, where answers cost credits."""
        return self._reader.charge

    def __iter__(self) -> Stream[Answer_co]:
        """Return itself: events are read once."""
        return self

    def __next__(self) -> Event:
        """Wait for the next event."""
        event = self._driver.run(self._reader.next_event())
        if event is None:
            raise StopIteration
        return event

    def finish(self) -> Answer_co:
        """Read the events that are left, and return the whole answer."""
        for _ in self:
            pass
        return cast("Answer_co", _whole(self._reader))

    def close(self) -> None:
        """End the stream before its end; the server stops its work."""
        self._driver.run(self._reader.close())

    def __enter__(self) -> Stream[Answer_co]:
        """Return itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the stream."""
        self.close()


class AsyncStream(Generic[Answer_co]):
    """The events of an answer as they come: `async for event in stream`. The request is sent when it is first awaited."""

    def __init__(self, driver: AsyncDriver, steps: Steps[EventReader]) -> None:
        """Take the steps of the request."""
        self._driver = driver
        self._steps = steps
        self._reader: EventReader | None = None

    async def _opened(self) -> EventReader:
        if self._reader is None:
            self._reader = await self._driver.run(self._steps)
        return self._reader

    async def _open(self) -> AsyncStream[Answer_co]:
        await self._opened()
        return self

    def __await__(self) -> Generator[Any, Any, AsyncStream[Answer_co]]:
        """Send the request and wait for the first event."""
        return self._open().__await__()

    @property
    def response(self) -> ResponseInfo | None:
        """The response, of which the events are the body; None before it is there."""
        return self._reader.response if self._reader else None

    @property
    def charge(self) -> ChargeReport | None:
        """What the answer was charged: known after the last event, where answers cost credits."""
        return self._reader.charge if self._reader else None

    def __aiter__(self) -> AsyncStream[Answer_co]:
        """Return itself: events are read once."""
        return self

    async def __anext__(self) -> Event:
        """Wait for the next event."""
        event = await self._driver.run((await self._opened()).next_event())
        if event is None:
            raise StopAsyncIteration
        return event

    async def finish(self) -> Answer_co:
        """Read the events that are left, and return the whole answer."""
        async for _ in self:
            pass
        return cast("Answer_co", _whole(await self._opened()))

    async def close(self) -> None:
        """End the stream before its end; the server stops its work."""
        if self._reader is not None:
            await self._driver.run(self._reader.close())

    async def __aenter__(self) -> AsyncStream[Answer_co]:
        """Wait for the first event."""
        return await self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the stream."""
        await self.close()

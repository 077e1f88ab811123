"""The steps of a call, what their errors mean, and the two drivers that perform them: one waits, the other awaits."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Generator, Iterator
from dataclasses import dataclass
from typing import Any, TypeAlias, TypeVar, Union, cast

import httpx

from ._errors import FlorenceError


@dataclass(frozen=True)
class Opened:
    """A response whose body has not been read yet."""

    response: httpx.Response
    chunks: Iterator[bytes] | AsyncIterator[bytes]


@dataclass(frozen=True)
class Send:
    """Send a request; the result is `Opened`."""

    request: httpx.Request


@dataclass(frozen=True)
class Chunk:
    """Read on; the result is bytes, or None at the end."""

    opened: Opened


@dataclass(frozen=True)
class Close:
    """Close a response that is not read further."""

    opened: Opened


@dataclass(frozen=True)
class Pause:
    """Wait for some seconds."""

    seconds: float


Step: TypeAlias = Union[Send, Chunk, Close, Pause]
Result = TypeVar("Result")
Steps: TypeAlias = Generator[Step, Any, Result]

_HTTP_ERRORS = (httpx.HTTPError, httpx.InvalidURL)


def perform(step: Step) -> Steps[Any]:
    """Yield a step; errors of `httpx` become `FlorenceError`."""
    try:
        return (yield step)
    except httpx.TimeoutException as error:
        raise FlorenceError("timeout", "The call took longer than its `timeout`.") from error
    except httpx.DecodingError as error:
        raise FlorenceError("invalid-response", "The answer's compression is damaged.") from error
    except httpx.LocalProtocolError as error:
        raise FlorenceError("invalid-request", f"The request cannot be sent: {error}") from error
    except _HTTP_ERRORS as error:
        detail = f"The API{_origin(step)} could not be reached, or the connection was lost: {error}."
        raise FlorenceError("connection-failed", detail) from error


def _origin(step: Step) -> str:
    return f" at {step.request.url.scheme}://{step.request.url.netloc.decode()}" if isinstance(step, Send) else ""


class Driver:
    """Performs steps with a client of `httpx`."""

    def __init__(self, client: httpx.Client, sleep: Callable[[float], object]) -> None:
        """Take a client and a function that waits for some seconds."""
        self.client = client
        self._sleep = sleep

    def _perform(self, step: Step) -> object:
        match step:
            case Send(request):
                response = self.client.send(request, stream=True, follow_redirects=False)
                return Opened(response, response.iter_bytes())
            case Chunk(opened):
                return next(cast("Iterator[bytes]", opened.chunks), None)
            case Close(opened):
                opened.response.close()
                return None
            case Pause(seconds):
                return self._sleep(seconds)

    def run(self, steps: Steps[Result]) -> Result:
        """Perform all steps and return their result. A response that is being read is closed if this is interrupted."""
        opened: Opened | None = None
        try:
            step = next(steps)
            while True:
                try:
                    done = self._perform(step)
                except _HTTP_ERRORS as error:
                    step = steps.throw(error)
                else:
                    opened = done if isinstance(done, Opened) else opened
                    step = steps.send(done)
        except StopIteration as stop:
            return cast("Result", stop.value)
        except BaseException:
            if opened is not None:
                opened.response.close()
            raise


class AsyncDriver:
    """Performs steps with an asynchronous client of `httpx`."""

    def __init__(self, client: httpx.AsyncClient, sleep: Callable[[float], Awaitable[object]]) -> None:
        """Take a client and a coroutine function that waits for some seconds."""
        self.client = client
        self._sleep = sleep

    async def _perform(self, step: Step) -> Any:
        match step:
            case Send(request):
                response = await self.client.send(request, stream=True, follow_redirects=False)
                return Opened(response, response.aiter_bytes())
            case Chunk(opened):
                return await anext(cast("AsyncIterator[bytes]", opened.chunks), None)
            case Close(opened):
                await opened.response.aclose()
                return None
            case Pause(seconds):
                return await self._sleep(seconds)

    async def run(self, steps: Steps[Result]) -> Result:
        """Perform all steps and return their result. A response that is being read is closed if the task is cancelled."""
        opened: Opened | None = None
        try:
            step = next(steps)
            while True:
                try:
                    done = await self._perform(step)
                except _HTTP_ERRORS as error:
                    step = steps.throw(error)
                else:
                    opened = done if isinstance(done, Opened) else opened
                    step = steps.send(done)
        except StopIteration as stop:
            return cast("Result", stop.value)
        except BaseException:
            if opened is not None:
                await opened.response.aclose()
            raise

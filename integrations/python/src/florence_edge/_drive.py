"""The two drivers of a call's steps: one waits, the other awaits. There is nothing else in which the two clients differ."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from typing import Any, TypeVar, cast

import httpx

from ._steps import Chunk, Close, Opened, Pause, Send, Step, Steps

Result = TypeVar("Result")

_HTTP_ERRORS = (httpx.HTTPError, httpx.InvalidURL)


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

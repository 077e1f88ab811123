"""The two clients: one waits for its answers, those of the other are awaited."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from types import TracebackType
from typing import TYPE_CHECKING, Any, cast

import httpx

from ._calls import connection_of, stream_steps, task_steps
from ._methods import AsyncMethods, Methods
from ._request import task_request
from ._steps import AsyncDriver, Driver
from ._stream import AsyncStream, Stream

if TYPE_CHECKING:
    from typing_extensions import Self, Unpack

    from ._exchange import Platform
    from ._images import Image
    from ._models import TaskName
    from ._settings import CallOptions
    from ._steps import Result, Steps


class Florence(Methods):
    """The API. Calls raise `FlorenceError`; a file that cannot be read raises `OSError`, and an option that does not exist `TypeError`.

    Threads may share a client.
    """

    def __init__(
        self,
        base_url: str | None = None,
        *,
        http_client: httpx.Client | None = None,
        sleep: Callable[[float], object] = time.sleep,
        platform: Platform | None = None,
        **options: Unpack[CallOptions],
    ) -> None:
        """Take the API's URL without `/v1`, or from the variable FLORENCE_EDGE_URL, and options that hold for all calls.

        The key comes from `api_key` or FLORENCE_EDGE_API_KEY. `http_client` brings proxies, certificates and so on, and is not closed by this client.
        `sleep` and `platform` are for tests.
        """
        self._owned = None if http_client else httpx.Client()
        client = http_client or cast("httpx.Client", self._owned)
        self._driver = Driver(client, sleep)
        self._connection = connection_of(base_url, options, client.build_request, platform)

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the connections."""
        self.close()

    def close(self) -> None:
        """Close the connections, but not those of an `http_client` that was given."""
        if self._owned is not None:
            self._owned.close()

    def _run(self, steps: Steps[Result]) -> Result:
        return self._driver.run(steps)

    def _ask(self, task: TaskName, image: Image, options: Mapping[str, Any], **inputs: Any) -> Any:
        request = task_request(task, image, options, inputs)
        if options.get("stream"):
            return Stream(self._driver, stream_steps(self._connection, request, options))
        return self._run(task_steps(self._connection, request, options))

    def ask(self, task: TaskName, image: Image, **options: Any) -> Any:
        """Run a task by its name in the API, as its method does: for programs that learn the task when they run."""
        return self._ask(task, image, options)


class AsyncFlorence(AsyncMethods):
    """The API for asynchronous programs: the methods are those of `Florence`, and their answers are awaited.

    With `asyncio`; with `trio`, give `sleep=trio.sleep`. Files are read before the call is awaited.
    """

    def __init__(
        self,
        base_url: str | None = None,
        *,
        http_client: httpx.AsyncClient | None = None,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
        platform: Platform | None = None,
        **options: Unpack[CallOptions],
    ) -> None:
        """Take the API's URL without `/v1`, or from the variable FLORENCE_EDGE_URL, and options that hold for all calls.

        The key comes from `api_key` or FLORENCE_EDGE_API_KEY. `http_client` brings proxies, certificates and so on, and is not closed by this client.
        `sleep` and `platform` are for tests.
        """
        self._owned = None if http_client else httpx.AsyncClient()
        client = http_client or cast("httpx.AsyncClient", self._owned)
        self._driver = AsyncDriver(client, sleep)
        self._connection = connection_of(base_url, options, client.build_request, platform)

    async def __aenter__(self) -> Self:
        """Return itself."""
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the connections."""
        await self.close()

    async def close(self) -> None:
        """Close the connections, but not those of an `http_client` that was given."""
        if self._owned is not None:
            await self._owned.aclose()

    def _run(self, steps: Steps[Result]) -> Coroutine[Any, Any, Result]:
        return self._driver.run(steps)

    def _ask(self, task: TaskName, image: Image, options: Mapping[str, Any], **inputs: Any) -> Any:
        request = task_request(task, image, options, inputs)
        if options.get("stream"):
            return AsyncStream(self._driver, stream_steps(self._connection, request, options))
        return self._run(task_steps(self._connection, request, options))

    def ask(self, task: TaskName, image: Image, **options: Any) -> Any:
        """Run a task by its name in the API, as its method does. What is returned is awaited."""
        return self._ask(task, image, options)

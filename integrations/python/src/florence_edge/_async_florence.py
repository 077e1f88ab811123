"""The client whose answers are awaited."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from types import TracebackType
from typing import TYPE_CHECKING, Any, cast

import httpx

from ._calls import connection_of, get_steps, reply_steps, stream_steps, task_steps, upload_steps
from ._drive import AsyncDriver
from ._methods import AsyncTaskMethods
from ._models import AnalyzeAnswer, BatchAnswer, Health, Me, ModelList, Pricing, Quote, TaskList
from ._request import analyze_request, batch_request, quote_request, task_request
from ._stream import AsyncStream
from ._uploads import Upload

if TYPE_CHECKING:
    from typing_extensions import Self, Unpack

    from ._exchange import Platform
    from ._images import Image
    from ._options import TaskName
    from ._request import AnalyzeItem, BatchItem
    from ._settings import CallOptions


class AsyncFlorence(AsyncTaskMethods):
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

    def _ask(self, task: TaskName, image: Image, options: Mapping[str, Any], **inputs: Any) -> Any:
        request = task_request(task, image, options, inputs)
        if options.get("stream"):
            return AsyncStream(self._driver, stream_steps(self._connection, request, options))
        return self._driver.run(task_steps(self._connection, request, options))

    def ask(self, task: TaskName, image: Image, **options: Any) -> Any:
        """Run a task by its name in the API, as its method does. What is returned is awaited."""
        return self._ask(task, image, options)

    async def analyze(
        self, image: Image, tasks: Iterable[AnalyzeItem], **options: Unpack[CallOptions]
    ) -> AnalyzeAnswer:
        """Run several tasks on one image, which is encoded once. Each has its own result: an answer or a problem."""
        return await self._driver.run(
            reply_steps(self._connection, analyze_request(image, tasks), AnalyzeAnswer, options)
        )

    async def batch(self, items: Iterable[BatchItem], **options: Unpack[CallOptions]) -> BatchAnswer:
        """Run several tasks, up to 32, each on its own image. Each has its own result."""
        return await self._driver.run(reply_steps(self._connection, batch_request(items), BatchAnswer, options))

    async def upload(self, image: Image, **options: Unpack[CallOptions]) -> Upload:
        """Send an image once, and ask about what is returned, in as many calls as you like, for an hour."""
        return await self._driver.run(upload_steps(self._connection, image, options))

    async def quote(self, asked: TaskName | Sequence[AnalyzeItem] | Sequence[BatchItem], **options: Any) -> Quote:
        """Tell the price of a task with its options, of tasks on one image, or of a batch, before it is asked."""
        return await self._driver.run(reply_steps(self._connection, quote_request(asked, options), Quote, options))

    async def pricing(self, **options: Unpack[CallOptions]) -> Pricing:
        """Tell the prices of all tasks."""
        return await self._driver.run(get_steps(self._connection, "/v1/pricing", Pricing, options))

    async def me(self, **options: Unpack[CallOptions]) -> Me:
        """Tell what the key's account has left, and the key's limits."""
        return await self._driver.run(get_steps(self._connection, "/v1/me", Me, options))

    async def tasks(self, **options: Unpack[CallOptions]) -> TaskList:
        """List the tasks, with what each needs and answers."""
        return await self._driver.run(get_steps(self._connection, "/v1/tasks", TaskList, options))

    async def models(self, **options: Unpack[CallOptions]) -> ModelList:
        """List the models that the API serves."""
        return await self._driver.run(get_steps(self._connection, "/v1/models", ModelList, options))

    async def health(self, **options: Unpack[CallOptions]) -> Health:
        """Check whether the API responds."""
        return await self._driver.run(get_steps(self._connection, "/healthz", Health, options))

    async def ready(self, **options: Unpack[CallOptions]) -> Health:
        """Check whether the model can answer; raises `FlorenceError` if it cannot."""
        return await self._driver.run(get_steps(self._connection, "/readyz", Health, options))

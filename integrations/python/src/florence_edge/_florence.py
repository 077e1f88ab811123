"""The client that waits for its answers."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from types import TracebackType
from typing import TYPE_CHECKING, Any, cast

import httpx

from ._calls import connection_of, get_steps, reply_steps, stream_steps, task_steps, upload_steps
from ._drive import Driver
from ._methods import TaskMethods
from ._models import AnalyzeAnswer, BatchAnswer, Health, Me, ModelList, Pricing, Quote, TaskList
from ._request import analyze_request, batch_request, quote_request, task_request
from ._stream import Stream
from ._uploads import Upload

if TYPE_CHECKING:
    from typing_extensions import Self, Unpack

    from ._exchange import Platform
    from ._images import Image
    from ._options import TaskName
    from ._request import AnalyzeItem, BatchItem
    from ._settings import CallOptions


class Florence(TaskMethods):
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

    def _ask(self, task: TaskName, image: Image, options: Mapping[str, Any], **inputs: Any) -> Any:
        request = task_request(task, image, options, inputs)
        if options.get("stream"):
            return Stream(self._driver, stream_steps(self._connection, request, options))
        return self._driver.run(task_steps(self._connection, request, options))

    def ask(self, task: TaskName, image: Image, **options: Any) -> Any:
        """Run a task by its name in the API, as its method does: for programs that learn the task when they run."""
        return self._ask(task, image, options)

    def analyze(self, image: Image, tasks: Iterable[AnalyzeItem], **options: Unpack[CallOptions]) -> AnalyzeAnswer:
        """Run several tasks on one image, which is encoded once. Each has its own result: an answer or a problem."""
        return self._driver.run(reply_steps(self._connection, analyze_request(image, tasks), AnalyzeAnswer, options))

    def batch(self, items: Iterable[BatchItem], **options: Unpack[CallOptions]) -> BatchAnswer:
        """Run several tasks, up to 32, each on its own image. Each has its own result."""
        return self._driver.run(reply_steps(self._connection, batch_request(items), BatchAnswer, options))

    def upload(self, image: Image, **options: Unpack[CallOptions]) -> Upload:
        """Send an image once, and ask about what is returned, in as many calls as you like, for an hour."""
        return self._driver.run(upload_steps(self._connection, image, options))

    def quote(self, asked: TaskName | Sequence[AnalyzeItem] | Sequence[BatchItem], **options: Any) -> Quote:
        """Tell the price of a task with its options, of tasks on one image, or of a batch, before it is asked."""
        return self._driver.run(reply_steps(self._connection, quote_request(asked, options), Quote, options))

    def pricing(self, **options: Unpack[CallOptions]) -> Pricing:
        """Tell the prices of all tasks."""
        return self._driver.run(get_steps(self._connection, "/v1/pricing", Pricing, options))

    def me(self, **options: Unpack[CallOptions]) -> Me:
        """Tell what the key's account has left, and the key's limits."""
        return self._driver.run(get_steps(self._connection, "/v1/me", Me, options))

    def tasks(self, **options: Unpack[CallOptions]) -> TaskList:
        """List the tasks, with what each needs and answers."""
        return self._driver.run(get_steps(self._connection, "/v1/tasks", TaskList, options))

    def models(self, **options: Unpack[CallOptions]) -> ModelList:
        """List the models that the API serves."""
        return self._driver.run(get_steps(self._connection, "/v1/models", ModelList, options))

    def health(self, **options: Unpack[CallOptions]) -> Health:
        """Check whether the API responds."""
        return self._driver.run(get_steps(self._connection, "/healthz", Health, options))

    def ready(self, **options: Unpack[CallOptions]) -> Health:
        """Check whether the model can answer; raises `FlorenceError` if it cannot."""
        return self._driver.run(get_steps(self._connection, "/readyz", Health, options))

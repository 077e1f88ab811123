"""Thousands of pictures as one batch, in the shape of OpenAI's: a file of lines is sent, and files of results are read. Nothing is held whole in memory."""

from __future__ import annotations

import json
import os
import tempfile
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Generic, Literal, TypeAlias, TypedDict, Union, cast
from urllib.parse import quote

from ._calls import reply_steps, upload_steps
from ._errors import FlorenceError, invalid
from ._exchange import Deadline, decoded, exchange, parse_json, reply_error_of
from ._images import Image, Upload, sent_image
from ._jobs import Answer_co, Handle, State, pause_of, until_ended
from ._models import AnalyzeAnswer, Answer
from ._reply import Reply
from ._request import ApiRequest, api_options, check_names, json_request
from ._steps import Chunk, Close, Opened, Pause, Steps, perform

if TYPE_CHECKING:
    from ._models import TaskName

FILES_PATH = "/openai/v1/files"
BATCHES_PATH = "/openai/v1/batches"

MAX_LINES = 50_000
MAX_FILE_BYTES = 200_000_000
MAX_LINE_BYTES = 512 * 1024
"""The API's limits of a file. An image that a line cannot hold is uploaded."""

MAX_ID_CHARACTERS = 256

MAX_UPLOADS = 200
"""Images of a batch that are uploaded: they are kept for an hour, in which the batch must come to them."""

TRANSFER_SECONDS = 3600.0
"""How long a file may take."""

POLL_SECONDS = 2.0
MAX_FAULTS = 5
"""Broken connections, one after the other, after which a file of results is given up."""

ENDED = frozenset({"completed", "failed", "expired", "cancelled"})

BatchInput: TypeAlias = "Union[Iterable[Union[Image, BatchLine]], os.PathLike[str]]"
"""Images; or lines with options; or the path of a file with lines in OpenAI's shape (JSONL)."""


BatchTask: TypeAlias = "Union[TaskName, Literal['analyze', 'chat/completions', 'responses']]"
"""What a batch asks: its endpoint without `/v1/`. Lines of the last two come from a file."""


class BatchLine(TypedDict, total=False):
    """A line: an image, its own options, and what its result is known by."""

    custom_id: str
    """By default the path or address of the image, or its number among the lines, from 1."""
    image: Image
    text: str
    labels: list[str]
    region: Any
    normalized_region: Any
    tasks: Iterable[Mapping[str, Any]]
    """Of `analyze`."""


@dataclass(frozen=True, kw_only=True)
class BatchCounts:
    """How many lines there are, and how many have ended."""

    total: int = 0
    completed: int = 0
    failed: int = 0


@dataclass(frozen=True, kw_only=True)
class BatchFault:
    """Why a batch was refused."""

    code: str | None = None
    message: str | None = None
    line: int | None = None


@dataclass(frozen=True, kw_only=True)
class BatchFaults:
    """Why a batch was refused."""

    data: tuple[BatchFault, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Batch(Reply):
    """A batch. Times are in seconds since 1970."""

    id: str
    status: str
    """`validating`, `in_progress`, `finalizing`, `cancelling`; and at its end `completed`, `failed` (refused), `expired` or `cancelled`."""
    endpoint: str
    input_file_id: str
    created_at: int
    request_counts: BatchCounts = BatchCounts()
    output_file_id: str | None = None
    error_file_id: str | None = None
    errors: BatchFaults | None = None
    expires_at: int | None = None
    metadata: Mapping[str, str] | None = None


@dataclass(frozen=True, kw_only=True)
class _File(Reply):
    id: str


@dataclass(frozen=True)
class BatchResult(Generic[Answer_co]):
    """The result of a line: an answer, or why there is none."""

    custom_id: str | None
    """None of a line that could not be read."""
    answer: Answer_co | None = None
    error: FlorenceError | OSError | None = None

    def unwrap(self) -> Answer_co:
        """Return the answer. Raises the error."""
        if self.error is not None:
            raise self.error
        return cast("Answer_co", self.answer)


class BatchState(State, Generic[Answer_co]):
    """A batch as it was last seen."""

    def __init__(self, client: Any, options: Mapping[str, Any], batch: Batch) -> None:
        """Take what the API has said."""
        super().__init__(client, options)
        self.batch = batch
        """As it was last seen."""

    @property
    def id(self) -> str:
        """Its id, with which another program can `get` it."""
        return self.batch.id

    @property
    def status(self) -> str:
        """Its status, as it was last seen."""
        return self.batch.status


def batch_at(batch: str, verb: str = "") -> ApiRequest:
    """Return the request for a batch, or what is done with it."""
    return ApiRequest("POST" if verb else "GET", f"{BATCHES_PATH}/{quote(batch, safe='')}{verb}")


def batch_steps(
    kind: Callable[..., Handle], client: Any, request: ApiRequest, options: Mapping[str, Any]
) -> Steps[Handle]:
    """Return the steps of a call whose reply is a batch, which becomes a handle."""
    batch = yield from reply_steps(client._connection, request, Batch, options)
    return kind(client, options, batch)


def see_batch(state: BatchState[Any], verb: str = "") -> Steps[Batch]:
    """Return the steps of a call that looks at a batch, or cancels it."""
    state.batch = yield from reply_steps(state._client._connection, batch_at(state.id, verb), Batch, state._kept)
    return state.batch


def wait_batch(
    state: BatchState[Any], timeout: float | None, on_change: Callable[[Batch], object] | None
) -> Steps[Batch]:
    """Return the steps of waiting for the end of a batch. Raises `FlorenceError` for one that was refused."""

    def see(_: float) -> Steps[float | None]:
        before = state.batch
        batch = yield from see_batch(state)
        if on_change is not None and batch != before:
            on_change(batch)
        return None if batch.status in ENDED else pause_of(batch, POLL_SECONDS)

    if state.status not in ENDED:
        yield from until_ended(state._client._connection, timeout, see)
    if state.status == "failed":
        fault = next(iter(state.batch.errors.data if state.batch.errors else ()), BatchFault())
        where = "" if fault.line is None else f" (line {fault.line})"
        raise FlorenceError(fault.code or "batch-failed", f"{fault.message or 'The batch was refused.'}{where}")
    return state.batch


def _line(task: str, custom_id: str, body: Mapping[str, Any]) -> bytes:
    line = {"custom_id": custom_id, "method": "POST", "url": f"/v1/{task}", "body": body}
    return json.dumps(line, ensure_ascii=False).encode() + b"\n"


def _own_id(item: Any, number: int) -> str:
    """Return what a line is known by: where its image is, or its number."""
    image = item.get("image") if isinstance(item, Mapping) else item
    own = item.get("custom_id") if isinstance(item, Mapping) else None
    if own is not None:
        return str(own)
    name = os.fspath(image) if isinstance(image, (str, os.PathLike)) else ""
    return name if 0 < len(name) <= MAX_ID_CHARACTERS and not name.startswith("data:") else str(number)


class _Lines:
    """The lines of one or several batches, written as far as a file may be long. Lines that cannot be sent have their results at once."""

    def __init__(self, client: Any, task: str, items: Iterable[Any], options: Mapping[str, Any]) -> None:
        check_names(task, options)
        self._client = client
        self._task = task
        self._items: Iterator[Any] = iter(items)
        self._options = _without_key(options)
        self._number = 0
        self._left: bytes | None = None
        self._uploads = 0
        self.refused: deque[BatchResult[Any]] = deque()

    def _written(self, custom_id: str, item: Any) -> Steps[bytes]:
        """Return a line. An image that is too large for one is uploaded."""
        given = (
            {name: value for name, value in item.items() if name != "custom_id"}
            if isinstance(item, Mapping)
            else {"image": item}
        )
        tasks = {"tasks": [api_options(each) for each in given["tasks"]]} if "tasks" in given else {}
        image = sent_image(given.pop("image", None))
        body = {**api_options({**self._options, **given}), **tasks}
        line = _line(self._task, custom_id, {"image": image.in_json(), **body})
        if len(line) <= MAX_LINE_BYTES or image.data is None:
            return line
        self._uploads += 1
        upload: Upload = yield from upload_steps(self._client._connection, image.data, self._options)
        return _line(self._task, custom_id, {"image": upload.image, **body})

    def _next(self) -> Steps[bytes | None]:
        """Return the next line that can be sent; None after the last."""
        for item in self._items:
            self._number += 1
            custom_id = _own_id(item, self._number)
            try:
                return (yield from self._written(custom_id, item))
            except (FlorenceError, OSError) as error:
                self.refused.append(BatchResult(custom_id, error=error))
        return None

    def write(self, file: IO[bytes]) -> Steps[int]:
        """Write as many lines as a batch may have, and return their number."""
        count = size = self._uploads = 0
        while count < MAX_LINES and self._uploads < MAX_UPLOADS:
            line = self._left if self._left is not None else (yield from self._next())
            self._left = None
            if line is None:
                break
            if size + len(line) > MAX_FILE_BYTES:
                self._left = line
                break
            file.write(line)
            count += 1
            size += len(line)
        return count

    def has_more(self) -> Steps[bool]:
        """Whether there is another line."""
        self._left = self._left or (yield from self._next())
        return self._left is not None


def _send_steps(
    kind: Callable[..., Handle], client: Any, file: IO[bytes], body: Mapping[str, Any], options: Mapping[str, Any]
) -> Steps[Handle]:
    """Send a file of lines, and make the batch of it."""
    connection = client._connection
    transfer = {"timeout": TRANSFER_SECONDS, **_without_key(options)}
    sent = yield from reply_steps(connection, ApiRequest("POST", FILES_PATH, file=file), _File, transfer)
    whole = {"input_file_id": sent.id, "completion_window": "24h", **body}
    # Its retries have one key, so that they make one batch.
    once = {**options, "idempotency_key": options.get("idempotency_key") or connection.platform.new_key()}
    return (yield from batch_steps(kind, client, json_request(BATCHES_PATH, whole), once))


def _without_key(options: Mapping[str, Any]) -> dict[str, Any]:
    """Return options for calls beside the one that the caller's key is for."""
    return {name: value for name, value in options.items() if name != "idempotency_key"}


def create_batch(
    kind: Callable[..., Handle],
    client: Any,
    task: str,
    lines: BatchInput,
    *,
    metadata: Mapping[str, str] | None = None,
    options: Mapping[str, Any],
) -> Steps[Handle]:
    """Return the steps of sending one batch. Raises for a line that cannot be sent, and for more than a batch may have."""
    body = {"endpoint": f"/v1/{task}", **({"metadata": dict(metadata)} if metadata else {})}
    if isinstance(lines, os.PathLike):
        with Path(lines).open("rb") as file:
            return (yield from _send_steps(kind, client, file, body, options))
    source = _Lines(client, task, lines, options)
    with tempfile.TemporaryFile() as file:
        yield from source.write(file)
        for refused in source.refused:
            refused.unwrap()
        if (yield from source.has_more()):
            raise invalid("lines", "Give fewer lines, or use `run`, which makes several batches.")
        return (yield from _send_steps(kind, client, file, body, options))


def _result(line: bytes) -> BatchResult[Any]:
    """Return a line of a file of results."""
    value: Any = parse_json(line)
    if not isinstance(value, dict):
        raise FlorenceError("invalid-response", "A line of the results is none of this API.")
    custom_id = value.get("custom_id")
    response = value.get("response") or {}
    body = response.get("body")
    status = response.get("status_code")
    if status == 200:  # noqa: PLR2004
        return BatchResult(custom_id, decoded(Union[AnalyzeAnswer, Answer], body, status))
    error = reply_error_of(body, status) or reply_error_of(value, status)
    return BatchResult(custom_id, error=error or FlorenceError("invalid-response", "The line failed without a reason."))


class Reader:
    """The results of a batch, read as steps: line by line, and on after a lost connection."""

    def __init__(self, state: BatchState[Any]) -> None:
        """Take a batch that has ended."""
        self.state: BatchState[Any] | None = state
        self._connection = state._client._connection
        self._options = {"timeout": TRANSFER_SECONDS, **state._kept}
        named = state.batch.output_file_id, state.batch.error_file_id
        self._files = deque(each for each in named if each is not None)
        self._opened: Opened | None = None
        self._rest = b""
        self._given = self._faults = 0

    def _open(self) -> Steps[Opened]:
        def keep(opened: Opened, _: Deadline) -> Steps[Opened]:
            yield from ()
            return opened

        path = f"{FILES_PATH}/{quote(self._files[0], safe='')}/content"
        opened = yield from exchange(self._connection, ApiRequest("GET", path), self._options, keep)
        self._opened, self._rest = opened, b""
        for _ in range(self._given):
            yield from self._line(opened)
        return opened

    def _line(self, opened: Opened) -> Steps[bytes | None]:
        """Return the next line; None at the end of the file."""
        parts = [self._rest]
        while b"\n" not in parts[-1]:
            part = yield from perform(Chunk(opened))
            if part is None:
                self._rest = b""
                return b"".join(parts) or None
            parts.append(part)
        line, _, self._rest = b"".join(parts).partition(b"\n")
        return line

    def next_result(self) -> Steps[BatchResult[Any] | None]:
        """Return the next result; None after the last."""
        while self._files:
            try:
                opened = self._opened or (yield from self._open())
                line = yield from self._line(opened)
            except FlorenceError as error:
                yield from self.close()
                self._faults += 1
                if not error.retryable or self._faults > MAX_FAULTS:
                    raise
                yield Pause(error.retry_after or POLL_SECONDS)
                continue
            self._faults = 0
            if line is not None:
                self._given += 1
                return _result(line)
            yield from self.close()
            self._files.popleft()
            self._given = 0
        return None

    def close(self) -> Steps[None]:
        """End reading."""
        opened, self._opened = self._opened, None
        if opened is not None:
            yield Close(opened)


class RunReader:
    """The results of as many lines as there are: batch after batch."""

    def __init__(
        self,
        client: Any,
        task: str,
        lines: BatchInput,
        on_change: Callable[[Batch], object] | None,
        options: Mapping[str, Any],
    ) -> None:
        """Take what is asked; nothing is sent yet."""
        self._arguments = client, task
        self._file = lines if isinstance(lines, os.PathLike) else None
        self._lines = _Lines(client, task, () if isinstance(lines, os.PathLike) else lines, options)
        self._on_change = on_change
        self._options = _without_key(options)  # There may be several batches.
        self._reader: Reader | None = None
        self.state: BatchState[Any] | None = None

    def _next_batch(self) -> Steps[BatchState[Any] | None]:
        """Send the next lines; None if there are none."""
        client, task = self._arguments
        if self._file is not None:
            path, self._file = self._file, None
            return (yield from create_batch(BatchState, client, task, path, options=self._options))
        with tempfile.TemporaryFile() as file:
            if (yield from self._lines.write(file)) == 0:
                return None
            return (yield from _send_steps(BatchState, client, file, {"endpoint": f"/v1/{task}"}, self._options))

    def next_result(self) -> Steps[BatchResult[Any] | None]:
        """Return the next result, after the end of its batch; None after the last."""
        while True:
            if self._reader is not None:
                if (result := (yield from self._reader.next_result())) is not None:
                    return result
                yield from self._forget_lines()
                self._reader = None
            if self._lines.refused:
                return self._lines.refused.popleft()
            self.state = yield from self._next_batch()
            if self.state is not None:
                yield from wait_batch(self.state, None, self._on_change)
                self._reader = Reader(self.state)
            elif not self._lines.refused:
                return None

    def _forget_lines(self) -> Steps[None]:
        """Delete the file of lines, which nobody needs any more: an account may have a thousand."""
        if self.state is not None:
            file = f"{FILES_PATH}/{quote(self.state.batch.input_file_id, safe='')}"
            with suppress(FlorenceError):
                yield from reply_steps(self._arguments[0]._connection, ApiRequest("DELETE", file), _File, self._options)

    def close(self) -> Steps[None]:
        """End reading."""
        if self._reader is not None:
            yield from self._reader.close()


class _Results(Generic[Answer_co]):
    def __init__(self, client: Any, reader: Reader | RunReader) -> None:
        """Take what reads them."""
        self._client = client
        self._reader = reader

    @property
    def batch(self) -> Batch | None:
        """The batch that is waited for or read, as it was last seen; None before the first."""
        state = self._reader.state
        return None if state is None else state.batch


class BatchResults(_Results[Answer_co]):
    """The results of lines, in no order: `for result in results`."""

    def __iter__(self) -> BatchResults[Answer_co]:
        """Return itself: results are read once."""
        return self

    def __next__(self) -> BatchResult[Answer_co]:
        """Wait for the next result."""
        result: BatchResult[Answer_co] | None = self._client._run(self._reader.next_result())
        if result is None:
            raise StopIteration
        return result

    def close(self) -> None:
        """End reading before the last."""
        self._client._run(self._reader.close())


class AsyncBatchResults(_Results[Answer_co]):
    """The results of lines, in no order: `async for result in results`."""

    def __aiter__(self) -> AsyncBatchResults[Answer_co]:
        """Return itself: results are read once."""
        return self

    async def __anext__(self) -> BatchResult[Answer_co]:
        """Wait for the next result."""
        result: BatchResult[Answer_co] | None = await self._client._run(self._reader.next_result())
        if result is None:
            raise StopAsyncIteration
        return result

    async def close(self) -> None:
        """End reading before the last."""
        await self._client._run(self._reader.close())

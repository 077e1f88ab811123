"""The results of batches, read line by line. Nothing is held whole in memory."""

from __future__ import annotations

import os
import tempfile
from collections import deque
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any, Generic
from urllib.parse import quote

from ._batch_lines import BatchInput, Lines, create_batch, send_steps, without_key
from ._batches import (
    FILES_PATH,
    POLL_SECONDS,
    TRANSFER_SECONDS,
    Batch,
    BatchResult,
    BatchState,
    StoredFile,
    result_of,
    wait_batch,
)
from ._calls import reply_steps
from ._errors import FlorenceError
from ._exchange import Deadline, exchange
from ._jobs import Answer_co
from ._request import ApiRequest
from ._steps import Chunk, Close, Opened, Pause, Steps, perform

MAX_FAULTS = 5
"""Broken connections, one after the other, after which a file of results is given up."""


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
                return result_of(line)
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
        self._lines = Lines(client, task, () if isinstance(lines, os.PathLike) else lines, options)
        self._on_change = on_change
        self._options = without_key(options)  # There may be several batches.
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
            return (yield from send_steps(BatchState, client, file, {"endpoint": f"/v1/{task}"}, self._options))

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
                yield from reply_steps(
                    self._arguments[0]._connection, ApiRequest("DELETE", file), StoredFile, self._options
                )

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

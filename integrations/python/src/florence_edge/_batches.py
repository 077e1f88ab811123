"""Thousands of pictures as one batch, in the shape of OpenAI's: what a batch and a result are, and the calls of a batch that has been made."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, Union, cast
from urllib.parse import quote

from ._calls import reply_steps
from ._errors import FlorenceError
from ._exchange import decoded, parse_json, reply_error_of
from ._jobs import Answer_co, Handle, State, pause_of, until_ended
from ._models import AnalyzeAnswer, Answer
from ._reply import Reply
from ._request import ApiRequest
from ._steps import Steps

FILES_PATH = "/openai/v1/files"
BATCHES_PATH = "/openai/v1/batches"

TRANSFER_SECONDS = 3600.0
"""How long a file may take."""

POLL_SECONDS = 2.0

ENDED = frozenset({"completed", "failed", "expired", "cancelled"})


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
class StoredFile(Reply):
    """A file of lines, or of results."""

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


def result_of(line: bytes) -> BatchResult[Any]:
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

"""A call of the API as a generator of steps: what is sent, waited for and read is decided here, once, for both clients.

A step is yielded; a driver performs it with `httpx`, synchronously or not, and sends its result back. Errors of `httpx` are thrown into the generator.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import IO, Any, TypeAlias, TypeVar

import httpx

from ._errors import FlorenceError, problem_error, too_large
from ._headers import retry_after
from ._json import UnexpectedJsonError, from_json
from ._models import Problem
from ._request import ApiRequest
from ._settings import Settings, request_headers
from ._steps import Chunk, Close, Opened, Pause, Send, Steps, perform

MAX_ANSWER_BYTES = 32 * 1024 * 1024
"""A drawing embeds the image as base64, 14 MB for the largest one, and the largest masks of 64 labels took 16 MB."""

MAX_PROBLEM_BYTES = 256 * 1024
"""Proxies send HTML pages."""

MAX_BODY_BYTES = 16 * 1024 * 1024
"""Of a larger body, an API closes the connection before all is there; its reply is then often lost, and the asynchronous client never sees it."""

FIRST_PAUSE = 0.1
"""Longest pause before the second attempt, in seconds, without Retry-After; it doubles with each further attempt."""

LONGEST_PAUSE = 2.0

TRANSIENT = frozenset({408, 429, 502, 503, 504})
"""Statuses of proxies, which send no problem: the same request may succeed soon."""


Result = TypeVar("Result")
Read: TypeAlias = "Callable[[Opened, Deadline], Steps[Result]]"


@dataclass(frozen=True)
class Platform:
    """Clock and random numbers; tests have their own."""

    now: Callable[[], float]
    """Seconds since 1970, because Retry-After may be a date."""
    random: Callable[[], float]
    """A number from 0 (inclusive) to 1 (exclusive)."""
    new_key: Callable[[], str]
    """A new Idempotency-Key."""


@dataclass(frozen=True)
class Connection:
    """The API's URL, the client's settings, and what builds requests."""

    base_url: str
    settings: Settings
    build: Callable[..., httpx.Request]
    """`build_request` of a client of `httpx`."""
    platform: Platform


@dataclass(frozen=True)
class Deadline:
    """The end of a call, in seconds since 1970."""

    ends: float
    now: Callable[[], float]

    def remaining(self) -> float:
        """Return the seconds that are left. Raises `FlorenceError` (`timeout`) if there are none."""
        seconds = self.ends - self.now()
        if seconds > 0:
            return seconds
        raise FlorenceError("timeout", "The call took longer than its `timeout`.")


def read_body(opened: Opened, deadline: Deadline, limit: int) -> Steps[bytes]:
    """Read a whole body. Raises `FlorenceError` for one above `limit` bytes."""
    parts: list[bytes] = []
    size = 0
    while (part := (yield from perform(Chunk(opened)))) is not None:
        size += len(part)
        if size > limit:
            raise FlorenceError("invalid-response", f"The answer has more than {limit} bytes.")
        parts.append(part)
        deadline.remaining()
    return b"".join(parts)


def parse_json(body: bytes) -> object:
    """Return JSON; None if it is none."""
    try:
        return json.loads(body)
    except ValueError:
        return None


def decoded(of: Any, value: object, status: int | None = None) -> Any:
    """Return JSON as a class of the contract. Raises `FlorenceError` (`invalid-response`)."""
    try:
        return from_json(of, value)
    except UnexpectedJsonError as error:
        raise FlorenceError("invalid-response", "The answer is not one of this API.", status=status) from error


def reply_error_of(value: object, status: int | None, seconds: float | None = None) -> FlorenceError | None:
    """Return the error of a reply: the API's problem, or an error in OpenAI's form; None if it is neither."""
    try:
        return problem_error(from_json(Problem, value), seconds)
    except UnexpectedJsonError:
        error: Any = value.get("error") if isinstance(value, dict) else None
    if not isinstance(error, dict) or not isinstance(error.get("code"), str):
        return None
    # Its message ends with what to do.
    detail = str(error.get("message"))
    return FlorenceError(error["code"], detail, status=status, retryable=status in TRANSIENT, retry_after=seconds)


def _reply_error(opened: Opened, deadline: Deadline, now: float) -> Steps[FlorenceError]:
    """Return the error of a response that is no success: the API's problem, or what a proxy says by the status."""
    response = opened.response
    seconds = retry_after(response.headers.get("retry-after"), now)
    try:
        body = yield from read_body(opened, deadline, MAX_PROBLEM_BYTES)
        if (known := reply_error_of(parse_json(body), response.status_code, seconds)) is not None:
            return known
    except FlorenceError as error:
        if error.code == "timeout":
            raise
        # The status is enough: a broken page must not replace it.
    return FlorenceError(
        "invalid-response",
        f"The server answered with status {response.status_code} and without a problem.",
        fix="Set `base_url` to the URL that the server redirects to." if response.has_redirect_location else None,
        status=response.status_code,
        retryable=response.status_code in TRANSIENT,
        request_id=response.headers.get("x-request-id"),
        retry_after=seconds,
    )


def _form(file: IO[bytes]) -> dict[str, Any]:
    """Return a file of lines as `httpx` sends it: part by part."""
    file.seek(0)
    return {"data": {"purpose": "batch"}, "files": {"file": ("lines.jsonl", file, "application/jsonl")}}


def _built(connection: Connection, request: ApiRequest, headers: Mapping[str, str], timeout: float) -> httpx.Request:
    media_type = {} if request.media_type is None else {"content-type": request.media_type}
    try:
        url = connection.base_url + request.path if request.path.startswith("/") else request.path
        sent = {**headers, **media_type}
        content: dict[str, Any] = {"content": request.body} if request.file is None else _form(request.file)
        return connection.build(request.method, url, **content, headers=sent, timeout=timeout)
    except (UnicodeEncodeError, TypeError, httpx.InvalidURL) as error:
        raise FlorenceError("invalid-request", "A header has characters that headers may not have.") from error


def _attempt(connection: Connection, request: httpx.Request, deadline: Deadline, read: Read[Result]) -> Steps[Result]:
    opened: Opened = yield from perform(Send(request))
    try:
        if not opened.response.is_success:
            raise (yield from _reply_error(opened, deadline, connection.platform.now()))
        return (yield from read(opened, deadline))
    except FlorenceError:
        yield Close(opened)
        raise


def _pause(error: FlorenceError, made: int, settings: Settings, random: float) -> float | None:
    """Return the seconds before the next attempt; None if there is none.

    Back-off with full jitter, so that callers that failed together do not come again together; Retry-After is added to it.
    """
    if not error.retryable or made > settings.max_retries:
        return None
    longest: float = min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** (made - 1))
    return (error.retry_after or 0) + random * longest


def exchange(
    connection: Connection, request: ApiRequest, options: Mapping[str, Any], read: Read[Result]
) -> Steps[Result]:
    """Send a request until an attempt succeeds, no retry or time is left, or a retry cannot help. Raises `FlorenceError`."""
    platform = connection.platform
    settings = connection.settings.with_options(options)
    deadline = Deadline(platform.now() + settings.timeout, platform.now)
    headers = request_headers(settings, platform.new_key())
    made = 0
    while True:
        made += 1
        try:
            built = _built(connection, request, headers, deadline.remaining())
            return (yield from _attempt(connection, built, deadline, read))
        except FlorenceError as error:
            size = len(request.body or b"")
            if error.code == "connection-failed" and size > MAX_BODY_BYTES:
                raise too_large(f"The connection was lost while {size} bytes were sent.") from error
            pause = _pause(error, made, settings, platform.random())
            if pause is None or platform.now() + pause >= deadline.ends:
                raise
        yield Pause(pause)

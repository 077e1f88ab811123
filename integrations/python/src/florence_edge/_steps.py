"""The steps of a call: what is yielded to a driver, and what its errors mean."""

from __future__ import annotations

from collections.abc import AsyncIterator, Generator, Iterator
from dataclasses import dataclass
from typing import Any, TypeAlias, TypeVar, Union

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
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        detail = f"The API{_origin(step)} could not be reached, or the connection was lost: {error}."
        raise FlorenceError("connection-failed", detail) from error


def _origin(step: Step) -> str:
    return f" at {step.request.url.scheme}://{step.request.url.netloc.decode()}" if isinstance(step, Send) else ""

"""A fake API: responses in their order, and what was asked. Every call can be made by both clients."""

import asyncio
import inspect
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest

from florence_edge import AsyncFlorence, Florence, Platform

BASE = "https://florence.test/base"

TEXT_ANSWER = {
    "type": "text",
    "task": "caption",
    "source": {"width": 640, "height": 480},
    "model": {"id": "mini", "revision": "r", "dtype": "fp16"},
    "finish_reason": "stop",
    "usage": {"prompt_tokens": 8, "completion_tokens": 13},
    "text": "two snails",
}

BOX_OBJECT = {
    "label": "snail",
    "score": 0.1377,
    "box": {"x1": 0.32, "y1": 169.68, "x2": 201.28, "y2": 348.72},
    "normalized_box": {"x1": 0.0005, "y1": 0.3535, "x2": 0.3145, "y2": 0.7265},
}

BOXES_ANSWER = {
    **TEXT_ANSWER,
    "type": "boxes",
    "task": "object-detection",
    "score_type": "location-probability-geometric-mean",
    "box_format": "xyxy",
    "objects": [BOX_OBJECT],
}
BOXES_ANSWER.pop("text")


def problem(code: str, status: int, *, retryable: bool = False, **more: Any) -> dict[str, Any]:
    return {
        "type": f"urn:florence-edge:problem:{code}",
        "title": "A title",
        "status": status,
        "detail": "What happened.",
        "code": code,
        "fix": "What to do.",
        "retryable": retryable,
        "request_id": "r1",
        "issues": [],
        **more,
    }


def sse(*events: dict[str, Any]) -> bytes:
    return b"".join(f"event: {event['type']}\ndata: {json.dumps(event)}\n\n".encode() for event in events)


Reply = httpx.Response | Exception | Callable[[httpx.Request], httpx.Response]


@dataclass
class FakeApi:
    """Answers with the replies in their order, the last one again and again. Time passes only when a client sleeps."""

    replies: list[Reply]
    requests: list[httpx.Request] = field(default_factory=list)
    slept: list[float] = field(default_factory=list)
    time: float = 1_000_000.0
    keys: int = 0

    def handle(self, request: httpx.Request) -> httpx.Response:
        request.read()
        self.requests.append(request)
        reply = self.replies[min(len(self.requests), len(self.replies)) - 1]
        if isinstance(reply, Exception):
            raise reply
        if isinstance(reply, httpx.Response):
            # A copy: a response is read once.
            return httpx.Response(reply.status_code, headers=reply.headers, content=reply.content)
        return reply(request)

    async def handle_async(self, request: httpx.Request) -> httpx.Response:
        await request.aread()
        return self.handle(request)

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.time += seconds

    async def sleep_async(self, seconds: float) -> None:
        self.sleep(seconds)

    def new_key(self) -> str:
        self.keys += 1
        return f"key-{self.keys}"

    @property
    def platform(self) -> Platform:
        return Platform(now=lambda: self.time, random=lambda: 0.5, new_key=self.new_key)

    @property
    def last(self) -> httpx.Request:
        return self.requests[-1]


async def done(call: Any) -> Any:
    """Return what a call of either client returns."""
    if hasattr(call, "__aiter__"):
        return [each async for each in call]
    if hasattr(call, "__next__"):
        return list(call)
    return await call if inspect.isawaitable(call) else call


@dataclass
class Caller:
    """Makes calls by one of the two clients."""

    is_async: bool

    def __call__(self, api: FakeApi, call: Callable[[Any], Any], **options: Any) -> Any:
        if self.is_async:
            return asyncio.run(self._call_async(api, call, options))
        with httpx.Client(transport=httpx.MockTransport(api.handle)) as http:
            return call(Florence(BASE, http_client=http, sleep=api.sleep, platform=api.platform, **options))

    async def _call_async(self, api: FakeApi, call: Callable[[Any], Any], options: dict[str, Any]) -> Any:
        async with httpx.AsyncClient(transport=httpx.MockTransport(api.handle_async)) as http:
            client = AsyncFlorence(BASE, http_client=http, sleep=api.sleep_async, platform=api.platform, **options)
            return await call(client)

    def flow(self, api: FakeApi, calls: Callable[[Any, Callable[[Any], Any]], Any], **options: Any) -> Any:
        """Make several calls: `calls` is a coroutine function of the client and of `do`, which waits for a call of either client, or for all that it returns."""
        return asyncio.run(self._flow(api, calls, options))

    async def _flow(self, api: FakeApi, calls: Callable[[Any, Any], Any], options: dict[str, Any]) -> Any:
        if self.is_async:
            async with httpx.AsyncClient(transport=httpx.MockTransport(api.handle_async)) as http:
                client: Any = AsyncFlorence(
                    BASE, http_client=http, sleep=api.sleep_async, platform=api.platform, **options
                )
                return await calls(client, done)
        with httpx.Client(transport=httpx.MockTransport(api.handle)) as http:
            return await calls(
                Florence(BASE, http_client=http, sleep=api.sleep, platform=api.platform, **options), done
            )

    def events(self, api: FakeApi, call: Callable[[Any], Any], **options: Any) -> tuple[list[Any], Any]:
        """Return the events of a stream, and the stream."""
        if self.is_async:
            return asyncio.run(self._events_async(api, call, options))
        with httpx.Client(transport=httpx.MockTransport(api.handle)) as http:
            stream = call(Florence(BASE, http_client=http, sleep=api.sleep, platform=api.platform, **options))
            return list(stream), stream

    async def _events_async(
        self, api: FakeApi, call: Callable[[Any], Any], options: dict[str, Any]
    ) -> tuple[list[Any], Any]:
        async with httpx.AsyncClient(transport=httpx.MockTransport(api.handle_async)) as http:
            client = AsyncFlorence(BASE, http_client=http, sleep=api.sleep_async, platform=api.platform, **options)
            stream = call(client)
            return [event async for event in stream], stream


@pytest.fixture(params=["sync", "async"])
def caller(request: pytest.FixtureRequest) -> Caller:
    return Caller(is_async=request.param == "async")


@pytest.fixture(autouse=True)
def _no_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("FLORENCE_EDGE_URL", "FLORENCE_EDGE_API_KEY"):
        monkeypatch.delenv(name, raising=False)


def chunks(body: bytes, size: int) -> Iterable[bytes]:
    return (body[at : at + size] for at in range(0, len(body), size))

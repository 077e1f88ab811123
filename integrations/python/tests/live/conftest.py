"""Where the running APIs are: `npm run test:integrations:python` starts them and sets these variables."""

import asyncio
import inspect
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from florence_edge import AsyncFlorence, Florence

PICTURES = Path(__file__).parents[4] / "test/pictures"


@pytest.fixture(scope="session")
def url() -> str:
    """An API without accounts."""
    return os.environ["FLORENCE_EDGE_TEST_URL"]


@pytest.fixture(scope="session")
def florence(url: str) -> Iterator[Florence]:
    with Florence(url) as client:
        yield client


@pytest.fixture(scope="session")
def paid() -> Iterator[Florence]:
    """A client of an API with accounts, with a key that has credits."""
    url, key = os.environ["FLORENCE_EDGE_TEST_PAID_URL"], os.environ["FLORENCE_EDGE_TEST_KEY"]
    with Florence(url, api_key=key) as client:
        yield client


@pytest.fixture(scope="session")
def street() -> Path:
    return PICTURES / "street.jpg"


Call = Callable[[Callable[[Any, Any], Any]], Any]


async def done(call: Any) -> Any:
    """Return what a call of either client returns."""
    if hasattr(call, "__aiter__"):
        return [each async for each in call]
    if hasattr(call, "__next__"):
        return list(call)
    return await call if inspect.isawaitable(call) else call


@pytest.fixture(params=["sync", "async"])
def flow(request: pytest.FixtureRequest, url: str) -> Call:
    """Makes several calls by one of the two clients of the API without accounts, each with `await do(…)`."""

    async def by_sync(calls: Callable[[Any, Any], Any]) -> Any:
        with Florence(url) as client:
            return await calls(client, done)

    async def by_async(calls: Callable[[Any, Any], Any]) -> Any:
        async with AsyncFlorence(url) as client:
            return await calls(client, done)

    return lambda calls: asyncio.run((by_sync if request.param == "sync" else by_async)(calls))


@pytest.fixture
def unseen() -> np.ndarray:
    """A picture that nobody has asked about: the first answer about it costs, however often the tests run."""
    return np.random.default_rng().integers(0, 256, (64, 64, 3), dtype=np.uint8)

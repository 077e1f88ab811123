"""Where the running APIs are: `npm run test:integrations:python` starts them and sets these variables."""

import os
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from florence_edge import Florence

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


@pytest.fixture
def unseen() -> np.ndarray:
    """A picture that nobody has asked about: the first answer about it costs, however often the tests run."""
    return np.random.default_rng().integers(0, 256, (64, 64, 3), dtype=np.uint8)

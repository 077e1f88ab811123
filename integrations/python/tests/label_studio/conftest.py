"""A Label Studio, and a backend of this package that it can reach, both as processes."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from florence_edge import Florence

TOKEN = "0123456789" * 4
PICTURES = Path(__file__).parents[4] / "test/pictures"
START_SECONDS = 300
"""It makes its database at the first start: a minute on an idle machine."""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_until_up(url: str, process: subprocess.Popen[bytes]) -> None:
    ends = time.monotonic() + START_SECONDS
    while time.monotonic() < ends:
        assert process.poll() is None, f"{url} ended"
        try:
            if httpx.get(f"{url}/health", timeout=2).is_success:
                return
        except httpx.HTTPError:
            pass
        time.sleep(0.5)
    pytest.fail(f"{url} did not start")


@pytest.fixture(scope="session")
def api_url() -> str:
    return os.environ["FLORENCE_EDGE_TEST_URL"]


@pytest.fixture(scope="session")
def florence(api_url: str) -> Iterator[Florence]:
    with Florence(api_url) as client:
        yield client


@pytest.fixture(scope="session")
def label_studio(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """A client of Label Studio's API. Label Studio refuses backends at local addresses unless it is told not to."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    settings = {
        "LABEL_STUDIO_BASE_DATA_DIR": str(tmp_path_factory.mktemp("label-studio")),
        "LABEL_STUDIO_USERNAME": "somebody@example.com",
        "LABEL_STUDIO_PASSWORD": "a-password",
        "LABEL_STUDIO_USER_TOKEN": TOKEN,
        "LABEL_STUDIO_ENABLE_LEGACY_API_TOKEN": "true",
        "LABEL_STUDIO_HOST": url,
        "ML_BLOCK_LOCAL_IP": "false",
        "USE_DEFAULT_BANNED_SUBNETS": "false",
        "COLLECT_ANALYTICS": "false",
        "LATEST_VERSION_CHECK": "false",
        "SENTRY_DSN": "",
        "FRONTEND_SENTRY_DSN": "",
    }
    command = [os.environ["FLORENCE_EDGE_TEST_LABEL_STUDIO"], "start", "--no-browser", "--port", str(port)]
    with subprocess.Popen(
        command, env={**os.environ, **settings}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as process:
        try:
            wait_until_up(url, process)
            headers = {"authorization": f"Token {TOKEN}"}
            with httpx.Client(base_url=url, headers=headers, timeout=120) as client:
                yield client
        finally:
            process.kill()


@pytest.fixture(scope="session")
def backend(api_url: str) -> Iterator[str]:
    """The URL of a backend, started by its command."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    command = [
        str(Path(sys.executable).parent / "florence-edge"),
        "label-studio",
        "--port",
        str(port),
        "--url",
        api_url,
    ]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            wait_until_up(url, process)
            yield url
        finally:
            process.terminate()


@pytest.fixture(scope="session")
def street() -> Path:
    return PICTURES / "street.jpg"

"""What the two clients share: where the API is, and the steps of their calls."""

from __future__ import annotations

import os
import random as random_numbers
import time
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from importlib.metadata import PackageNotFoundError, version
from typing import Any, TypeVar

import httpx

from ._errors import FlorenceError, too_large
from ._events import EventReader, open_events
from ._exchange import MAX_ANSWER_BYTES, Connection, Deadline, Platform, Read, decoded, exchange, parse_json, read_body
from ._headers import response_info
from ._images import Image, Upload, sent_image
from ._models import Answer
from ._reply import Drawing, Reply
from ._request import ApiRequest
from ._settings import Settings, base_url_of
from ._steps import Opened, Steps

URL_VARIABLE = "FLORENCE_EDGE_URL"
KEY_VARIABLE = "FLORENCE_EDGE_API_KEY"

AnyReply = TypeVar("AnyReply", bound=Reply)


@dataclass(frozen=True, kw_only=True)
class _UploadedFile(Reply):
    """What the API says of a file that has arrived."""

    image: str
    bytes: int


try:
    VERSION = version("florence-edge")
except PackageNotFoundError:  # Run from a folder that is not installed.
    VERSION = "0"

SYSTEM = Platform(now=time.time, random=random_numbers.random, new_key=lambda: str(uuid.uuid4()))
"""The system's clock and random numbers."""


def connection_of(
    base_url: str | None, options: Mapping[str, Any], build: Callable[..., httpx.Request], platform: Platform | None
) -> Connection:
    """Return where the API is and the options of all calls. What is not given comes from the environment."""
    url = base_url or os.environ.get(URL_VARIABLE)
    if not url:
        fix = f"Give `base_url`, or set the variable {URL_VARIABLE}."
        raise FlorenceError("invalid-request", "base_url: The API's URL is not known.", fix=fix)
    defaults = Settings(
        api_key=os.environ.get(KEY_VARIABLE) or None, headers={"user-agent": f"florence-edge-python/{VERSION}"}
    )
    return Connection(base_url_of(url), defaults.with_options(options), build, platform or SYSTEM)


def _reading(of: Any) -> Read[Any]:
    """Return what reads a reply: a class of the contract, or the file of a drawing."""

    def read(opened: Opened, deadline: Deadline) -> Steps[Any]:
        body = yield from read_body(opened, deadline, MAX_ANSWER_BYTES)
        info = response_info(opened.response.status_code, opened.response.headers)
        media_type = opened.response.headers.get("content-type", "").partition(";")[0].strip().lower()
        if media_type.startswith("image/"):
            return Drawing(data=body, media_type=media_type, response=info)
        answer = decoded(of, parse_json(body), info.status)
        # Answers are immutable; this one has just been made.
        object.__setattr__(answer, "response", info)
        return answer

    return read


def reply_steps(
    connection: Connection, request: ApiRequest, of: type[AnyReply], options: Mapping[str, Any]
) -> Steps[AnyReply]:
    """Return the steps of a call whose reply is of a class of the contract."""
    return exchange(connection, request, options, _reading(of))


def get_steps(connection: Connection, path: str, of: type[AnyReply], options: Mapping[str, Any]) -> Steps[AnyReply]:
    """Return the steps of a call without a body."""
    return reply_steps(connection, ApiRequest("GET", path), of, options)


def task_steps(connection: Connection, request: ApiRequest, options: Mapping[str, Any]) -> Steps[Any]:
    """Return the steps of a task's call whose answer comes whole."""
    return exchange(connection, request, options, _reading(Answer))


def stream_steps(connection: Connection, request: ApiRequest, options: Mapping[str, Any]) -> Steps[EventReader]:
    """Return the steps of a task's call whose answer is streamed."""
    return exchange(connection, request, options, open_events)


def _without_credentials(connection: Connection, options: Mapping[str, Any]) -> tuple[Connection, dict[str, Any]]:
    """Return a connection and options without key: the address of an upload needs none, and may be another server's."""
    settings = replace(
        connection.settings, api_key=None, max_price=None, headers=_user_agent(connection.settings.headers)
    )
    kept = {name: value for name, value in options.items() if name in ("timeout", "max_retries")}
    return replace(connection, settings=settings), kept


def _user_agent(headers: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in headers.items() if name.lower() == "user-agent"}


def upload_steps(connection: Connection, image: Image, options: Mapping[str, Any]) -> Steps[Upload]:
    """Ask for a handle, then send the file. Files can be sent again, so both are retried."""
    data = sent_image(image).data
    if data is None:
        raise FlorenceError("image-required", "An address needs no upload.", fix="Send the address as the image.")
    prepared = yield from reply_steps(connection, ApiRequest("POST", "/v1/uploads"), Upload, options)
    if len(data) > prepared.max_bytes:
        # Not sent: the server would close the connection before all is there, and its reply may be lost with it.
        raise too_large(f"The file has {len(data)} bytes, and the API takes {prepared.max_bytes}.")
    bare, kept = _without_credentials(connection, options)
    file = ApiRequest("PUT", prepared.put_url, data, "application/octet-stream")
    yield from reply_steps(bare, file, _UploadedFile, kept)
    return prepared

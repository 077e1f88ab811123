"""The options of a call and of a client, and how they are sent."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypedDict
from urllib.parse import urlsplit

from ._errors import FlorenceError, invalid

DEFAULT_TIMEOUT = 60.0
"""Default timeout of a call, in seconds: loading a model that is not in memory may take many."""

DEFAULT_MAX_RETRIES = 2
"""Three attempts cover a lost connection and a short overload, without many more requests to a server that is down."""

MAX_RETRIES = 10
"""Pauses double up to two seconds, so that further retries would only load a server that is down."""

CALL_OPTIONS = ("timeout", "max_retries", "api_key", "max_price", "idempotency_key", "headers")
"""The names of the options of a call."""


class CallOptions(TypedDict, total=False):
    """Options of every call; those of the client hold where one is not given."""

    timeout: float | None
    """Maximum duration of the call in seconds, all attempts and the whole answer included. It is checked between the
    parts of an answer, and each part may take as long: a server that sends slowly can need twice the time.
    """
    max_retries: int | None
    """Maximum number of retries: after a lost connection, 429, 503 and every `retryable` problem."""
    api_key: str | None
    """The key of an account, where answers cost credits."""
    max_price: int | None
    """The most that the request may cost, in micro-US-dollars; more is refused as `price-above-maximum`."""
    idempotency_key: str | None
    """Your own id for this call: with `no-store` or `no-cache`, a repeat with the same id costs nothing again."""
    headers: Mapping[str, str] | None
    """Additional request headers, for example `Cache-Control: no-store`."""


@dataclass(frozen=True)
class Settings:
    """The options of one call, complete."""

    timeout: float = DEFAULT_TIMEOUT
    max_retries: int = DEFAULT_MAX_RETRIES
    api_key: str | None = field(default=None, repr=False)
    max_price: int | None = None
    idempotency_key: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)

    def with_options(self, options: Mapping[str, Any]) -> Settings:
        """Return the settings with the given options of a call. Raises `FlorenceError` for a value that cannot be."""
        given = {name: value for name, value in options.items() if name in CALL_OPTIONS and value is not None}
        merged = {**self.__dict__, **given, "headers": {**self.headers, **given.get("headers", {})}}
        settings = Settings(**merged)
        if not 0 < settings.timeout < float("inf"):
            raise invalid("timeout", "Give a number of seconds above 0.")
        if settings.max_retries not in range(MAX_RETRIES + 1):
            raise invalid("max_retries", f"Give a whole number from 0 to {MAX_RETRIES}.")
        return settings


_NEW_WORK = re.compile(r"no-store|no-cache|max-age", re.IGNORECASE)


def request_headers(settings: Settings, new_key: str) -> dict[str, str]:
    """Return the headers of the options that have one. Those that the caller writes into `headers` win.

    A call that asks for new work, which costs again, gets an Idempotency-Key of its own, so that its retries do not.
    """
    given = {name.lower(): value for name, value in settings.headers.items()}
    headers = {}
    if settings.api_key is not None:
        headers["authorization"] = f"Bearer {settings.api_key}"
    if settings.max_price is not None:
        headers["max-price"] = str(settings.max_price)
    if settings.idempotency_key is not None:
        headers["idempotency-key"] = settings.idempotency_key
    elif settings.api_key is not None and _NEW_WORK.search(given.get("cache-control", "")):
        headers["idempotency-key"] = new_key
    return {**headers, **given}


def base_url_of(text: str) -> str:
    """Return a base URL without a trailing slash. Raises `FlorenceError` if the text cannot be one."""
    try:
        parts = urlsplit(text)
        is_valid = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.username is None
    except ValueError:
        is_valid = False
    if is_valid and not re.search(r"[?#\s]", text):
        return text.rstrip("/")
    fix = "Give the API's URL, as https://florence.example.com; credentials go into `api_key` or `headers`."
    raise FlorenceError("invalid-request", f"base_url: {text!r} is not the URL of an API.", fix=fix)

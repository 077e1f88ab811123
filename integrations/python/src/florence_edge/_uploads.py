"""Uploads: an image that is sent once, and asked about by its handle."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from ._reply import Reply

if TYPE_CHECKING:
    from ._exchange import Connection

HANDLE = re.compile(r"upload_[\w-]{48}")
"""The form of a handle: a text of this form is one, and not a path."""


@dataclass(frozen=True, kw_only=True)
class Upload(Reply):
    """An uploaded image. It is an image of every call, for the account that has uploaded it."""

    image: str
    """The handle."""
    put_url: str
    """Where the file was sent. Whoever has it may send another file."""
    expires_in: int
    """Seconds from the upload for which the handle works; then the file is deleted."""


@dataclass(frozen=True, kw_only=True)
class UploadedFile(Reply):
    """What the API says of a file that has arrived."""

    image: str
    bytes: int


def without_credentials(connection: Connection, options: Mapping[str, Any]) -> tuple[Connection, dict[str, Any]]:
    """Return a connection and options without key: the address of an upload needs none, and may be another server's."""
    settings = replace(
        connection.settings, api_key=None, max_price=None, headers=_user_agent(connection.settings.headers)
    )
    kept = {name: value for name, value in options.items() if name in ("timeout", "max_retries")}
    return replace(connection, settings=settings), kept


def _user_agent(headers: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in headers.items() if name.lower() == "user-agent"}

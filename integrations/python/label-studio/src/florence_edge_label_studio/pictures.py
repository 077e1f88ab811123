"""The pictures of tasks. Label Studio's own are fetched with its token; an https address elsewhere is left to the API, which checks whom it asks."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import httpx

from florence_edge import FlorenceError
from florence_edge._pixels import MAX_FILE_BYTES

FETCH_SECONDS = 30.0
"""Time for each step of fetching a picture."""


@dataclass(frozen=True)
class Host:
    """A Label Studio: its URL, and a token that may read its files."""

    url: str
    token: str = field(repr=False)

    def owns(self, address: str) -> bool:
        """Whether an address is of this Label Studio: only there the token is sent."""
        mine, asked = urlsplit(self.url), urlsplit(address)
        return (mine.scheme, mine.netloc) == (asked.scheme, asked.netloc)


def _refused(detail: str, fix: str) -> FlorenceError:
    return FlorenceError("image-url-refused", detail, fix=fix)


class Pictures:
    """Fetches pictures of tasks."""

    def __init__(self, client: httpx.Client) -> None:
        """Take a client of `httpx`."""
        self._client = client

    def _authorization(self, host: Host) -> Mapping[str, str]:
        """Return the header of a token. A personal access token is a JWT, which is exchanged for one of some minutes."""
        if host.token.count(".") != 2:  # noqa: PLR2004 -- the three parts of a JWT
            return {"authorization": f"Token {host.token}"}
        reply = self._client.post(f"{host.url}/api/token/refresh", json={"refresh": host.token}, timeout=FETCH_SECONDS)
        reply.raise_for_status()
        return {"authorization": f"Bearer {reply.json()['access']}"}

    def _fetch(self, url: str, host: Host) -> bytes:
        data = b""
        headers = self._authorization(host)
        # Files in a storage are redirected to; httpx sends the token to no other host.
        with self._client.stream("GET", url, headers=headers, timeout=FETCH_SECONDS, follow_redirects=True) as reply:
            reply.raise_for_status()
            for chunk in reply.iter_bytes():
                data += chunk
                if len(data) > MAX_FILE_BYTES:
                    raise _refused(f"The picture has more than {MAX_FILE_BYTES} bytes.", "Import a smaller one.")
        return data

    def get(self, value: object, task_id: object, host: Host | None) -> str | bytes:
        """Return a task's picture as an image of the client. Raises `FlorenceError`."""
        if not isinstance(value, str) or value == "":
            raise _refused("The task has no picture.", "Give the image's key of the data an address or a path.")
        scheme = urlsplit(value).scheme.lower()
        if scheme == "data" or (scheme == "https" and (host is None or not host.owns(value))):
            return value
        if host is None:
            fix = "Set LABEL_STUDIO_URL and LABEL_STUDIO_API_KEY, or add this backend to a project again."
            raise _refused("It is not known where Label Studio is.", fix)
        try:
            return self._fetch(self._own_url(value, scheme, task_id, host), host)
        except (httpx.HTTPError, KeyError) as error:
            fix = "Set LABEL_STUDIO_URL and LABEL_STUDIO_API_KEY, a personal access token: the backend must reach Label Studio, and its token must be accepted."
            raise FlorenceError(
                "image-url-unreachable", f"Label Studio did not give the picture: {error}", fix=fix
            ) from error

    def _own_url(self, value: str, scheme: str, task_id: object, host: Host) -> str:
        if scheme == "":
            return f"{host.url}/{value.lstrip('/')}"
        if scheme in ("http", "https"):
            if host.owns(value):
                return value
            raise _refused(
                f"The picture's address is {scheme}, and not Label Studio's.",
                "Use https addresses, or upload the pictures.",
            )
        # A file of a storage that Label Studio knows: it redirects to the file.
        file = base64.urlsafe_b64encode(value.encode()).decode()
        return f"{host.url}/tasks/{task_id}/resolve/?fileuri={file}"

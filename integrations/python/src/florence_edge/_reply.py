"""What every reply has besides its own fields, and the two kinds of replies that are not of the contract's classes."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ._headers import CacheReport, ChargeReport, ResponseInfo
from ._json import to_json


class _Response:
    """Shortcuts to what the response's headers say."""

    response: ResponseInfo | None

    @property
    def charge(self) -> ChargeReport | None:
        """What the request was charged; None if the API charges nothing, and for one of several answers of a request."""
        return self.response.charge if self.response else None

    @property
    def cache(self) -> CacheReport | None:
        """How the cache served the answer."""
        return self.response.cache if self.response else None

    @property
    def request_id(self) -> str | None:
        """Id of the request in the server's log."""
        return self.response.request_id if self.response else None

    @property
    def timings(self) -> Mapping[str, float]:
        """Milliseconds on the server, by stage."""
        return self.response.timings if self.response else {}


@dataclass(frozen=True, kw_only=True)
class Reply(_Response):
    """A reply of the API."""

    response: ResponseInfo | None = field(default=None, compare=False, repr=False, metadata={"is_json": False})
    """The response; None for one of several answers of a request: the whole has it."""

    def to_dict(self) -> dict[str, Any]:
        """Return the reply as the API's JSON."""
        value = to_json(self)
        return dict(value)


@dataclass(frozen=True, kw_only=True)
class Drawing(_Response):
    """An answer drawn over its image. Notebooks show it."""

    data: bytes = field(repr=False)
    """The file."""
    media_type: str
    """`image/svg+xml` or `image/png`."""
    response: ResponseInfo | None = field(default=None, compare=False, repr=False)

    @property
    def text(self) -> str:
        """The text of an SVG file."""
        return self.data.decode()

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Write the file and return its path."""
        target = Path(path)
        target.write_bytes(self.data)
        return target

    def _repr_mimebundle_(self, **_: object) -> dict[str, str | bytes]:
        """Tell a notebook what to show."""
        return {self.media_type: self.text if self.media_type == "image/svg+xml" else self.data}


class ReferenceAnswer(dict[str, Any], _Response):
    """What Hugging Face's `post_process_generation` returns: `{"<OD>": {"bboxes": …, "labels": …}}`, as `compat="reference"` asks for."""

    response: ResponseInfo | None = None

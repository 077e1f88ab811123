"""The lines of a batch: written to a file as far as one may be long, which is sent. Nothing is held whole in memory."""

from __future__ import annotations

import json
import os
import tempfile
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Literal, TypeAlias, Union

from ._batches import BATCHES_PATH, FILES_PATH, TRANSFER_SECONDS, BatchResult, StoredFile, batch_steps
from ._calls import reply_steps, upload_steps
from ._errors import FlorenceError, invalid
from ._images import Image, Upload, sent_image
from ._jobs import Handle
from ._request import AnalyzeItem, ApiRequest, TaskOptions, api_options, check_names, json_request
from ._steps import Steps

if TYPE_CHECKING:
    from ._models import TaskName

MAX_LINES = 50_000
MAX_FILE_BYTES = 200_000_000
MAX_LINE_BYTES = 512 * 1024
"""The API's limits of a file. An image that a line cannot hold is uploaded."""

MAX_ID_CHARACTERS = 256

MAX_UPLOADS = 200
"""Images of a batch that are uploaded: they are kept for an hour, in which the batch must come to them."""

BatchInput: TypeAlias = "Union[Iterable[Union[Image, BatchLine]], os.PathLike[str]]"
"""Images; or lines with options; or the path of a file with lines in OpenAI's shape (JSONL)."""


BatchTask: TypeAlias = "Union[TaskName, Literal['analyze', 'chat/completions', 'responses']]"
"""What a batch asks: its endpoint without `/v1/`. Lines of the last two come from a file."""


class BatchLine(TaskOptions, total=False):
    """A line: an image with its own options, and what its result is known by."""

    custom_id: str
    """By default the path or address of the image, or its number among the lines, from 1."""
    image: Image
    tasks: Iterable[AnalyzeItem]
    """Of `analyze`."""


def _line(task: str, custom_id: str, body: Mapping[str, Any]) -> bytes:
    line = {"custom_id": custom_id, "method": "POST", "url": f"/v1/{task}", "body": body}
    return json.dumps(line, ensure_ascii=False).encode() + b"\n"


def _own_id(item: Any, number: int) -> str:
    """Return what a line is known by: where its image is, or its number."""
    image = item.get("image") if isinstance(item, Mapping) else item
    own = item.get("custom_id") if isinstance(item, Mapping) else None
    if own is not None:
        return str(own)
    name = os.fspath(image) if isinstance(image, (str, os.PathLike)) else ""
    return name if 0 < len(name) <= MAX_ID_CHARACTERS and not name.startswith("data:") else str(number)


class Lines:
    """The lines of one or several batches, written as far as a file may be long. Lines that cannot be sent have their results at once."""

    def __init__(self, client: Any, task: str, items: Iterable[Any], options: Mapping[str, Any]) -> None:
        """Take the lines, which are read when they are written."""
        check_names(task, options)
        self._client = client
        self._task = task
        self._items: Iterator[Any] = iter(items)
        self._options = without_key(options)
        self._number = 0
        self._left: bytes | None = None
        self._uploads = 0
        self.refused: deque[BatchResult[Any]] = deque()
        """The results of lines that cannot be sent."""

    def _written(self, custom_id: str, item: Any) -> Steps[bytes]:
        """Return a line. An image that is too large for one is uploaded."""
        given = (
            {name: value for name, value in item.items() if name != "custom_id"}
            if isinstance(item, Mapping)
            else {"image": item}
        )
        tasks = {"tasks": [api_options(each) for each in given["tasks"]]} if "tasks" in given else {}
        image = sent_image(given.pop("image", None))
        body = {**api_options({**self._options, **given}), **tasks}
        line = _line(self._task, custom_id, {"image": image.in_json(), **body})
        if len(line) <= MAX_LINE_BYTES or image.data is None:
            return line
        self._uploads += 1
        upload: Upload = yield from upload_steps(self._client._connection, image.data, self._options)
        return _line(self._task, custom_id, {"image": upload.image, **body})

    def _next(self) -> Steps[bytes | None]:
        """Return the next line that can be sent; None after the last."""
        for item in self._items:
            self._number += 1
            custom_id = _own_id(item, self._number)
            try:
                return (yield from self._written(custom_id, item))
            except (FlorenceError, OSError) as error:
                self.refused.append(BatchResult(custom_id, error=error))
        return None

    def write(self, file: IO[bytes]) -> Steps[int]:
        """Write as many lines as a batch may have, and return their number."""
        count = size = self._uploads = 0
        while count < MAX_LINES and self._uploads < MAX_UPLOADS:
            line = self._left if self._left is not None else (yield from self._next())
            self._left = None
            if line is None:
                break
            if size + len(line) > MAX_FILE_BYTES:
                self._left = line
                break
            file.write(line)
            count += 1
            size += len(line)
        return count

    def has_more(self) -> Steps[bool]:
        """Whether there is another line."""
        self._left = self._left or (yield from self._next())
        return self._left is not None


def send_steps(
    kind: Callable[..., Handle], client: Any, file: IO[bytes], body: Mapping[str, Any], options: Mapping[str, Any]
) -> Steps[Handle]:
    """Send a file of lines, and make the batch of it."""
    connection = client._connection
    transfer = {"timeout": TRANSFER_SECONDS, **without_key(options)}
    sent = yield from reply_steps(connection, ApiRequest("POST", FILES_PATH, file=file), StoredFile, transfer)
    whole = {"input_file_id": sent.id, "completion_window": "24h", **body}
    # Its retries have one key, so that they make one batch.
    once = {**options, "idempotency_key": options.get("idempotency_key") or connection.platform.new_key()}
    return (yield from batch_steps(kind, client, json_request(BATCHES_PATH, whole), once))


def without_key(options: Mapping[str, Any]) -> dict[str, Any]:
    """Return options for calls beside the one that the caller's key is for."""
    return {name: value for name, value in options.items() if name != "idempotency_key"}


def create_batch(
    kind: Callable[..., Handle],
    client: Any,
    task: str,
    lines: BatchInput,
    *,
    metadata: Mapping[str, str] | None = None,
    options: Mapping[str, Any],
) -> Steps[Handle]:
    """Return the steps of sending one batch. Raises for a line that cannot be sent, and for more than a batch may have."""
    body = {"endpoint": f"/v1/{task}", **({"metadata": dict(metadata)} if metadata else {})}
    if isinstance(lines, os.PathLike):
        with Path(lines).open("rb") as file:
            return (yield from send_steps(kind, client, file, body, options))
    source = Lines(client, task, lines, options)
    with tempfile.TemporaryFile() as file:
        yield from source.write(file)
        for refused in source.refused:
            refused.unwrap()
        if (yield from source.has_more()):
            raise invalid("lines", "Give fewer lines, or use `run`, which makes several batches.")
        return (yield from send_steps(kind, client, file, body, options))

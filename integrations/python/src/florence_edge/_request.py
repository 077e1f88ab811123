"""A request to the API, built from a task, an image and options. Nothing here sends anything."""

from __future__ import annotations

import difflib
import json
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import IO, TYPE_CHECKING, Any, Literal, TypeAlias, TypedDict, Union
from urllib.parse import urlencode

from ._errors import invalid
from ._forms import BoxForms
from ._images import SentImage, sent_image, with_sent_image
from ._settings import CALL_OPTIONS

if TYPE_CHECKING:
    from ._images import Image
    from ._models import Box, TaskName

MAX_QUERY_CHARACTERS = 4000
"""Servers and proxies limit the request head to 8 or 16 thousand characters; longer options are sent as JSON, where the image takes a third more."""

TASK_OPTIONS = frozenset(
    "max_new_tokens beams min_score max_objects include overlay_image stream overlay compat format".split(),
)

INPUTS = frozenset({"text", "labels", "region", "normalized_region"})
"""What a task may need besides the image; parameters of their own in the methods."""

RegionLike: TypeAlias = Union["Box", Mapping[str, float], Sequence[float], str]
"""A box of an answer; `{"x1": …, "y1": …, "x2": …, "y2": …}`; four numbers; or four location tokens as a text."""

_CORNERS = ("x1", "y1", "x2", "y2")


class TaskOptions(TypedDict, total=False):
    """Options of one of several tasks: those of its method."""

    text: str
    labels: Sequence[str]
    region: RegionLike
    normalized_region: RegionLike
    max_new_tokens: int
    beams: int
    min_score: float
    max_objects: int
    include: Sequence[Literal["svg_path", "coco_rle", "score"]]
    format: Literal["json", "flat", "raw"]
    compat: Literal["reference"]


class AnalyzeItem(TaskOptions):
    """One of several tasks on an image, with its options."""

    task: TaskName


class BatchItem(AnalyzeItem):
    """One of several tasks, with its image."""

    image: Image


@dataclass(frozen=True)
class ApiRequest:
    """A request, relative to the base URL."""

    method: Literal["GET", "POST", "PUT", "DELETE"]
    path: str
    """Path with its query; or a whole URL, which the API has answered."""
    body: bytes | None = field(default=None, repr=False)
    media_type: str | None = None
    file: IO[bytes] | None = field(default=None, repr=False)
    """A file of the lines of a batch, in the place of the body."""


def check_names(task: str, names: Iterable[str]) -> None:
    """Raise `TypeError`, as Python does, for an option that does not exist."""
    known = {*TASK_OPTIONS, *INPUTS, *CALL_OPTIONS}
    for name in names:
        if name not in known:
            close = difflib.get_close_matches(name, known, 1)
            hint = f". Did you mean {close[0]!r}?" if close else ""
            method = task.replace("-", "_")
            message = f"{method}() got an unexpected keyword argument {name!r}{hint}"
            raise TypeError(message)


def _region(name: str, value: Any) -> dict[str, float] | str:
    """Return a region as the API's JSON has it. Only its form is checked: the API knows the image."""
    if isinstance(value, BoxForms):
        return dict(zip(_CORNERS, value.xyxy, strict=True))
    if isinstance(value, str):
        return value
    if isinstance(value, Mapping):
        value = [value[corner] for corner in _CORNERS if corner in value]
    if isinstance(value, Sequence) or hasattr(value, "__array_interface__"):
        numbers = [float(number) for number in value]
        if len(numbers) == len(_CORNERS) and all(map(math.isfinite, numbers)):
            return dict(zip(_CORNERS, numbers, strict=True))
    raise invalid(name, "Give a box, or its four numbers x1, y1, x2, y2.")


def api_options(options: Mapping[str, Any]) -> dict[str, Any]:
    """Return the options of a task, without those of the call and without None, as the API's JSON has them."""
    given = {name: value for name, value in options.items() if value is not None and name not in CALL_OPTIONS}
    if isinstance(given.get("labels"), str):
        raise invalid("labels", "Give a list of texts, or `text` for one.")
    regions = {name: _region(name, value) for name, value in given.items() if name in ("region", "normalized_region")}
    lists = {name: list(value) for name, value in given.items() if name in ("labels", "include")}
    return {**given, **regions, **lists}


def _label_values(labels: Sequence[str]) -> Sequence[str]:
    """Return the values of the repeated parameter `labels`, or one JSON list.

    The API would divide a single label at its commas and trim it, and leave out a blank one.
    """
    is_changed = len(labels) == 1 and (labels[0] != labels[0].strip() or any(sign in labels[0] for sign in '",['))
    return [json.dumps(labels)] if is_changed or any(label.strip() == "" for label in labels) else labels


def _query_values(name: str, value: Any) -> Sequence[str]:
    if name == "labels":
        return _label_values(value)
    if isinstance(value, bool):
        return ["true" if value else "false"]
    if isinstance(value, dict):
        return [",".join(repr(value[corner]) for corner in _CORNERS)]
    return [",".join(value)] if isinstance(value, list) else [str(value)]


def query_of(options: Mapping[str, Any]) -> str:
    """Return options as a query."""
    return urlencode([(name, each) for name, value in options.items() for each in _query_values(name, value)])


def json_request(path: str, body: Mapping[str, Any]) -> ApiRequest:
    """Return a request with a JSON body."""
    return ApiRequest("POST", path, json.dumps(body).encode(), "application/json")


def image_request(path: str, image: SentImage, options: Mapping[str, Any]) -> ApiRequest:
    """Return the request about one image."""
    query = query_of(options)
    if image.data is None or len(query) > MAX_QUERY_CHARACTERS:
        return json_request(path, {"image": image.in_json(), **options})
    # The API finds the format in the bytes.
    return ApiRequest("POST", f"{path}?{query}" if query else path, image.data, "application/octet-stream")


def task_request(task: str, image: Image, options: Mapping[str, Any], inputs: Mapping[str, Any]) -> ApiRequest:
    """Return the request of a task: bytes as the body with the options in the query, an address as JSON."""
    check_names(task, options)
    return image_request(f"/v1/{task}", sent_image(image), api_options({**inputs, **options}))


def analyze_request(image: Image, items: Iterable[Mapping[str, Any]], **more: Any) -> ApiRequest:
    """Return the request for several tasks on one image, with more members of its body."""
    tasks = [api_options(item) for item in items]
    return json_request("/v1/analyze", {"image": sent_image(image).in_json(), "tasks": tasks, **more})


def batch_request(items: Iterable[Mapping[str, Any]], **more: Any) -> ApiRequest:
    """Return the request for several images, with more members of its body."""
    return json_request("/v1/batch", {"items": [with_sent_image(api_options(item)) for item in items], **more})


def quote_request(asked: str | Sequence[Mapping[str, Any]], options: Mapping[str, Any]) -> ApiRequest:
    """Return the request for the price of a task, of tasks on one image, or of a batch, whose images are not sent."""
    if isinstance(asked, str):
        return json_request("/v1/quote", {"task": asked, **api_options(options)})
    is_batch = any("image" in item for item in asked)
    items = [api_options({name: value for name, value in item.items() if name != "image"}) for item in asked]
    return json_request("/v1/quote", {"items" if is_batch else "tasks": items})

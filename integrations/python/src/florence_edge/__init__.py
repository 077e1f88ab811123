"""A client for florence-edge, the HTTP API for the Florence-2 vision model."""

from ._answers import Answer
from ._async_florence import AsyncFlorence
from ._errors import FlorenceError
from ._events import Event
from ._exchange import Platform
from ._florence import Florence
from ._headers import CacheReport, ChargeReport, ResponseInfo
from ._images import Image
from ._models import (
    AnalyzeAnswer,
    AnalyzeResult,
    BatchAnswer,
    Box,
    BoxesAnswer,
    BoxObject,
    ChargeEvent,
    CocoRle,
    DeltaEvent,
    DoneEvent,
    FlatAnswer,
    Health,
    Issue,
    Me,
    ModelList,
    ObjectEvent,
    Point,
    PolygonObject,
    PolygonsAnswer,
    Pricing,
    Problem,
    ProblemCode,
    QuadObject,
    QuadsAnswer,
    Quote,
    RawAnswer,
    TaskList,
    TextAnswer,
)
from ._options import TASKS, TaskName
from ._reply import Drawing, ReferenceAnswer
from ._request import AnalyzeItem, BatchItem, RegionLike
from ._settings import CallOptions
from ._stream import AsyncStream, Stream
from ._uploads import Upload

__all__ = [
    "TASKS",
    "AnalyzeAnswer",
    "AnalyzeItem",
    "AnalyzeResult",
    "Answer",
    "AsyncFlorence",
    "AsyncStream",
    "BatchAnswer",
    "BatchItem",
    "Box",
    "BoxObject",
    "BoxesAnswer",
    "CacheReport",
    "CallOptions",
    "ChargeEvent",
    "ChargeReport",
    "CocoRle",
    "DeltaEvent",
    "DoneEvent",
    "Drawing",
    "Event",
    "FlatAnswer",
    "Florence",
    "FlorenceError",
    "Health",
    "Image",
    "Issue",
    "Me",
    "ModelList",
    "ObjectEvent",
    "Platform",
    "Point",
    "PolygonObject",
    "PolygonsAnswer",
    "Pricing",
    "Problem",
    "ProblemCode",
    "QuadObject",
    "QuadsAnswer",
    "Quote",
    "RawAnswer",
    "ReferenceAnswer",
    "RegionLike",
    "ResponseInfo",
    "Stream",
    "TaskList",
    "TaskName",
    "TextAnswer",
    "Upload",
]

# Generated from src/contract/ and src/florence/tasks.ts by `npm run docs` of florence-edge.
from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Coroutine, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal, overload

from ._calls import get_steps, reply_steps, upload_steps
from ._models import AnalyzeAnswer, BatchAnswer, Health, Me, ModelList, Pricing, Quote, TaskList
from ._request import analyze_request, batch_request, quote_request

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from ._exchange import Connection
    from ._images import Image, Upload
    from ._models import AnswerOptions, DrawingOptions, ModelOptions, PlainOptions, TaskName
    from ._models import BoxesAnswer, FlatAnswer, PolygonsAnswer, QuadsAnswer, RawAnswer, TextAnswer
    from ._reply import Drawing, ReferenceAnswer
    from ._request import AnalyzeItem, BatchItem, RegionLike
    from ._settings import CallOptions
    from ._steps import Result, Steps
    from ._stream import AsyncStream, Stream


class Methods(ABC):
    """A method for each task and each other call. The options of a task are those of `PlainOptions`; `stream`, `overlay`, `compat` and `format` select another form."""

    _connection: Connection

    @abstractmethod
    def _run(self, steps: Steps[Result]) -> Result:
        """Make a call."""

    @abstractmethod
    def _ask(self, task: TaskName, image: Image, options: Mapping[str, Any], **inputs: Any) -> Any:
        """Send a request about one image."""

    @overload
    def ocr(self, image: Image, *, stream: Literal[True], **options: Unpack[AnswerOptions]) -> Stream[TextAnswer]: ...
    @overload
    def ocr(self, image: Image, *, overlay: Literal["svg", "png"], **options: Unpack[DrawingOptions]) -> Drawing: ...
    @overload
    def ocr(self, image: Image, *, compat: Literal["reference"], **options: Unpack[ModelOptions]) -> ReferenceAnswer: ...
    @overload
    def ocr(self, image: Image, *, format: Literal["flat"], **options: Unpack[AnswerOptions]) -> FlatAnswer: ...
    @overload
    def ocr(self, image: Image, *, format: Literal["raw"], **options: Unpack[ModelOptions]) -> RawAnswer: ...
    @overload
    def ocr(self, image: Image, **options: Unpack[PlainOptions]) -> TextAnswer: ...
    def ocr(self, image: Image, **options: Any) -> Any:
        """Read the text in the image.

        Options: max_new_tokens, beams, min_score, max_objects, overlay_image, include, stream, overlay, compat, format; and those of `CallOptions`.
        """
        return self._ask("ocr", image, options)

    @overload
    def ocr_with_region(self, image: Image, *, stream: Literal[True], **options: Unpack[AnswerOptions]) -> Stream[QuadsAnswer]: ...
    @overload
    def ocr_with_region(self, image: Image, *, overlay: Literal["svg", "png"], **options: Unpack[DrawingOptions]) -> Drawing: ...
    @overload
    def ocr_with_region(self, image: Image, *, compat: Literal["reference"], **options: Unpack[ModelOptions]) -> ReferenceAnswer: ...
    @overload
    def ocr_with_region(self, image: Image, *, format: Literal["flat"], **options: Unpack[AnswerOptions]) -> FlatAnswer: ...
    @overload
    def ocr_with_region(self, image: Image, *, format: Literal["raw"], **options: Unpack[ModelOptions]) -> RawAnswer: ...
    @overload
    def ocr_with_region(self, image: Image, **options: Unpack[PlainOptions]) -> QuadsAnswer: ...
    def ocr_with_region(self, image: Image, **options: Any) -> Any:
        """Read the text in the image, with the four corners of each text region.

        Options: max_new_tokens, beams, min_score, max_objects, overlay_image, include, stream, overlay, compat, format; and those of `CallOptions`.
        """
        return self._ask("ocr-with-region", image, options)

    @overload
    def caption(self, image: Image, *, stream: Literal[True], **options: Unpack[AnswerOptions]) -> Stream[TextAnswer]: ...
    @overload
    def caption(self, image: Image, *, overlay: Literal["svg", "png"], **options: Unpack[DrawingOptions]) -> Drawing: ...
    @overload
    def caption(self, image: Image, *, compat: Literal["reference"], **options: Unpack[ModelOptions]) -> ReferenceAnswer: ...
    @overload
    def caption(self, image: Image, *, format: Literal["flat"], **options: Unpack[AnswerOptions]) -> FlatAnswer: ...
    @overload
    def caption(self, image: Image, *, format: Literal["raw"], **options: Unpack[ModelOptions]) -> RawAnswer: ...
    @overload
    def caption(self, image: Image, **options: Unpack[PlainOptions]) -> TextAnswer: ...
    def caption(self, image: Image, **options: Any) -> Any:
        """Describe the image in a sentence.

        Options: max_new_tokens, beams, min_score, max_objects, overlay_image, include, stream, overlay, compat, format; and those of `CallOptions`.
        """
        return self._ask("caption", image, options)

    @overload
    def detailed_caption(self, image: Image, *, stream: Literal[True], **options: Unpack[AnswerOptions]) -> Stream[TextAnswer]: ...
    @overload
    def detailed_caption(self, image: Image, *, overlay: Literal["svg", "png"], **options: Unpack[DrawingOptions]) -> Drawing: ...
    @overload
    def detailed_caption(self, image: Image, *, compat: Literal["reference"], **options: Unpack[ModelOptions]) -> ReferenceAnswer: ...
    @overload
    def detailed_caption(self, image: Image, *, format: Literal["flat"], **options: Unpack[AnswerOptions]) -> FlatAnswer: ...
    @overload
    def detailed_caption(self, image: Image, *, format: Literal["raw"], **options: Unpack[ModelOptions]) -> RawAnswer: ...
    @overload
    def detailed_caption(self, image: Image, **options: Unpack[PlainOptions]) -> TextAnswer: ...
    def detailed_caption(self, image: Image, **options: Any) -> Any:
        """Describe the image in a few sentences.

        Options: max_new_tokens, beams, min_score, max_objects, overlay_image, include, stream, overlay, compat, format; and those of `CallOptions`.
        """
        return self._ask("detailed-caption", image, options)

    @overload
    def more_detailed_caption(self, image: Image, *, stream: Literal[True], **options: Unpack[AnswerOptions]) -> Stream[TextAnswer]: ...
    @overload
    def more_detailed_caption(self, image: Image, *, overlay: Literal["svg", "png"], **options: Unpack[DrawingOptions]) -> Drawing: ...
    @overload
    def more_detailed_caption(self, image: Image, *, compat: Literal["reference"], **options: Unpack[ModelOptions]) -> ReferenceAnswer: ...
    @overload
    def more_detailed_caption(self, image: Image, *, format: Literal["flat"], **options: Unpack[AnswerOptions]) -> FlatAnswer: ...
    @overload
    def more_detailed_caption(self, image: Image, *, format: Literal["raw"], **options: Unpack[ModelOptions]) -> RawAnswer: ...
    @overload
    def more_detailed_caption(self, image: Image, **options: Unpack[PlainOptions]) -> TextAnswer: ...
    def more_detailed_caption(self, image: Image, **options: Any) -> Any:
        """Describe the image in a paragraph.

        Options: max_new_tokens, beams, min_score, max_objects, overlay_image, include, stream, overlay, compat, format; and those of `CallOptions`.
        """
        return self._ask("more-detailed-caption", image, options)

    @overload
    def object_detection(self, image: Image, *, stream: Literal[True], **options: Unpack[AnswerOptions]) -> Stream[BoxesAnswer]: ...
    @overload
    def object_detection(self, image: Image, *, overlay: Literal["svg", "png"], **options: Unpack[DrawingOptions]) -> Drawing: ...
    @overload
    def object_detection(self, image: Image, *, compat: Literal["reference"], **options: Unpack[ModelOptions]) -> ReferenceAnswer: ...
    @overload
    def object_detection(self, image: Image, *, format: Literal["flat"], **options: Unpack[AnswerOptions]) -> FlatAnswer: ...
    @overload
    def object_detection(self, image: Image, *, format: Literal["raw"], **options: Unpack[ModelOptions]) -> RawAnswer: ...
    @overload
    def object_detection(self, image: Image, **options: Unpack[PlainOptions]) -> BoxesAnswer: ...
    def object_detection(self, image: Image, **options: Any) -> Any:
        """Find objects and name their categories.

        Options: max_new_tokens, beams, min_score, max_objects, overlay_image, include, stream, overlay, compat, format; and those of `CallOptions`.
        """
        return self._ask("object-detection", image, options)

    @overload
    def dense_region_caption(self, image: Image, *, stream: Literal[True], **options: Unpack[AnswerOptions]) -> Stream[BoxesAnswer]: ...
    @overload
    def dense_region_caption(self, image: Image, *, overlay: Literal["svg", "png"], **options: Unpack[DrawingOptions]) -> Drawing: ...
    @overload
    def dense_region_caption(self, image: Image, *, compat: Literal["reference"], **options: Unpack[ModelOptions]) -> ReferenceAnswer: ...
    @overload
    def dense_region_caption(self, image: Image, *, format: Literal["flat"], **options: Unpack[AnswerOptions]) -> FlatAnswer: ...
    @overload
    def dense_region_caption(self, image: Image, *, format: Literal["raw"], **options: Unpack[ModelOptions]) -> RawAnswer: ...
    @overload
    def dense_region_caption(self, image: Image, **options: Unpack[PlainOptions]) -> BoxesAnswer: ...
    def dense_region_caption(self, image: Image, **options: Any) -> Any:
        """Find objects and describe each.

        Options: max_new_tokens, beams, min_score, max_objects, overlay_image, include, stream, overlay, compat, format; and those of `CallOptions`.
        """
        return self._ask("dense-region-caption", image, options)

    @overload
    def region_proposal(self, image: Image, *, stream: Literal[True], **options: Unpack[AnswerOptions]) -> Stream[BoxesAnswer]: ...
    @overload
    def region_proposal(self, image: Image, *, overlay: Literal["svg", "png"], **options: Unpack[DrawingOptions]) -> Drawing: ...
    @overload
    def region_proposal(self, image: Image, *, compat: Literal["reference"], **options: Unpack[ModelOptions]) -> ReferenceAnswer: ...
    @overload
    def region_proposal(self, image: Image, *, format: Literal["flat"], **options: Unpack[AnswerOptions]) -> FlatAnswer: ...
    @overload
    def region_proposal(self, image: Image, *, format: Literal["raw"], **options: Unpack[ModelOptions]) -> RawAnswer: ...
    @overload
    def region_proposal(self, image: Image, **options: Unpack[PlainOptions]) -> BoxesAnswer: ...
    def region_proposal(self, image: Image, **options: Any) -> Any:
        """Propose regions that contain objects, without labels.

        Options: max_new_tokens, beams, min_score, max_objects, overlay_image, include, stream, overlay, compat, format; and those of `CallOptions`.
        """
        return self._ask("region-proposal", image, options)

    @overload
    def caption_to_phrase_grounding(self, image: Image, text: str, *, stream: Literal[True], **options: Unpack[AnswerOptions]) -> Stream[BoxesAnswer]: ...
    @overload
    def caption_to_phrase_grounding(self, image: Image, text: str, *, overlay: Literal["svg", "png"], **options: Unpack[DrawingOptions]) -> Drawing: ...
    @overload
    def caption_to_phrase_grounding(self, image: Image, text: str, *, compat: Literal["reference"], **options: Unpack[ModelOptions]) -> ReferenceAnswer: ...
    @overload
    def caption_to_phrase_grounding(self, image: Image, text: str, *, format: Literal["flat"], **options: Unpack[AnswerOptions]) -> FlatAnswer: ...
    @overload
    def caption_to_phrase_grounding(self, image: Image, text: str, *, format: Literal["raw"], **options: Unpack[ModelOptions]) -> RawAnswer: ...
    @overload
    def caption_to_phrase_grounding(self, image: Image, text: str, **options: Unpack[PlainOptions]) -> BoxesAnswer: ...
    def caption_to_phrase_grounding(self, image: Image, text: str, **options: Any) -> Any:
        """Find what each phrase of a caption refers to.

        Options: max_new_tokens, beams, min_score, max_objects, overlay_image, include, stream, overlay, compat, format; and those of `CallOptions`.
        """
        return self._ask("caption-to-phrase-grounding", image, options, text=text)

    @overload
    def referring_expression_segmentation(self, image: Image, text: str, *, stream: Literal[True], **options: Unpack[AnswerOptions]) -> Stream[PolygonsAnswer]: ...
    @overload
    def referring_expression_segmentation(self, image: Image, text: str, *, overlay: Literal["svg", "png"], **options: Unpack[DrawingOptions]) -> Drawing: ...
    @overload
    def referring_expression_segmentation(self, image: Image, text: str, *, compat: Literal["reference"], **options: Unpack[ModelOptions]) -> ReferenceAnswer: ...
    @overload
    def referring_expression_segmentation(self, image: Image, text: str, *, format: Literal["flat"], **options: Unpack[AnswerOptions]) -> FlatAnswer: ...
    @overload
    def referring_expression_segmentation(self, image: Image, text: str, *, format: Literal["raw"], **options: Unpack[ModelOptions]) -> RawAnswer: ...
    @overload
    def referring_expression_segmentation(self, image: Image, text: str, **options: Unpack[PlainOptions]) -> PolygonsAnswer: ...
    def referring_expression_segmentation(self, image: Image, text: str, **options: Any) -> Any:
        """Outline the object that an expression refers to.

        Options: max_new_tokens, beams, min_score, max_objects, overlay_image, include, stream, overlay, compat, format; and those of `CallOptions`.
        """
        return self._ask("referring-expression-segmentation", image, options, text=text)

    @overload
    def region_to_segmentation(self, image: Image, region: RegionLike | None = None, *, normalized_region: RegionLike | None = None, stream: Literal[True], **options: Unpack[AnswerOptions]) -> Stream[PolygonsAnswer]: ...
    @overload
    def region_to_segmentation(self, image: Image, region: RegionLike | None = None, *, normalized_region: RegionLike | None = None, overlay: Literal["svg", "png"], **options: Unpack[DrawingOptions]) -> Drawing: ...
    @overload
    def region_to_segmentation(self, image: Image, region: RegionLike | None = None, *, normalized_region: RegionLike | None = None, compat: Literal["reference"], **options: Unpack[ModelOptions]) -> ReferenceAnswer: ...
    @overload
    def region_to_segmentation(self, image: Image, region: RegionLike | None = None, *, normalized_region: RegionLike | None = None, format: Literal["flat"], **options: Unpack[AnswerOptions]) -> FlatAnswer: ...
    @overload
    def region_to_segmentation(self, image: Image, region: RegionLike | None = None, *, normalized_region: RegionLike | None = None, format: Literal["raw"], **options: Unpack[ModelOptions]) -> RawAnswer: ...
    @overload
    def region_to_segmentation(self, image: Image, region: RegionLike | None = None, *, normalized_region: RegionLike | None = None, **options: Unpack[PlainOptions]) -> PolygonsAnswer: ...
    def region_to_segmentation(self, image: Image, region: RegionLike | None = None, *, normalized_region: RegionLike | None = None, **options: Any) -> Any:
        """Outline the object in a region.

        Options: max_new_tokens, beams, min_score, max_objects, overlay_image, include, stream, overlay, compat, format; and those of `CallOptions`.
        """
        return self._ask("region-to-segmentation", image, options, region=region, normalized_region=normalized_region)

    @overload
    def open_vocabulary_detection(self, image: Image, labels: Sequence[str] | None = None, *, text: str | None = None, stream: Literal[True], **options: Unpack[AnswerOptions]) -> Stream[BoxesAnswer | PolygonsAnswer]: ...
    @overload
    def open_vocabulary_detection(self, image: Image, labels: Sequence[str] | None = None, *, text: str | None = None, overlay: Literal["svg", "png"], **options: Unpack[DrawingOptions]) -> Drawing: ...
    @overload
    def open_vocabulary_detection(self, image: Image, labels: Sequence[str] | None = None, *, text: str | None = None, compat: Literal["reference"], **options: Unpack[ModelOptions]) -> ReferenceAnswer: ...
    @overload
    def open_vocabulary_detection(self, image: Image, labels: Sequence[str] | None = None, *, text: str | None = None, format: Literal["flat"], **options: Unpack[AnswerOptions]) -> FlatAnswer: ...
    @overload
    def open_vocabulary_detection(self, image: Image, labels: Sequence[str] | None = None, *, text: str | None = None, format: Literal["raw"], **options: Unpack[ModelOptions]) -> RawAnswer: ...
    @overload
    def open_vocabulary_detection(self, image: Image, labels: Sequence[str] | None = None, *, text: str | None = None, **options: Unpack[PlainOptions]) -> BoxesAnswer | PolygonsAnswer: ...
    def open_vocabulary_detection(self, image: Image, labels: Sequence[str] | None = None, *, text: str | None = None, **options: Any) -> Any:
        """Find the objects that you name.

        Options: max_new_tokens, beams, min_score, max_objects, overlay_image, include, stream, overlay, compat, format; and those of `CallOptions`.
        """
        return self._ask("open-vocabulary-detection", image, options, labels=labels, text=text)

    @overload
    def region_to_category(self, image: Image, region: RegionLike | None = None, *, normalized_region: RegionLike | None = None, stream: Literal[True], **options: Unpack[AnswerOptions]) -> Stream[TextAnswer]: ...
    @overload
    def region_to_category(self, image: Image, region: RegionLike | None = None, *, normalized_region: RegionLike | None = None, overlay: Literal["svg", "png"], **options: Unpack[DrawingOptions]) -> Drawing: ...
    @overload
    def region_to_category(self, image: Image, region: RegionLike | None = None, *, normalized_region: RegionLike | None = None, compat: Literal["reference"], **options: Unpack[ModelOptions]) -> ReferenceAnswer: ...
    @overload
    def region_to_category(self, image: Image, region: RegionLike | None = None, *, normalized_region: RegionLike | None = None, format: Literal["flat"], **options: Unpack[AnswerOptions]) -> FlatAnswer: ...
    @overload
    def region_to_category(self, image: Image, region: RegionLike | None = None, *, normalized_region: RegionLike | None = None, format: Literal["raw"], **options: Unpack[ModelOptions]) -> RawAnswer: ...
    @overload
    def region_to_category(self, image: Image, region: RegionLike | None = None, *, normalized_region: RegionLike | None = None, **options: Unpack[PlainOptions]) -> TextAnswer: ...
    def region_to_category(self, image: Image, region: RegionLike | None = None, *, normalized_region: RegionLike | None = None, **options: Any) -> Any:
        """Name the object in a region.

        Options: max_new_tokens, beams, min_score, max_objects, overlay_image, include, stream, overlay, compat, format; and those of `CallOptions`.
        """
        return self._ask("region-to-category", image, options, region=region, normalized_region=normalized_region)

    @overload
    def region_to_description(self, image: Image, region: RegionLike | None = None, *, normalized_region: RegionLike | None = None, stream: Literal[True], **options: Unpack[AnswerOptions]) -> Stream[TextAnswer]: ...
    @overload
    def region_to_description(self, image: Image, region: RegionLike | None = None, *, normalized_region: RegionLike | None = None, overlay: Literal["svg", "png"], **options: Unpack[DrawingOptions]) -> Drawing: ...
    @overload
    def region_to_description(self, image: Image, region: RegionLike | None = None, *, normalized_region: RegionLike | None = None, compat: Literal["reference"], **options: Unpack[ModelOptions]) -> ReferenceAnswer: ...
    @overload
    def region_to_description(self, image: Image, region: RegionLike | None = None, *, normalized_region: RegionLike | None = None, format: Literal["flat"], **options: Unpack[AnswerOptions]) -> FlatAnswer: ...
    @overload
    def region_to_description(self, image: Image, region: RegionLike | None = None, *, normalized_region: RegionLike | None = None, format: Literal["raw"], **options: Unpack[ModelOptions]) -> RawAnswer: ...
    @overload
    def region_to_description(self, image: Image, region: RegionLike | None = None, *, normalized_region: RegionLike | None = None, **options: Unpack[PlainOptions]) -> TextAnswer: ...
    def region_to_description(self, image: Image, region: RegionLike | None = None, *, normalized_region: RegionLike | None = None, **options: Any) -> Any:
        """Describe a region.

        Options: max_new_tokens, beams, min_score, max_objects, overlay_image, include, stream, overlay, compat, format; and those of `CallOptions`.
        """
        return self._ask("region-to-description", image, options, region=region, normalized_region=normalized_region)

    @overload
    def region_to_ocr(self, image: Image, region: RegionLike | None = None, *, normalized_region: RegionLike | None = None, stream: Literal[True], **options: Unpack[AnswerOptions]) -> Stream[TextAnswer]: ...
    @overload
    def region_to_ocr(self, image: Image, region: RegionLike | None = None, *, normalized_region: RegionLike | None = None, overlay: Literal["svg", "png"], **options: Unpack[DrawingOptions]) -> Drawing: ...
    @overload
    def region_to_ocr(self, image: Image, region: RegionLike | None = None, *, normalized_region: RegionLike | None = None, compat: Literal["reference"], **options: Unpack[ModelOptions]) -> ReferenceAnswer: ...
    @overload
    def region_to_ocr(self, image: Image, region: RegionLike | None = None, *, normalized_region: RegionLike | None = None, format: Literal["flat"], **options: Unpack[AnswerOptions]) -> FlatAnswer: ...
    @overload
    def region_to_ocr(self, image: Image, region: RegionLike | None = None, *, normalized_region: RegionLike | None = None, format: Literal["raw"], **options: Unpack[ModelOptions]) -> RawAnswer: ...
    @overload
    def region_to_ocr(self, image: Image, region: RegionLike | None = None, *, normalized_region: RegionLike | None = None, **options: Unpack[PlainOptions]) -> TextAnswer: ...
    def region_to_ocr(self, image: Image, region: RegionLike | None = None, *, normalized_region: RegionLike | None = None, **options: Any) -> Any:
        """Read the text in a region.

        Options: max_new_tokens, beams, min_score, max_objects, overlay_image, include, stream, overlay, compat, format; and those of `CallOptions`.
        """
        return self._ask("region-to-ocr", image, options, region=region, normalized_region=normalized_region)

    def analyze(self, image: Image, tasks: Iterable[AnalyzeItem], **options: Unpack[CallOptions]) -> AnalyzeAnswer:
        """Run several tasks on one image, which is encoded once. Each has its own result: an answer or a problem."""
        return self._run(reply_steps(self._connection, analyze_request(image, tasks), AnalyzeAnswer, options))

    def batch(self, items: Iterable[BatchItem], **options: Unpack[CallOptions]) -> BatchAnswer:
        """Run several tasks, up to 32, each on its own image. Each has its own result."""
        return self._run(reply_steps(self._connection, batch_request(items), BatchAnswer, options))

    def upload(self, image: Image, **options: Unpack[CallOptions]) -> Upload:
        """Send an image once, and ask about what is returned, in as many calls as you like, for an hour."""
        return self._run(upload_steps(self._connection, image, options))

    def quote(self, asked: TaskName | Sequence[AnalyzeItem] | Sequence[BatchItem], **options: Any) -> Quote:
        """Tell the price of a task with its options, of tasks on one image, or of a batch, before it is asked."""
        return self._run(reply_steps(self._connection, quote_request(asked, options), Quote, options))

    def pricing(self, **options: Unpack[CallOptions]) -> Pricing:
        """Tell the prices of all tasks."""
        return self._run(get_steps(self._connection, "/v1/pricing", Pricing, options))

    def me(self, **options: Unpack[CallOptions]) -> Me:
        """Tell what the key's account has left, and the key's limits."""
        return self._run(get_steps(self._connection, "/v1/me", Me, options))

    def tasks(self, **options: Unpack[CallOptions]) -> TaskList:
        """List the tasks, with what each needs and answers."""
        return self._run(get_steps(self._connection, "/v1/tasks", TaskList, options))

    def models(self, **options: Unpack[CallOptions]) -> ModelList:
        """List the models that the API serves."""
        return self._run(get_steps(self._connection, "/v1/models", ModelList, options))

    def health(self, **options: Unpack[CallOptions]) -> Health:
        """Check whether the API responds."""
        return self._run(get_steps(self._connection, "/healthz", Health, options))

    def ready(self, **options: Unpack[CallOptions]) -> Health:
        """Check whether the model can answer; raises `FlorenceError` if it cannot."""
        return self._run(get_steps(self._connection, "/readyz", Health, options))


class AsyncMethods(ABC):
    """A method for each task and each other call. The options of a task are those of `PlainOptions`; `stream`, `overlay`, `compat` and `format` select another form."""

    _connection: Connection

    @abstractmethod
    def _run(self, steps: Steps[Result]) -> Coroutine[Any, Any, Result]:
        """Make a call."""

    @abstractmethod
    def _ask(self, task: TaskName, image: Image, options: Mapping[str, Any], **inputs: Any) -> Any:
        """Send a request about one image."""

    @overload
    def ocr(self, image: Image, *, stream: Literal[True], **options: Unpack[AnswerOptions]) -> AsyncStream[TextAnswer]: ...
    @overload
    def ocr(self, image: Image, *, overlay: Literal["svg", "png"], **options: Unpack[DrawingOptions]) -> Coroutine[Any, Any, Drawing]: ...
    @overload
    def ocr(self, image: Image, *, compat: Literal["reference"], **options: Unpack[ModelOptions]) -> Coroutine[Any, Any, ReferenceAnswer]: ...
    @overload
    def ocr(self, image: Image, *, format: Literal["flat"], **options: Unpack[AnswerOptions]) -> Coroutine[Any, Any, FlatAnswer]: ...
    @overload
    def ocr(self, image: Image, *, format: Literal["raw"], **options: Unpack[ModelOptions]) -> Coroutine[Any, Any, RawAnswer]: ...
    @overload
    def ocr(self, image: Image, **options: Unpack[PlainOptions]) -> Coroutine[Any, Any, TextAnswer]: ...
    def ocr(self, image: Image, **options: Any) -> Any:
        """Read the text in the image.

        Options: max_new_tokens, beams, min_score, max_objects, overlay_image, include, stream, overlay, compat, format; and those of `CallOptions`.
        """
        return self._ask("ocr", image, options)

    @overload
    def ocr_with_region(self, image: Image, *, stream: Literal[True], **options: Unpack[AnswerOptions]) -> AsyncStream[QuadsAnswer]: ...
    @overload
    def ocr_with_region(self, image: Image, *, overlay: Literal["svg", "png"], **options: Unpack[DrawingOptions]) -> Coroutine[Any, Any, Drawing]: ...
    @overload
    def ocr_with_region(self, image: Image, *, compat: Literal["reference"], **options: Unpack[ModelOptions]) -> Coroutine[Any, Any, ReferenceAnswer]: ...
    @overload
    def ocr_with_region(self, image: Image, *, format: Literal["flat"], **options: Unpack[AnswerOptions]) -> Coroutine[Any, Any, FlatAnswer]: ...
    @overload
    def ocr_with_region(self, image: Image, *, format: Literal["raw"], **options: Unpack[ModelOptions]) -> Coroutine[Any, Any, RawAnswer]: ...
    @overload
    def ocr_with_region(self, image: Image, **options: Unpack[PlainOptions]) -> Coroutine[Any, Any, QuadsAnswer]: ...
    def ocr_with_region(self, image: Image, **options: Any) -> Any:
        """Read the text in the image, with the four corners of each text region.

        Options: max_new_tokens, beams, min_score, max_objects, overlay_image, include, stream, overlay, compat, format; and those of `CallOptions`.
        """
        return self._ask("ocr-with-region", image, options)

    @overload
    def caption(self, image: Image, *, stream: Literal[True], **options: Unpack[AnswerOptions]) -> AsyncStream[TextAnswer]: ...
    @overload
    def caption(self, image: Image, *, overlay: Literal["svg", "png"], **options: Unpack[DrawingOptions]) -> Coroutine[Any, Any, Drawing]: ...
    @overload
    def caption(self, image: Image, *, compat: Literal["reference"], **options: Unpack[ModelOptions]) -> Coroutine[Any, Any, ReferenceAnswer]: ...
    @overload
    def caption(self, image: Image, *, format: Literal["flat"], **options: Unpack[AnswerOptions]) -> Coroutine[Any, Any, FlatAnswer]: ...
    @overload
    def caption(self, image: Image, *, format: Literal["raw"], **options: Unpack[ModelOptions]) -> Coroutine[Any, Any, RawAnswer]: ...
    @overload
    def caption(self, image: Image, **options: Unpack[PlainOptions]) -> Coroutine[Any, Any, TextAnswer]: ...
    def caption(self, image: Image, **options: Any) -> Any:
        """Describe the image in a sentence.

        Options: max_new_tokens, beams, min_score, max_objects, overlay_image, include, stream, overlay, compat, format; and those of `CallOptions`.
        """
        return self._ask("caption", image, options)

    @overload
    def detailed_caption(self, image: Image, *, stream: Literal[True], **options: Unpack[AnswerOptions]) -> AsyncStream[TextAnswer]: ...
    @overload
    def detailed_caption(self, image: Image, *, overlay: Literal["svg", "png"], **options: Unpack[DrawingOptions]) -> Coroutine[Any, Any, Drawing]: ...
    @overload
    def detailed_caption(self, image: Image, *, compat: Literal["reference"], **options: Unpack[ModelOptions]) -> Coroutine[Any, Any, ReferenceAnswer]: ...
    @overload
    def detailed_caption(self, image: Image, *, format: Literal["flat"], **options: Unpack[AnswerOptions]) -> Coroutine[Any, Any, FlatAnswer]: ...
    @overload
    def detailed_caption(self, image: Image, *, format: Literal["raw"], **options: Unpack[ModelOptions]) -> Coroutine[Any, Any, RawAnswer]: ...
    @overload
    def detailed_caption(self, image: Image, **options: Unpack[PlainOptions]) -> Coroutine[Any, Any, TextAnswer]: ...
    def detailed_caption(self, image: Image, **options: Any) -> Any:
        """Describe the image in a few sentences.

        Options: max_new_tokens, beams, min_score, max_objects, overlay_image, include, stream, overlay, compat, format; and those of `CallOptions`.
        """
        return self._ask("detailed-caption", image, options)

    @overload
    def more_detailed_caption(self, image: Image, *, stream: Literal[True], **options: Unpack[AnswerOptions]) -> AsyncStream[TextAnswer]: ...
    @overload
    def more_detailed_caption(self, image: Image, *, overlay: Literal["svg", "png"], **options: Unpack[DrawingOptions]) -> Coroutine[Any, Any, Drawing]: ...
    @overload
    def more_detailed_caption(self, image: Image, *, compat: Literal["reference"], **options: Unpack[ModelOptions]) -> Coroutine[Any, Any, ReferenceAnswer]: ...
    @overload
    def more_detailed_caption(self, image: Image, *, format: Literal["flat"], **options: Unpack[AnswerOptions]) -> Coroutine[Any, Any, FlatAnswer]: ...
    @overload
    def more_detailed_caption(self, image: Image, *, format: Literal["raw"], **options: Unpack[ModelOptions]) -> Coroutine[Any, Any, RawAnswer]: ...
    @overload
    def more_detailed_caption(self, image: Image, **options: Unpack[PlainOptions]) -> Coroutine[Any, Any, TextAnswer]: ...
    def more_detailed_caption(self, image: Image, **options: Any) -> Any:
        """Describe the image in a paragraph.

        Options: max_new_tokens, beams, min_score, max_objects, overlay_image, include, stream, overlay, compat, format; and those of `CallOptions`.
        """
        return self._ask("more-detailed-caption", image, options)

    @overload
    def object_detection(self, image: Image, *, stream: Literal[True], **options: Unpack[AnswerOptions]) -> AsyncStream[BoxesAnswer]: ...
    @overload
    def object_detection(self, image: Image, *, overlay: Literal["svg", "png"], **options: Unpack[DrawingOptions]) -> Coroutine[Any, Any, Drawing]: ...
    @overload
    def object_detection(self, image: Image, *, compat: Literal["reference"], **options: Unpack[ModelOptions]) -> Coroutine[Any, Any, ReferenceAnswer]: ...
    @overload
    def object_detection(self, image: Image, *, format: Literal["flat"], **options: Unpack[AnswerOptions]) -> Coroutine[Any, Any, FlatAnswer]: ...
    @overload
    def object_detection(self, image: Image, *, format: Literal["raw"], **options: Unpack[ModelOptions]) -> Coroutine[Any, Any, RawAnswer]: ...
    @overload
    def object_detection(self, image: Image, **options: Unpack[PlainOptions]) -> Coroutine[Any, Any, BoxesAnswer]: ...
    def object_detection(self, image: Image, **options: Any) -> Any:
        """Find objects and name their categories.

        Options: max_new_tokens, beams, min_score, max_objects, overlay_image, include, stream, overlay, compat, format; and those of `CallOptions`.
        """
        return self._ask("object-detection", image, options)

    @overload
    def dense_region_caption(self, image: Image, *, stream: Literal[True], **options: Unpack[AnswerOptions]) -> AsyncStream[BoxesAnswer]: ...
    @overload
    def dense_region_caption(self, image: Image, *, overlay: Literal["svg", "png"], **options: Unpack[DrawingOptions]) -> Coroutine[Any, Any, Drawing]: ...
    @overload
    def dense_region_caption(self, image: Image, *, compat: Literal["reference"], **options: Unpack[ModelOptions]) -> Coroutine[Any, Any, ReferenceAnswer]: ...
    @overload
    def dense_region_caption(self, image: Image, *, format: Literal["flat"], **options: Unpack[AnswerOptions]) -> Coroutine[Any, Any, FlatAnswer]: ...
    @overload
    def dense_region_caption(self, image: Image, *, format: Literal["raw"], **options: Unpack[ModelOptions]) -> Coroutine[Any, Any, RawAnswer]: ...
    @overload
    def dense_region_caption(self, image: Image, **options: Unpack[PlainOptions]) -> Coroutine[Any, Any, BoxesAnswer]: ...
    def dense_region_caption(self, image: Image, **options: Any) -> Any:
        """Find objects and describe each.

        Options: max_new_tokens, beams, min_score, max_objects, overlay_image, include, stream, overlay, compat, format; and those of `CallOptions`.
        """
        return self._ask("dense-region-caption", image, options)

    @overload
    def region_proposal(self, image: Image, *, stream: Literal[True], **options: Unpack[AnswerOptions]) -> AsyncStream[BoxesAnswer]: ...
    @overload
    def region_proposal(self, image: Image, *, overlay: Literal["svg", "png"], **options: Unpack[DrawingOptions]) -> Coroutine[Any, Any, Drawing]: ...
    @overload
    def region_proposal(self, image: Image, *, compat: Literal["reference"], **options: Unpack[ModelOptions]) -> Coroutine[Any, Any, ReferenceAnswer]: ...
    @overload
    def region_proposal(self, image: Image, *, format: Literal["flat"], **options: Unpack[AnswerOptions]) -> Coroutine[Any, Any, FlatAnswer]: ...
    @overload
    def region_proposal(self, image: Image, *, format: Literal["raw"], **options: Unpack[ModelOptions]) -> Coroutine[Any, Any, RawAnswer]: ...
    @overload
    def region_proposal(self, image: Image, **options: Unpack[PlainOptions]) -> Coroutine[Any, Any, BoxesAnswer]: ...
    def region_proposal(self, image: Image, **options: Any) -> Any:
        """Propose regions that contain objects, without labels.

        Options: max_new_tokens, beams, min_score, max_objects, overlay_image, include, stream, overlay, compat, format; and those of `CallOptions`.
        """
        return self._ask("region-proposal", image, options)

    @overload
    def caption_to_phrase_grounding(self, image: Image, text: str, *, stream: Literal[True], **options: Unpack[AnswerOptions]) -> AsyncStream[BoxesAnswer]: ...
    @overload
    def caption_to_phrase_grounding(self, image: Image, text: str, *, overlay: Literal["svg", "png"], **options: Unpack[DrawingOptions]) -> Coroutine[Any, Any, Drawing]: ...
    @overload
    def caption_to_phrase_grounding(self, image: Image, text: str, *, compat: Literal["reference"], **options: Unpack[ModelOptions]) -> Coroutine[Any, Any, ReferenceAnswer]: ...
    @overload
    def caption_to_phrase_grounding(self, image: Image, text: str, *, format: Literal["flat"], **options: Unpack[AnswerOptions]) -> Coroutine[Any, Any, FlatAnswer]: ...
    @overload
    def caption_to_phrase_grounding(self, image: Image, text: str, *, format: Literal["raw"], **options: Unpack[ModelOptions]) -> Coroutine[Any, Any, RawAnswer]: ...
    @overload
    def caption_to_phrase_grounding(self, image: Image, text: str, **options: Unpack[PlainOptions]) -> Coroutine[Any, Any, BoxesAnswer]: ...
    def caption_to_phrase_grounding(self, image: Image, text: str, **options: Any) -> Any:
        """Find what each phrase of a caption refers to.

        Options: max_new_tokens, beams, min_score, max_objects, overlay_image, include, stream, overlay, compat, format; and those of `CallOptions`.
        """
        return self._ask("caption-to-phrase-grounding", image, options, text=text)

    @overload
    def referring_expression_segmentation(self, image: Image, text: str, *, stream: Literal[True], **options: Unpack[AnswerOptions]) -> AsyncStream[PolygonsAnswer]: ...
    @overload
    def referring_expression_segmentation(self, image: Image, text: str, *, overlay: Literal["svg", "png"], **options: Unpack[DrawingOptions]) -> Coroutine[Any, Any, Drawing]: ...
    @overload
    def referring_expression_segmentation(self, image: Image, text: str, *, compat: Literal["reference"], **options: Unpack[ModelOptions]) -> Coroutine[Any, Any, ReferenceAnswer]: ...
    @overload
    def referring_expression_segmentation(self, image: Image, text: str, *, format: Literal["flat"], **options: Unpack[AnswerOptions]) -> Coroutine[Any, Any, FlatAnswer]: ...
    @overload
    def referring_expression_segmentation(self, image: Image, text: str, *, format: Literal["raw"], **options: Unpack[ModelOptions]) -> Coroutine[Any, Any, RawAnswer]: ...
    @overload
    def referring_expression_segmentation(self, image: Image, text: str, **options: Unpack[PlainOptions]) -> Coroutine[Any, Any, PolygonsAnswer]: ...
    def referring_expression_segmentation(self, image: Image, text: str, **options: Any) -> Any:
        """Outline the object that an expression refers to.

        Options: max_new_tokens, beams, min_score, max_objects, overlay_image, include, stream, overlay, compat, format; and those of `CallOptions`.
        """
        return self._ask("referring-expression-segmentation", image, options, text=text)

    @overload
    def region_to_segmentation(self, image: Image, region: RegionLike | None = None, *, normalized_region: RegionLike | None = None, stream: Literal[True], **options: Unpack[AnswerOptions]) -> AsyncStream[PolygonsAnswer]: ...
    @overload
    def region_to_segmentation(self, image: Image, region: RegionLike | None = None, *, normalized_region: RegionLike | None = None, overlay: Literal["svg", "png"], **options: Unpack[DrawingOptions]) -> Coroutine[Any, Any, Drawing]: ...
    @overload
    def region_to_segmentation(self, image: Image, region: RegionLike | None = None, *, normalized_region: RegionLike | None = None, compat: Literal["reference"], **options: Unpack[ModelOptions]) -> Coroutine[Any, Any, ReferenceAnswer]: ...
    @overload
    def region_to_segmentation(self, image: Image, region: RegionLike | None = None, *, normalized_region: RegionLike | None = None, format: Literal["flat"], **options: Unpack[AnswerOptions]) -> Coroutine[Any, Any, FlatAnswer]: ...
    @overload
    def region_to_segmentation(self, image: Image, region: RegionLike | None = None, *, normalized_region: RegionLike | None = None, format: Literal["raw"], **options: Unpack[ModelOptions]) -> Coroutine[Any, Any, RawAnswer]: ...
    @overload
    def region_to_segmentation(self, image: Image, region: RegionLike | None = None, *, normalized_region: RegionLike | None = None, **options: Unpack[PlainOptions]) -> Coroutine[Any, Any, PolygonsAnswer]: ...
    def region_to_segmentation(self, image: Image, region: RegionLike | None = None, *, normalized_region: RegionLike | None = None, **options: Any) -> Any:
        """Outline the object in a region.

        Options: max_new_tokens, beams, min_score, max_objects, overlay_image, include, stream, overlay, compat, format; and those of `CallOptions`.
        """
        return self._ask("region-to-segmentation", image, options, region=region, normalized_region=normalized_region)

    @overload
    def open_vocabulary_detection(self, image: Image, labels: Sequence[str] | None = None, *, text: str | None = None, stream: Literal[True], **options: Unpack[AnswerOptions]) -> AsyncStream[BoxesAnswer | PolygonsAnswer]: ...
    @overload
    def open_vocabulary_detection(self, image: Image, labels: Sequence[str] | None = None, *, text: str | None = None, overlay: Literal["svg", "png"], **options: Unpack[DrawingOptions]) -> Coroutine[Any, Any, Drawing]: ...
    @overload
    def open_vocabulary_detection(self, image: Image, labels: Sequence[str] | None = None, *, text: str | None = None, compat: Literal["reference"], **options: Unpack[ModelOptions]) -> Coroutine[Any, Any, ReferenceAnswer]: ...
    @overload
    def open_vocabulary_detection(self, image: Image, labels: Sequence[str] | None = None, *, text: str | None = None, format: Literal["flat"], **options: Unpack[AnswerOptions]) -> Coroutine[Any, Any, FlatAnswer]: ...
    @overload
    def open_vocabulary_detection(self, image: Image, labels: Sequence[str] | None = None, *, text: str | None = None, format: Literal["raw"], **options: Unpack[ModelOptions]) -> Coroutine[Any, Any, RawAnswer]: ...
    @overload
    def open_vocabulary_detection(self, image: Image, labels: Sequence[str] | None = None, *, text: str | None = None, **options: Unpack[PlainOptions]) -> Coroutine[Any, Any, BoxesAnswer | PolygonsAnswer]: ...
    def open_vocabulary_detection(self, image: Image, labels: Sequence[str] | None = None, *, text: str | None = None, **options: Any) -> Any:
        """Find the objects that you name.

        Options: max_new_tokens, beams, min_score, max_objects, overlay_image, include, stream, overlay, compat, format; and those of `CallOptions`.
        """
        return self._ask("open-vocabulary-detection", image, options, labels=labels, text=text)

    @overload
    def region_to_category(self, image: Image, region: RegionLike | None = None, *, normalized_region: RegionLike | None = None, stream: Literal[True], **options: Unpack[AnswerOptions]) -> AsyncStream[TextAnswer]: ...
    @overload
    def region_to_category(self, image: Image, region: RegionLike | None = None, *, normalized_region: RegionLike | None = None, overlay: Literal["svg", "png"], **options: Unpack[DrawingOptions]) -> Coroutine[Any, Any, Drawing]: ...
    @overload
    def region_to_category(self, image: Image, region: RegionLike | None = None, *, normalized_region: RegionLike | None = None, compat: Literal["reference"], **options: Unpack[ModelOptions]) -> Coroutine[Any, Any, ReferenceAnswer]: ...
    @overload
    def region_to_category(self, image: Image, region: RegionLike | None = None, *, normalized_region: RegionLike | None = None, format: Literal["flat"], **options: Unpack[AnswerOptions]) -> Coroutine[Any, Any, FlatAnswer]: ...
    @overload
    def region_to_category(self, image: Image, region: RegionLike | None = None, *, normalized_region: RegionLike | None = None, format: Literal["raw"], **options: Unpack[ModelOptions]) -> Coroutine[Any, Any, RawAnswer]: ...
    @overload
    def region_to_category(self, image: Image, region: RegionLike | None = None, *, normalized_region: RegionLike | None = None, **options: Unpack[PlainOptions]) -> Coroutine[Any, Any, TextAnswer]: ...
    def region_to_category(self, image: Image, region: RegionLike | None = None, *, normalized_region: RegionLike | None = None, **options: Any) -> Any:
        """Name the object in a region.

        Options: max_new_tokens, beams, min_score, max_objects, overlay_image, include, stream, overlay, compat, format; and those of `CallOptions`.
        """
        return self._ask("region-to-category", image, options, region=region, normalized_region=normalized_region)

    @overload
    def region_to_description(self, image: Image, region: RegionLike | None = None, *, normalized_region: RegionLike | None = None, stream: Literal[True], **options: Unpack[AnswerOptions]) -> AsyncStream[TextAnswer]: ...
    @overload
    def region_to_description(self, image: Image, region: RegionLike | None = None, *, normalized_region: RegionLike | None = None, overlay: Literal["svg", "png"], **options: Unpack[DrawingOptions]) -> Coroutine[Any, Any, Drawing]: ...
    @overload
    def region_to_description(self, image: Image, region: RegionLike | None = None, *, normalized_region: RegionLike | None = None, compat: Literal["reference"], **options: Unpack[ModelOptions]) -> Coroutine[Any, Any, ReferenceAnswer]: ...
    @overload
    def region_to_description(self, image: Image, region: RegionLike | None = None, *, normalized_region: RegionLike | None = None, format: Literal["flat"], **options: Unpack[AnswerOptions]) -> Coroutine[Any, Any, FlatAnswer]: ...
    @overload
    def region_to_description(self, image: Image, region: RegionLike | None = None, *, normalized_region: RegionLike | None = None, format: Literal["raw"], **options: Unpack[ModelOptions]) -> Coroutine[Any, Any, RawAnswer]: ...
    @overload
    def region_to_description(self, image: Image, region: RegionLike | None = None, *, normalized_region: RegionLike | None = None, **options: Unpack[PlainOptions]) -> Coroutine[Any, Any, TextAnswer]: ...
    def region_to_description(self, image: Image, region: RegionLike | None = None, *, normalized_region: RegionLike | None = None, **options: Any) -> Any:
        """Describe a region.

        Options: max_new_tokens, beams, min_score, max_objects, overlay_image, include, stream, overlay, compat, format; and those of `CallOptions`.
        """
        return self._ask("region-to-description", image, options, region=region, normalized_region=normalized_region)

    @overload
    def region_to_ocr(self, image: Image, region: RegionLike | None = None, *, normalized_region: RegionLike | None = None, stream: Literal[True], **options: Unpack[AnswerOptions]) -> AsyncStream[TextAnswer]: ...
    @overload
    def region_to_ocr(self, image: Image, region: RegionLike | None = None, *, normalized_region: RegionLike | None = None, overlay: Literal["svg", "png"], **options: Unpack[DrawingOptions]) -> Coroutine[Any, Any, Drawing]: ...
    @overload
    def region_to_ocr(self, image: Image, region: RegionLike | None = None, *, normalized_region: RegionLike | None = None, compat: Literal["reference"], **options: Unpack[ModelOptions]) -> Coroutine[Any, Any, ReferenceAnswer]: ...
    @overload
    def region_to_ocr(self, image: Image, region: RegionLike | None = None, *, normalized_region: RegionLike | None = None, format: Literal["flat"], **options: Unpack[AnswerOptions]) -> Coroutine[Any, Any, FlatAnswer]: ...
    @overload
    def region_to_ocr(self, image: Image, region: RegionLike | None = None, *, normalized_region: RegionLike | None = None, format: Literal["raw"], **options: Unpack[ModelOptions]) -> Coroutine[Any, Any, RawAnswer]: ...
    @overload
    def region_to_ocr(self, image: Image, region: RegionLike | None = None, *, normalized_region: RegionLike | None = None, **options: Unpack[PlainOptions]) -> Coroutine[Any, Any, TextAnswer]: ...
    def region_to_ocr(self, image: Image, region: RegionLike | None = None, *, normalized_region: RegionLike | None = None, **options: Any) -> Any:
        """Read the text in a region.

        Options: max_new_tokens, beams, min_score, max_objects, overlay_image, include, stream, overlay, compat, format; and those of `CallOptions`.
        """
        return self._ask("region-to-ocr", image, options, region=region, normalized_region=normalized_region)

    def analyze(self, image: Image, tasks: Iterable[AnalyzeItem], **options: Unpack[CallOptions]) -> Coroutine[Any, Any, AnalyzeAnswer]:
        """Run several tasks on one image, which is encoded once. Each has its own result: an answer or a problem."""
        return self._run(reply_steps(self._connection, analyze_request(image, tasks), AnalyzeAnswer, options))

    def batch(self, items: Iterable[BatchItem], **options: Unpack[CallOptions]) -> Coroutine[Any, Any, BatchAnswer]:
        """Run several tasks, up to 32, each on its own image. Each has its own result."""
        return self._run(reply_steps(self._connection, batch_request(items), BatchAnswer, options))

    def upload(self, image: Image, **options: Unpack[CallOptions]) -> Coroutine[Any, Any, Upload]:
        """Send an image once, and ask about what is returned, in as many calls as you like, for an hour."""
        return self._run(upload_steps(self._connection, image, options))

    def quote(self, asked: TaskName | Sequence[AnalyzeItem] | Sequence[BatchItem], **options: Any) -> Coroutine[Any, Any, Quote]:
        """Tell the price of a task with its options, of tasks on one image, or of a batch, before it is asked."""
        return self._run(reply_steps(self._connection, quote_request(asked, options), Quote, options))

    def pricing(self, **options: Unpack[CallOptions]) -> Coroutine[Any, Any, Pricing]:
        """Tell the prices of all tasks."""
        return self._run(get_steps(self._connection, "/v1/pricing", Pricing, options))

    def me(self, **options: Unpack[CallOptions]) -> Coroutine[Any, Any, Me]:
        """Tell what the key's account has left, and the key's limits."""
        return self._run(get_steps(self._connection, "/v1/me", Me, options))

    def tasks(self, **options: Unpack[CallOptions]) -> Coroutine[Any, Any, TaskList]:
        """List the tasks, with what each needs and answers."""
        return self._run(get_steps(self._connection, "/v1/tasks", TaskList, options))

    def models(self, **options: Unpack[CallOptions]) -> Coroutine[Any, Any, ModelList]:
        """List the models that the API serves."""
        return self._run(get_steps(self._connection, "/v1/models", ModelList, options))

    def health(self, **options: Unpack[CallOptions]) -> Coroutine[Any, Any, Health]:
        """Check whether the API responds."""
        return self._run(get_steps(self._connection, "/healthz", Health, options))

    def ready(self, **options: Unpack[CallOptions]) -> Coroutine[Any, Any, Health]:
        """Check whether the model can answer; raises `FlorenceError` if it cannot."""
        return self._run(get_steps(self._connection, "/readyz", Health, options))

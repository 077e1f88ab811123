# Generated from src/contract/ and src/florence/tasks.ts by `npm run docs` of florence-edge.
from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Coroutine, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal, overload

from ._batch_lines import create_batch
from ._batch_results import AsyncBatchResults, BatchResults, Reader, RunReader
from ._batches import BatchState, batch_at, batch_steps, see_batch, wait_batch
from ._calls import get_steps, reply_steps, upload_steps
from ._jobs import Answer_co, JobState, create_job, job_path, job_steps, later, later_request, list_jobs, see_job, wait_job
from ._models import AnalyzeAnswer, BatchAnswer, Health, Me, ModelList, Pricing, Quote, TaskList
from ._request import ApiRequest, analyze_request, batch_request, quote_request

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from ._batch_lines import BatchInput, BatchTask
    from ._batches import Batch
    from ._exchange import Connection
    from ._images import Image, Upload
    from ._models import AnswerOptions, DrawingOptions, ModelOptions, PlainOptions, TaskName
    from ._models import Job, JobList, JobStatus
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

    @property
    def jobs(self) -> Jobs:
        """Requests that are answered later."""
        return Jobs(self)

    @property
    def batches(self) -> Batches:
        """Thousands of images, answered within a day at half the price."""
        return Batches(self)


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

    @property
    def jobs(self) -> AsyncJobs:
        """Requests that are answered later."""
        return AsyncJobs(self)

    @property
    def batches(self) -> AsyncBatches:
        """Thousands of images, answered within a day at half the price."""
        return AsyncBatches(self)


class Jobs:
    """Requests that are answered later. `webhook` is an https URL that is told the end. A call that is repeated with the same `idempotency_key` is the same job; its retries have one."""

    def __init__(self, client: Methods) -> None:
        """Take the client."""
        self._client = client

    @overload
    def create(self, task: TaskName, image: Image, *, webhook: str | None = None, compat: Literal["reference"], text: str | None = None, labels: Sequence[str] | None = None, region: RegionLike | None = None, normalized_region: RegionLike | None = None, **options: Unpack[ModelOptions]) -> JobHandle[ReferenceAnswer]: ...
    @overload
    def create(self, task: TaskName, image: Image, *, webhook: str | None = None, format: Literal["flat"], text: str | None = None, labels: Sequence[str] | None = None, region: RegionLike | None = None, normalized_region: RegionLike | None = None, **options: Unpack[AnswerOptions]) -> JobHandle[FlatAnswer]: ...
    @overload
    def create(self, task: TaskName, image: Image, *, webhook: str | None = None, format: Literal["raw"], text: str | None = None, labels: Sequence[str] | None = None, region: RegionLike | None = None, normalized_region: RegionLike | None = None, **options: Unpack[ModelOptions]) -> JobHandle[RawAnswer]: ...
    @overload
    def create(self, task: Literal["ocr", "caption", "detailed-caption", "more-detailed-caption", "region-to-category", "region-to-description", "region-to-ocr"], image: Image, *, webhook: str | None = None, text: str | None = None, labels: Sequence[str] | None = None, region: RegionLike | None = None, normalized_region: RegionLike | None = None, **options: Unpack[PlainOptions]) -> JobHandle[TextAnswer]: ...
    @overload
    def create(self, task: Literal["ocr-with-region"], image: Image, *, webhook: str | None = None, text: str | None = None, labels: Sequence[str] | None = None, region: RegionLike | None = None, normalized_region: RegionLike | None = None, **options: Unpack[PlainOptions]) -> JobHandle[QuadsAnswer]: ...
    @overload
    def create(self, task: Literal["object-detection", "dense-region-caption", "region-proposal", "caption-to-phrase-grounding"], image: Image, *, webhook: str | None = None, text: str | None = None, labels: Sequence[str] | None = None, region: RegionLike | None = None, normalized_region: RegionLike | None = None, **options: Unpack[PlainOptions]) -> JobHandle[BoxesAnswer]: ...
    @overload
    def create(self, task: Literal["referring-expression-segmentation", "region-to-segmentation"], image: Image, *, webhook: str | None = None, text: str | None = None, labels: Sequence[str] | None = None, region: RegionLike | None = None, normalized_region: RegionLike | None = None, **options: Unpack[PlainOptions]) -> JobHandle[PolygonsAnswer]: ...
    @overload
    def create(self, task: Literal["open-vocabulary-detection"], image: Image, *, webhook: str | None = None, text: str | None = None, labels: Sequence[str] | None = None, region: RegionLike | None = None, normalized_region: RegionLike | None = None, **options: Unpack[PlainOptions]) -> JobHandle[BoxesAnswer | PolygonsAnswer]: ...
    def create(self, task: TaskName, image: Image, *, webhook: str | None = None, **options: Any) -> Any:
        """Have a task answered later, with the options of its method."""
        return self._client._run(create_job(JobHandle, self._client, later_request(task, image, webhook, options), options))

    def analyze(self, image: Image, tasks: Iterable[AnalyzeItem], *, webhook: str | None = None, **options: Unpack[CallOptions]) -> JobHandle[AnalyzeAnswer]:
        """Have several tasks on one image answered later."""
        return self._client._run(create_job(JobHandle, self._client, analyze_request(image, tasks, **later(webhook)), options))

    def batch(self, items: Iterable[BatchItem], *, webhook: str | None = None, **options: Unpack[CallOptions]) -> JobHandle[BatchAnswer]:
        """Have several tasks, up to 32, each on its own image, answered later."""
        return self._client._run(create_job(JobHandle, self._client, batch_request(items, **later(webhook)), options))

    def get(self, job: str, **options: Unpack[CallOptions]) -> JobHandle[Any]:
        """Get a job by its id, to wait for it, for a day after its end."""
        return self._client._run(job_steps(JobHandle, self._client, ApiRequest("GET", job_path(job)), options))

    def cancel(self, job: str, **options: Unpack[CallOptions]) -> JobHandle[Any]:
        """End a job that has not ended."""
        return self._client._run(job_steps(JobHandle, self._client, ApiRequest("DELETE", job_path(job)), options))

    def list(self, *, status: JobStatus | None = None, limit: int | None = None, cursor: str | None = None, **options: Unpack[CallOptions]) -> JobList:
        """List the account's jobs, newest first, without their results. `next` is the `cursor` of the next page."""
        return self._client._run(list_jobs(self._client._connection, status, limit, cursor, options))


class AsyncJobs:
    """Requests that are answered later. `webhook` is an https URL that is told the end. A call that is repeated with the same `idempotency_key` is the same job; its retries have one."""

    def __init__(self, client: AsyncMethods) -> None:
        """Take the client."""
        self._client = client

    @overload
    def create(self, task: TaskName, image: Image, *, webhook: str | None = None, compat: Literal["reference"], text: str | None = None, labels: Sequence[str] | None = None, region: RegionLike | None = None, normalized_region: RegionLike | None = None, **options: Unpack[ModelOptions]) -> Coroutine[Any, Any, AsyncJobHandle[ReferenceAnswer]]: ...
    @overload
    def create(self, task: TaskName, image: Image, *, webhook: str | None = None, format: Literal["flat"], text: str | None = None, labels: Sequence[str] | None = None, region: RegionLike | None = None, normalized_region: RegionLike | None = None, **options: Unpack[AnswerOptions]) -> Coroutine[Any, Any, AsyncJobHandle[FlatAnswer]]: ...
    @overload
    def create(self, task: TaskName, image: Image, *, webhook: str | None = None, format: Literal["raw"], text: str | None = None, labels: Sequence[str] | None = None, region: RegionLike | None = None, normalized_region: RegionLike | None = None, **options: Unpack[ModelOptions]) -> Coroutine[Any, Any, AsyncJobHandle[RawAnswer]]: ...
    @overload
    def create(self, task: Literal["ocr", "caption", "detailed-caption", "more-detailed-caption", "region-to-category", "region-to-description", "region-to-ocr"], image: Image, *, webhook: str | None = None, text: str | None = None, labels: Sequence[str] | None = None, region: RegionLike | None = None, normalized_region: RegionLike | None = None, **options: Unpack[PlainOptions]) -> Coroutine[Any, Any, AsyncJobHandle[TextAnswer]]: ...
    @overload
    def create(self, task: Literal["ocr-with-region"], image: Image, *, webhook: str | None = None, text: str | None = None, labels: Sequence[str] | None = None, region: RegionLike | None = None, normalized_region: RegionLike | None = None, **options: Unpack[PlainOptions]) -> Coroutine[Any, Any, AsyncJobHandle[QuadsAnswer]]: ...
    @overload
    def create(self, task: Literal["object-detection", "dense-region-caption", "region-proposal", "caption-to-phrase-grounding"], image: Image, *, webhook: str | None = None, text: str | None = None, labels: Sequence[str] | None = None, region: RegionLike | None = None, normalized_region: RegionLike | None = None, **options: Unpack[PlainOptions]) -> Coroutine[Any, Any, AsyncJobHandle[BoxesAnswer]]: ...
    @overload
    def create(self, task: Literal["referring-expression-segmentation", "region-to-segmentation"], image: Image, *, webhook: str | None = None, text: str | None = None, labels: Sequence[str] | None = None, region: RegionLike | None = None, normalized_region: RegionLike | None = None, **options: Unpack[PlainOptions]) -> Coroutine[Any, Any, AsyncJobHandle[PolygonsAnswer]]: ...
    @overload
    def create(self, task: Literal["open-vocabulary-detection"], image: Image, *, webhook: str | None = None, text: str | None = None, labels: Sequence[str] | None = None, region: RegionLike | None = None, normalized_region: RegionLike | None = None, **options: Unpack[PlainOptions]) -> Coroutine[Any, Any, AsyncJobHandle[BoxesAnswer | PolygonsAnswer]]: ...
    def create(self, task: TaskName, image: Image, *, webhook: str | None = None, **options: Any) -> Any:
        """Have a task answered later, with the options of its method."""
        return self._client._run(create_job(AsyncJobHandle, self._client, later_request(task, image, webhook, options), options))

    def analyze(self, image: Image, tasks: Iterable[AnalyzeItem], *, webhook: str | None = None, **options: Unpack[CallOptions]) -> Coroutine[Any, Any, AsyncJobHandle[AnalyzeAnswer]]:
        """Have several tasks on one image answered later."""
        return self._client._run(create_job(AsyncJobHandle, self._client, analyze_request(image, tasks, **later(webhook)), options))

    def batch(self, items: Iterable[BatchItem], *, webhook: str | None = None, **options: Unpack[CallOptions]) -> Coroutine[Any, Any, AsyncJobHandle[BatchAnswer]]:
        """Have several tasks, up to 32, each on its own image, answered later."""
        return self._client._run(create_job(AsyncJobHandle, self._client, batch_request(items, **later(webhook)), options))

    def get(self, job: str, **options: Unpack[CallOptions]) -> Coroutine[Any, Any, AsyncJobHandle[Any]]:
        """Get a job by its id, to wait for it, for a day after its end."""
        return self._client._run(job_steps(AsyncJobHandle, self._client, ApiRequest("GET", job_path(job)), options))

    def cancel(self, job: str, **options: Unpack[CallOptions]) -> Coroutine[Any, Any, AsyncJobHandle[Any]]:
        """End a job that has not ended."""
        return self._client._run(job_steps(AsyncJobHandle, self._client, ApiRequest("DELETE", job_path(job)), options))

    def list(self, *, status: JobStatus | None = None, limit: int | None = None, cursor: str | None = None, **options: Unpack[CallOptions]) -> Coroutine[Any, Any, JobList]:
        """List the account's jobs, newest first, without their results. `next` is the `cursor` of the next page."""
        return self._client._run(list_jobs(self._client._connection, status, limit, cursor, options))


class JobHandle(JobState[Answer_co]):
    """A job, and what can be done with it."""

    _client: Methods

    def wait(self, timeout: float | None = None, *, on_change: Callable[[Job], object] | None = None) -> Answer_co:
        """Wait until it ends, and return the answer. Lost connections and restarts of the server are waited out. Raises `FlorenceError`: the job's problem, `job-cancelled`, or `timeout` after that many seconds; the job then goes on."""
        return self._client._run(wait_job(self, timeout, on_change))

    def refresh(self) -> Job:
        """Ask how it is now."""
        return self._client._run(see_job(self, "GET"))

    def cancel(self) -> Job:
        """End it, if it has not ended."""
        return self._client._run(see_job(self, "DELETE"))


class AsyncJobHandle(JobState[Answer_co]):
    """A job, and what can be done with it."""

    _client: AsyncMethods

    def wait(self, timeout: float | None = None, *, on_change: Callable[[Job], object] | None = None) -> Coroutine[Any, Any, Answer_co]:
        """Wait until it ends, and return the answer. Lost connections and restarts of the server are waited out. Raises `FlorenceError`: the job's problem, `job-cancelled`, or `timeout` after that many seconds; the job then goes on."""
        return self._client._run(wait_job(self, timeout, on_change))

    def refresh(self) -> Coroutine[Any, Any, Job]:
        """Ask how it is now."""
        return self._client._run(see_job(self, "GET"))

    def cancel(self) -> Coroutine[Any, Any, Job]:
        """End it, if it has not ended."""
        return self._client._run(see_job(self, "DELETE"))


class Batches:
    """Thousands of images, answered within a day at half the price. The options of the task hold for each line that has none of its own."""

    def __init__(self, client: Methods) -> None:
        """Take the client."""
        self._client = client

    @overload
    def run(self, task: TaskName, lines: BatchInput, *, on_change: Callable[[Batch], object] | None = None, compat: Literal["reference"], text: str | None = None, labels: Sequence[str] | None = None, region: RegionLike | None = None, normalized_region: RegionLike | None = None, **options: Unpack[ModelOptions]) -> BatchResults[ReferenceAnswer]: ...
    @overload
    def run(self, task: TaskName, lines: BatchInput, *, on_change: Callable[[Batch], object] | None = None, format: Literal["flat"], text: str | None = None, labels: Sequence[str] | None = None, region: RegionLike | None = None, normalized_region: RegionLike | None = None, **options: Unpack[AnswerOptions]) -> BatchResults[FlatAnswer]: ...
    @overload
    def run(self, task: TaskName, lines: BatchInput, *, on_change: Callable[[Batch], object] | None = None, format: Literal["raw"], text: str | None = None, labels: Sequence[str] | None = None, region: RegionLike | None = None, normalized_region: RegionLike | None = None, **options: Unpack[ModelOptions]) -> BatchResults[RawAnswer]: ...
    @overload
    def run(self, task: Literal["ocr", "caption", "detailed-caption", "more-detailed-caption", "region-to-category", "region-to-description", "region-to-ocr"], lines: BatchInput, *, on_change: Callable[[Batch], object] | None = None, text: str | None = None, labels: Sequence[str] | None = None, region: RegionLike | None = None, normalized_region: RegionLike | None = None, **options: Unpack[PlainOptions]) -> BatchResults[TextAnswer]: ...
    @overload
    def run(self, task: Literal["ocr-with-region"], lines: BatchInput, *, on_change: Callable[[Batch], object] | None = None, text: str | None = None, labels: Sequence[str] | None = None, region: RegionLike | None = None, normalized_region: RegionLike | None = None, **options: Unpack[PlainOptions]) -> BatchResults[QuadsAnswer]: ...
    @overload
    def run(self, task: Literal["object-detection", "dense-region-caption", "region-proposal", "caption-to-phrase-grounding"], lines: BatchInput, *, on_change: Callable[[Batch], object] | None = None, text: str | None = None, labels: Sequence[str] | None = None, region: RegionLike | None = None, normalized_region: RegionLike | None = None, **options: Unpack[PlainOptions]) -> BatchResults[BoxesAnswer]: ...
    @overload
    def run(self, task: Literal["referring-expression-segmentation", "region-to-segmentation"], lines: BatchInput, *, on_change: Callable[[Batch], object] | None = None, text: str | None = None, labels: Sequence[str] | None = None, region: RegionLike | None = None, normalized_region: RegionLike | None = None, **options: Unpack[PlainOptions]) -> BatchResults[PolygonsAnswer]: ...
    @overload
    def run(self, task: Literal["open-vocabulary-detection"], lines: BatchInput, *, on_change: Callable[[Batch], object] | None = None, text: str | None = None, labels: Sequence[str] | None = None, region: RegionLike | None = None, normalized_region: RegionLike | None = None, **options: Unpack[PlainOptions]) -> BatchResults[BoxesAnswer | PolygonsAnswer]: ...
    @overload
    def run(self, task: Literal["analyze"], lines: BatchInput, *, on_change: Callable[[Batch], object] | None = None, text: str | None = None, labels: Sequence[str] | None = None, region: RegionLike | None = None, normalized_region: RegionLike | None = None, **options: Unpack[CallOptions]) -> BatchResults[AnalyzeAnswer]: ...
    @overload
    def run(self, task: Literal["chat/completions", "responses"], lines: BatchInput, *, on_change: Callable[[Batch], object] | None = None, text: str | None = None, labels: Sequence[str] | None = None, region: RegionLike | None = None, normalized_region: RegionLike | None = None, **options: Unpack[CallOptions]) -> BatchResults[Any]: ...
    def run(self, task: BatchTask, lines: BatchInput, *, on_change: Callable[[Batch], object] | None = None, **options: Any) -> Any:
        """Send lines in as many batches as they need, and return their results as they end, in no order. Lines are read when they are needed."""
        return BatchResults(self._client, RunReader(self._client, task, lines, on_change, options))

    @overload
    def create(self, task: TaskName, lines: BatchInput, *, metadata: Mapping[str, str] | None = None, compat: Literal["reference"], text: str | None = None, labels: Sequence[str] | None = None, region: RegionLike | None = None, normalized_region: RegionLike | None = None, **options: Unpack[ModelOptions]) -> BatchHandle[ReferenceAnswer]: ...
    @overload
    def create(self, task: TaskName, lines: BatchInput, *, metadata: Mapping[str, str] | None = None, format: Literal["flat"], text: str | None = None, labels: Sequence[str] | None = None, region: RegionLike | None = None, normalized_region: RegionLike | None = None, **options: Unpack[AnswerOptions]) -> BatchHandle[FlatAnswer]: ...
    @overload
    def create(self, task: TaskName, lines: BatchInput, *, metadata: Mapping[str, str] | None = None, format: Literal["raw"], text: str | None = None, labels: Sequence[str] | None = None, region: RegionLike | None = None, normalized_region: RegionLike | None = None, **options: Unpack[ModelOptions]) -> BatchHandle[RawAnswer]: ...
    @overload
    def create(self, task: Literal["ocr", "caption", "detailed-caption", "more-detailed-caption", "region-to-category", "region-to-description", "region-to-ocr"], lines: BatchInput, *, metadata: Mapping[str, str] | None = None, text: str | None = None, labels: Sequence[str] | None = None, region: RegionLike | None = None, normalized_region: RegionLike | None = None, **options: Unpack[PlainOptions]) -> BatchHandle[TextAnswer]: ...
    @overload
    def create(self, task: Literal["ocr-with-region"], lines: BatchInput, *, metadata: Mapping[str, str] | None = None, text: str | None = None, labels: Sequence[str] | None = None, region: RegionLike | None = None, normalized_region: RegionLike | None = None, **options: Unpack[PlainOptions]) -> BatchHandle[QuadsAnswer]: ...
    @overload
    def create(self, task: Literal["object-detection", "dense-region-caption", "region-proposal", "caption-to-phrase-grounding"], lines: BatchInput, *, metadata: Mapping[str, str] | None = None, text: str | None = None, labels: Sequence[str] | None = None, region: RegionLike | None = None, normalized_region: RegionLike | None = None, **options: Unpack[PlainOptions]) -> BatchHandle[BoxesAnswer]: ...
    @overload
    def create(self, task: Literal["referring-expression-segmentation", "region-to-segmentation"], lines: BatchInput, *, metadata: Mapping[str, str] | None = None, text: str | None = None, labels: Sequence[str] | None = None, region: RegionLike | None = None, normalized_region: RegionLike | None = None, **options: Unpack[PlainOptions]) -> BatchHandle[PolygonsAnswer]: ...
    @overload
    def create(self, task: Literal["open-vocabulary-detection"], lines: BatchInput, *, metadata: Mapping[str, str] | None = None, text: str | None = None, labels: Sequence[str] | None = None, region: RegionLike | None = None, normalized_region: RegionLike | None = None, **options: Unpack[PlainOptions]) -> BatchHandle[BoxesAnswer | PolygonsAnswer]: ...
    @overload
    def create(self, task: Literal["analyze"], lines: BatchInput, *, metadata: Mapping[str, str] | None = None, text: str | None = None, labels: Sequence[str] | None = None, region: RegionLike | None = None, normalized_region: RegionLike | None = None, **options: Unpack[CallOptions]) -> BatchHandle[AnalyzeAnswer]: ...
    @overload
    def create(self, task: Literal["chat/completions", "responses"], lines: BatchInput, *, metadata: Mapping[str, str] | None = None, text: str | None = None, labels: Sequence[str] | None = None, region: RegionLike | None = None, normalized_region: RegionLike | None = None, **options: Unpack[CallOptions]) -> BatchHandle[Any]: ...
    def create(self, task: BatchTask, lines: BatchInput, *, metadata: Mapping[str, str] | None = None, **options: Any) -> Any:
        """Send lines as one batch: up to 50,000, of 200 MB."""
        return self._client._run(create_batch(BatchHandle, self._client, task, lines, metadata=metadata, options=options))

    def get(self, batch: str, **options: Unpack[CallOptions]) -> BatchHandle[Any]:
        """Get a batch by its id."""
        return self._client._run(batch_steps(BatchHandle, self._client, batch_at(batch), options))

    def cancel(self, batch: str, **options: Unpack[CallOptions]) -> BatchHandle[Any]:
        """End a batch. The lines that were answered have their results."""
        return self._client._run(batch_steps(BatchHandle, self._client, batch_at(batch, "/cancel"), options))


class AsyncBatches:
    """Thousands of images, answered within a day at half the price. The options of the task hold for each line that has none of its own."""

    def __init__(self, client: AsyncMethods) -> None:
        """Take the client."""
        self._client = client

    @overload
    def run(self, task: TaskName, lines: BatchInput, *, on_change: Callable[[Batch], object] | None = None, compat: Literal["reference"], text: str | None = None, labels: Sequence[str] | None = None, region: RegionLike | None = None, normalized_region: RegionLike | None = None, **options: Unpack[ModelOptions]) -> AsyncBatchResults[ReferenceAnswer]: ...
    @overload
    def run(self, task: TaskName, lines: BatchInput, *, on_change: Callable[[Batch], object] | None = None, format: Literal["flat"], text: str | None = None, labels: Sequence[str] | None = None, region: RegionLike | None = None, normalized_region: RegionLike | None = None, **options: Unpack[AnswerOptions]) -> AsyncBatchResults[FlatAnswer]: ...
    @overload
    def run(self, task: TaskName, lines: BatchInput, *, on_change: Callable[[Batch], object] | None = None, format: Literal["raw"], text: str | None = None, labels: Sequence[str] | None = None, region: RegionLike | None = None, normalized_region: RegionLike | None = None, **options: Unpack[ModelOptions]) -> AsyncBatchResults[RawAnswer]: ...
    @overload
    def run(self, task: Literal["ocr", "caption", "detailed-caption", "more-detailed-caption", "region-to-category", "region-to-description", "region-to-ocr"], lines: BatchInput, *, on_change: Callable[[Batch], object] | None = None, text: str | None = None, labels: Sequence[str] | None = None, region: RegionLike | None = None, normalized_region: RegionLike | None = None, **options: Unpack[PlainOptions]) -> AsyncBatchResults[TextAnswer]: ...
    @overload
    def run(self, task: Literal["ocr-with-region"], lines: BatchInput, *, on_change: Callable[[Batch], object] | None = None, text: str | None = None, labels: Sequence[str] | None = None, region: RegionLike | None = None, normalized_region: RegionLike | None = None, **options: Unpack[PlainOptions]) -> AsyncBatchResults[QuadsAnswer]: ...
    @overload
    def run(self, task: Literal["object-detection", "dense-region-caption", "region-proposal", "caption-to-phrase-grounding"], lines: BatchInput, *, on_change: Callable[[Batch], object] | None = None, text: str | None = None, labels: Sequence[str] | None = None, region: RegionLike | None = None, normalized_region: RegionLike | None = None, **options: Unpack[PlainOptions]) -> AsyncBatchResults[BoxesAnswer]: ...
    @overload
    def run(self, task: Literal["referring-expression-segmentation", "region-to-segmentation"], lines: BatchInput, *, on_change: Callable[[Batch], object] | None = None, text: str | None = None, labels: Sequence[str] | None = None, region: RegionLike | None = None, normalized_region: RegionLike | None = None, **options: Unpack[PlainOptions]) -> AsyncBatchResults[PolygonsAnswer]: ...
    @overload
    def run(self, task: Literal["open-vocabulary-detection"], lines: BatchInput, *, on_change: Callable[[Batch], object] | None = None, text: str | None = None, labels: Sequence[str] | None = None, region: RegionLike | None = None, normalized_region: RegionLike | None = None, **options: Unpack[PlainOptions]) -> AsyncBatchResults[BoxesAnswer | PolygonsAnswer]: ...
    @overload
    def run(self, task: Literal["analyze"], lines: BatchInput, *, on_change: Callable[[Batch], object] | None = None, text: str | None = None, labels: Sequence[str] | None = None, region: RegionLike | None = None, normalized_region: RegionLike | None = None, **options: Unpack[CallOptions]) -> AsyncBatchResults[AnalyzeAnswer]: ...
    @overload
    def run(self, task: Literal["chat/completions", "responses"], lines: BatchInput, *, on_change: Callable[[Batch], object] | None = None, text: str | None = None, labels: Sequence[str] | None = None, region: RegionLike | None = None, normalized_region: RegionLike | None = None, **options: Unpack[CallOptions]) -> AsyncBatchResults[Any]: ...
    def run(self, task: BatchTask, lines: BatchInput, *, on_change: Callable[[Batch], object] | None = None, **options: Any) -> Any:
        """Send lines in as many batches as they need, and return their results as they end, in no order. Lines are read when they are needed."""
        return AsyncBatchResults(self._client, RunReader(self._client, task, lines, on_change, options))

    @overload
    def create(self, task: TaskName, lines: BatchInput, *, metadata: Mapping[str, str] | None = None, compat: Literal["reference"], text: str | None = None, labels: Sequence[str] | None = None, region: RegionLike | None = None, normalized_region: RegionLike | None = None, **options: Unpack[ModelOptions]) -> Coroutine[Any, Any, AsyncBatchHandle[ReferenceAnswer]]: ...
    @overload
    def create(self, task: TaskName, lines: BatchInput, *, metadata: Mapping[str, str] | None = None, format: Literal["flat"], text: str | None = None, labels: Sequence[str] | None = None, region: RegionLike | None = None, normalized_region: RegionLike | None = None, **options: Unpack[AnswerOptions]) -> Coroutine[Any, Any, AsyncBatchHandle[FlatAnswer]]: ...
    @overload
    def create(self, task: TaskName, lines: BatchInput, *, metadata: Mapping[str, str] | None = None, format: Literal["raw"], text: str | None = None, labels: Sequence[str] | None = None, region: RegionLike | None = None, normalized_region: RegionLike | None = None, **options: Unpack[ModelOptions]) -> Coroutine[Any, Any, AsyncBatchHandle[RawAnswer]]: ...
    @overload
    def create(self, task: Literal["ocr", "caption", "detailed-caption", "more-detailed-caption", "region-to-category", "region-to-description", "region-to-ocr"], lines: BatchInput, *, metadata: Mapping[str, str] | None = None, text: str | None = None, labels: Sequence[str] | None = None, region: RegionLike | None = None, normalized_region: RegionLike | None = None, **options: Unpack[PlainOptions]) -> Coroutine[Any, Any, AsyncBatchHandle[TextAnswer]]: ...
    @overload
    def create(self, task: Literal["ocr-with-region"], lines: BatchInput, *, metadata: Mapping[str, str] | None = None, text: str | None = None, labels: Sequence[str] | None = None, region: RegionLike | None = None, normalized_region: RegionLike | None = None, **options: Unpack[PlainOptions]) -> Coroutine[Any, Any, AsyncBatchHandle[QuadsAnswer]]: ...
    @overload
    def create(self, task: Literal["object-detection", "dense-region-caption", "region-proposal", "caption-to-phrase-grounding"], lines: BatchInput, *, metadata: Mapping[str, str] | None = None, text: str | None = None, labels: Sequence[str] | None = None, region: RegionLike | None = None, normalized_region: RegionLike | None = None, **options: Unpack[PlainOptions]) -> Coroutine[Any, Any, AsyncBatchHandle[BoxesAnswer]]: ...
    @overload
    def create(self, task: Literal["referring-expression-segmentation", "region-to-segmentation"], lines: BatchInput, *, metadata: Mapping[str, str] | None = None, text: str | None = None, labels: Sequence[str] | None = None, region: RegionLike | None = None, normalized_region: RegionLike | None = None, **options: Unpack[PlainOptions]) -> Coroutine[Any, Any, AsyncBatchHandle[PolygonsAnswer]]: ...
    @overload
    def create(self, task: Literal["open-vocabulary-detection"], lines: BatchInput, *, metadata: Mapping[str, str] | None = None, text: str | None = None, labels: Sequence[str] | None = None, region: RegionLike | None = None, normalized_region: RegionLike | None = None, **options: Unpack[PlainOptions]) -> Coroutine[Any, Any, AsyncBatchHandle[BoxesAnswer | PolygonsAnswer]]: ...
    @overload
    def create(self, task: Literal["analyze"], lines: BatchInput, *, metadata: Mapping[str, str] | None = None, text: str | None = None, labels: Sequence[str] | None = None, region: RegionLike | None = None, normalized_region: RegionLike | None = None, **options: Unpack[CallOptions]) -> Coroutine[Any, Any, AsyncBatchHandle[AnalyzeAnswer]]: ...
    @overload
    def create(self, task: Literal["chat/completions", "responses"], lines: BatchInput, *, metadata: Mapping[str, str] | None = None, text: str | None = None, labels: Sequence[str] | None = None, region: RegionLike | None = None, normalized_region: RegionLike | None = None, **options: Unpack[CallOptions]) -> Coroutine[Any, Any, AsyncBatchHandle[Any]]: ...
    def create(self, task: BatchTask, lines: BatchInput, *, metadata: Mapping[str, str] | None = None, **options: Any) -> Any:
        """Send lines as one batch: up to 50,000, of 200 MB."""
        return self._client._run(create_batch(AsyncBatchHandle, self._client, task, lines, metadata=metadata, options=options))

    def get(self, batch: str, **options: Unpack[CallOptions]) -> Coroutine[Any, Any, AsyncBatchHandle[Any]]:
        """Get a batch by its id."""
        return self._client._run(batch_steps(AsyncBatchHandle, self._client, batch_at(batch), options))

    def cancel(self, batch: str, **options: Unpack[CallOptions]) -> Coroutine[Any, Any, AsyncBatchHandle[Any]]:
        """End a batch. The lines that were answered have their results."""
        return self._client._run(batch_steps(AsyncBatchHandle, self._client, batch_at(batch, "/cancel"), options))


class BatchHandle(BatchState[Answer_co]):
    """A batch, and what can be done with it."""

    _client: Methods

    def wait(self, timeout: float | None = None, *, on_change: Callable[[Batch], object] | None = None) -> Batch:
        """Wait until it ends. Raises `FlorenceError`: why it was refused, or `timeout` after that many seconds; the batch then goes on."""
        return self._client._run(wait_batch(self, timeout, on_change))

    def refresh(self) -> Batch:
        """Ask how it is now."""
        return self._client._run(see_batch(self))

    def cancel(self) -> Batch:
        """End it."""
        return self._client._run(see_batch(self, "/cancel"))

    def results(self) -> BatchResults[Answer_co]:
        """Read the results of a batch that has ended, in no order."""
        return BatchResults(self._client, Reader(self))


class AsyncBatchHandle(BatchState[Answer_co]):
    """A batch, and what can be done with it."""

    _client: AsyncMethods

    def wait(self, timeout: float | None = None, *, on_change: Callable[[Batch], object] | None = None) -> Coroutine[Any, Any, Batch]:
        """Wait until it ends. Raises `FlorenceError`: why it was refused, or `timeout` after that many seconds; the batch then goes on."""
        return self._client._run(wait_batch(self, timeout, on_change))

    def refresh(self) -> Coroutine[Any, Any, Batch]:
        """Ask how it is now."""
        return self._client._run(see_batch(self))

    def cancel(self) -> Coroutine[Any, Any, Batch]:
        """End it."""
        return self._client._run(see_batch(self, "/cancel"))

    def results(self) -> AsyncBatchResults[Answer_co]:
        """Read the results of a batch that has ended, in no order."""
        return AsyncBatchResults(self._client, Reader(self))

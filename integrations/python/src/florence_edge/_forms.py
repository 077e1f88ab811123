"""What an answer can be turned into. Each needs the package that it is for, when it is called, and not before."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Literal, cast

from ._convert import label_studio, to_fiftyone, to_supervision
from ._errors import problem_error
from ._reply import Reply

if TYPE_CHECKING:
    import fiftyone
    import supervision

    from ._convert.shapes import LocatedAnswer
    from ._models import AnalyzeResult, TextAnswer


class TextForms(Reply):
    """Forms of a text."""

    def to_fiftyone(self) -> fiftyone.Classification:
        """Return a FiftyOne `Classification` whose label is the text."""
        return to_fiftyone.text_label(cast("TextAnswer", self))

    def to_label_studio(self, from_name: str = "caption", to_name: str = "image") -> list[dict[str, Any]]:
        """Return the `result` of a Label Studio prediction for a `TextArea`."""
        return label_studio.text_results(cast("TextAnswer", self).text, label_studio.Control(from_name, to_name))


class LocatedForms(Reply):
    """Forms of an answer with objects."""

    def to_supervision(self) -> supervision.Detections:
        """Return `supervision.Detections`: boxes, confidences, `class_name`; masks of polygons, and corners of words."""
        return to_supervision.detections(cast("LocatedAnswer", self))

    def to_fiftyone(self) -> fiftyone.Detections | fiftyone.Polylines:
        """Return FiftyOne `Detections`, or `Polylines` for outlines and for words with four corners."""
        return to_fiftyone.located_labels(cast("LocatedAnswer", self))

    def to_label_studio(
        self,
        from_name: str = "label",
        to_name: str = "image",
        *,
        control: Literal["rectanglelabels", "polygonlabels", "brushlabels"] | None = None,
        labels: Sequence[str] | None = None,
        transcription: str = "transcription",
    ) -> list[dict[str, Any]]:
        """Return the `result` of a Label Studio prediction.

        `from_name` is the name of the control and `control` its kind; by default rectangles for boxes, and polygons for outlines. `labels` are the
        control's labels, if objects with others are to be left out. Words become rectangles, with a text for the `TextArea` named `transcription`.
        Brushes need `include=["coco_rle"]`.
        """
        chosen = label_studio.Control(from_name, to_name, control, labels)
        return label_studio.located_results(cast("LocatedAnswer", self), chosen, transcription)


class ResultForms:
    """One of several results: an answer or a problem."""

    def unwrap(self) -> Any:
        """Return the answer. Raises the `FlorenceError` of the problem."""
        result = cast("AnalyzeResult", self)
        if result.problem is not None:
            raise problem_error(result.problem)
        return result.answer

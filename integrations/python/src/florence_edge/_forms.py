"""What can be computed from the contract's classes, which extend these. Other packages are imported when they are needed, and not before."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Literal, cast

from ._errors import problem_error
from ._reply import Reply

if TYPE_CHECKING:
    import fiftyone
    import supervision

    from ._convert import LocatedAnswer
    from ._models import AnalyzeResult, Box, TextAnswer

Four = tuple[float, float, float, float]
"""Four numbers, in pixels of the image or in 0..1, as the box they come from."""


class BoxForms:
    """The forms of a box that the API's `box_format` names: it has two corners, and all others follow."""

    @property
    def xyxy(self) -> Four:
        """Left, top, right, bottom."""
        box = cast("Box", self)
        return box.x1, box.y1, box.x2, box.y2

    @property
    def xywh(self) -> Four:
        """Left, top, width, height."""
        x1, y1, x2, y2 = self.xyxy
        return x1, y1, x2 - x1, y2 - y1

    @property
    def cxcywh(self) -> Four:
        """The centre's two coordinates, width, height."""
        x, y, width, height = self.xywh
        return x + width / 2, y + height / 2, width, height

    @property
    def width(self) -> float:
        """Distance of the sides."""
        return self.xywh[2]

    @property
    def height(self) -> float:
        """Distance of top and bottom."""
        return self.xywh[3]


def _label_studio() -> Any:
    """Return the module of the backend that makes the results of predictions."""
    from ._convert import imported

    return imported("florence_edge_label_studio.results", "label-studio")


class TextForms(Reply):
    """Forms of a text."""

    def to_fiftyone(self) -> fiftyone.Classification:
        """Return a FiftyOne `Classification` whose label is the text."""
        from . import _convert

        return _convert.text_label(cast("TextAnswer", self))

    def to_label_studio(self, from_name: str = "caption", to_name: str = "image") -> list[dict[str, Any]]:
        """Return the `result` of a Label Studio prediction for a `TextArea`."""
        made = _label_studio()
        results: list[dict[str, Any]] = made.text_results(
            cast("TextAnswer", self).text, made.Control(from_name, to_name)
        )
        return results


class LocatedForms(Reply):
    """Forms of an answer with objects."""

    def to_supervision(self) -> supervision.Detections:
        """Return `supervision.Detections`: boxes, confidences, `class_name`; masks of polygons, and corners of words."""
        from . import _convert

        return _convert.detections(cast("LocatedAnswer", self))

    def to_fiftyone(self) -> fiftyone.Detections | fiftyone.Polylines:
        """Return FiftyOne `Detections`, or `Polylines` for outlines and for words with four corners."""
        from . import _convert

        return _convert.located_labels(cast("LocatedAnswer", self))

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
        made = _label_studio()
        chosen = made.Control(from_name, to_name, control, labels)
        results: list[dict[str, Any]] = made.located_results(cast("LocatedAnswer", self), chosen, transcription)
        return results


class ResultForms:
    """One of several results: an answer or a problem."""

    def unwrap(self) -> Any:
        """Return the answer. Raises the `FlorenceError` of the problem."""
        result = cast("AnalyzeResult", self)
        if result.problem is not None:
            raise problem_error(result.problem)
        return result.answer

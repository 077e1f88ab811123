"""The forms of a box that the API's `box_format` names, computed here: a box has two corners, and all the others follow."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from ._models import Box

Four = tuple[float, float, float, float]
"""Four numbers, in pixels of the image or in 0..1, as the box they come from."""


class BoxForms:
    """What can be computed from a box's corners."""

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

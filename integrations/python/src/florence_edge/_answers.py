"""The unions of a task's answers."""

from __future__ import annotations

from typing import TypeAlias, Union

from ._models import BoxesAnswer, FlatAnswer, PolygonsAnswer, QuadsAnswer, RawAnswer, TextAnswer
from ._reply import ReferenceAnswer

OwnAnswer: TypeAlias = Union[TextAnswer, BoxesAnswer, QuadsAnswer, PolygonsAnswer]
"""An answer in its own form; `type` tells which."""

Answer: TypeAlias = Union[OwnAnswer, FlatAnswer, RawAnswer, ReferenceAnswer]
"""An answer in any form that is no drawing."""

"""A labelling configuration: which pictures a task has, and which controls can be filled."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from xml.etree import ElementTree as ET

from florence_edge import TaskName
from florence_edge._errors import invalid

WORD_TAGS = ("Rectangle", "RectangleLabels", "Polygon", "PolygonLabels")
"""The controls of regions that words can be in, in the order in which one is chosen."""

REGION_TAGS = (*WORD_TAGS, "BrushLabels")
"""The controls of regions."""

BOX_TASKS: tuple[TaskName, ...] = ("object-detection", "region-proposal")
"""The tasks that find boxes without being told what to find."""

_FINDING: tuple[TaskName, ...] = ("open-vocabulary-detection", *BOX_TASKS)
_TEXTS: tuple[TaskName, ...] = ("caption", "detailed-caption", "more-detailed-caption", "ocr")

TAGS: Mapping[str, tuple[TaskName, ...]] = {
    **dict.fromkeys(REGION_TAGS, (*_FINDING, "ocr-with-region")),
    "Choices": _FINDING,
    "TextArea": _TEXTS,
    "Labels": (),
}
"""The controls that are filled, with the tasks that `model_task` may name for each."""


@dataclass(frozen=True)
class ConfiguredControl:
    """A control of a labelling configuration."""

    tag: str
    name: str
    to_name: str
    labels: Mapping[str, str]
    """From what the model is asked for to the control's own labels; empty for controls without labels."""
    is_per_region: bool
    """Whether it says something about each region, as a transcription does, and not about the picture."""
    is_multiple: bool
    task: TaskName | None
    """The task of `model_task`, if the configuration names one."""
    min_score: float
    """`model_score_threshold`: objects with a lower score are left out."""


@dataclass(frozen=True)
class LabelConfig:
    """What a configuration says of pictures."""

    pictures: Mapping[str, str]
    """From an image's name to the key of a task's data."""
    controls: tuple[ConfiguredControl, ...]


def _untitled(label: str) -> str:
    return label.lower() if label.istitle() else label


def _labels(element: ET.Element) -> Iterator[tuple[str, str]]:
    """Yield what the model is asked for with a control's label: what `predicted_values` says, else the label itself.

    Labels are often written like titles ("Traffic Light"), and captions, from which the model has learnt, are not.
    """
    for child in element:
        value = child.get("value", "")
        if child.tag in ("Label", "Choice") and value and not value.startswith("$"):
            for asked in (child.get("predicted_values") or _untitled(value)).split(","):
                if asked.strip():
                    yield asked.strip(), value


def _task(element: ET.Element) -> TaskName | None:
    named = element.get("model_task")
    task = next((each for each in TAGS[element.tag] if each == named), None)
    if named is not None and task is None:
        raise invalid("model_task", f"{element.tag} can be filled by {', '.join(TAGS[element.tag]) or 'no task'}.")
    return task


def _score(element: ET.Element) -> float:
    text = element.get("model_score_threshold") or "0"
    if re.fullmatch(r"0?\.\d+|[01](?:\.0*)?", text) is None:
        raise invalid("model_score_threshold", "Give a number from 0 to 1.")
    return float(text)


def _control(element: ET.Element) -> ConfiguredControl:
    return ConfiguredControl(
        tag=element.tag,
        name=element.get("name", ""),
        to_name=element.get("toName", ""),
        labels=dict(_labels(element)),
        is_per_region=element.get("perRegion", "").lower() == "true",
        is_multiple=element.get("choice", "") == "multiple",
        task=_task(element),
        min_score=_score(element),
    )


def parse_config(text: str) -> LabelConfig:
    """Parse a labelling configuration. Raises `FlorenceError` (`invalid-request`) if it is no XML, or names what does not exist."""
    # A document type could define entities that grow without bound; configurations have none.
    if "<!DOCTYPE" in text or "<!ENTITY" in text:
        raise invalid("label_config", "Remove the document type.")
    try:
        root = ET.fromstring(text)  # noqa: S314 -- without a document type, there are no entities
    except ET.ParseError as error:
        raise invalid("label_config", f"It is no XML: {error}.") from error
    pictures = {
        element.get("name", ""): element.get("value", "")[1:]
        for element in root.iter("Image")
        if element.get("value", "").startswith("$")
    }
    found = (_control(element) for element in root.iter() if element.tag in TAGS)
    return LabelConfig(pictures, tuple(control for control in found if control.to_name in pictures))

"""The fifteen tasks: Florence-2's prompts, and the kind of input that each takes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

InputKind = Literal["none", "caption", "category", "expression", "object box", "text box"]


@dataclass(frozen=True)
class Task:
    """A task; `prompt` has `{}` in place of its input."""

    prompt: str
    input: InputKind = "none"

    def fill(self, value: str | None) -> str:
        """Returns the prompt with its input, as the model receives it."""
        return self.prompt if value is None else self.prompt.replace("{}", value)


TASKS = {
    "<CAPTION>": Task("What does the image describe?"),
    "<DETAILED_CAPTION>": Task("Describe in detail what is shown in the image."),
    "<MORE_DETAILED_CAPTION>": Task("Describe with a paragraph what is shown in the image."),
    "<OCR>": Task("What is the text in the image?"),
    "<OCR_WITH_REGION>": Task("What is the text in the image, with regions?"),
    "<OD>": Task("Locate the objects with category name in the image."),
    "<DENSE_REGION_CAPTION>": Task("Locate the objects in the image, with their descriptions."),
    "<REGION_PROPOSAL>": Task("Locate the region proposals in the image."),
    "<CAPTION_TO_PHRASE_GROUNDING>": Task("Locate the phrases in the caption: {}", "caption"),
    "<OPEN_VOCABULARY_DETECTION>": Task("Locate {} in the image.", "category"),
    "<REFERRING_EXPRESSION_SEGMENTATION>": Task("Locate {} in the image with mask", "expression"),
    "<REGION_TO_SEGMENTATION>": Task("What is the polygon mask of region {}", "object box"),
    "<REGION_TO_CATEGORY>": Task("What is the region {}?", "object box"),
    "<REGION_TO_DESCRIPTION>": Task("What does the region {} describe?", "object box"),
    "<REGION_TO_OCR>": Task("What text is in the region {}?", "text box"),
}

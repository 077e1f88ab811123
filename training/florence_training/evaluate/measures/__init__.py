"""The field's measures of answers, each of plain values: boxes, masks, texts, captions."""

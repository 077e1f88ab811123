"""Standard metrics of answers, on plain values: boxes, masks, texts, captions."""

"""Runs Hugging Face's own post-processing, timed one pass at a time for `parse.ts`.

Standard input: a line of JSON with the vectors (task, text, image_size), the tokenizer's folder and the banned phrases,
then a line for each pass. Standard output: the answers for the first line, and for each further line the milliseconds
of its pass.
"""

import json
import sys
import time

import torch
from transformers import BartTokenizer, CLIPImageProcessorPil, Florence2Processor

torch.set_num_threads(1)
setup = json.loads(sys.stdin.readline())
vectors = setup["vectors"]
tokenizer = BartTokenizer.from_pretrained(setup["tokenizer"], extra_special_tokens={"image_token": "<image>"})
image_processor = CLIPImageProcessorPil()
image_processor.image_seq_length = 577
# The checkpoints' own settings, without two patterns that equal the defaults.
types = "pure_text description_with_bboxes bboxes phrase_grounding ocr polygons description_with_bboxes_or_polygons"
config: dict[str, dict[str, object]] = {name: {} for name in types.split()}
config["phrase_grounding"] = {"banned_grounding_tokens": setup["banned_phrases"]}
processor = Florence2Processor(image_processor, tokenizer, post_processor_config=config)


def answers() -> list[object]:
    """Runs one full pass over the vectors."""
    return [
        processor.post_process_generation(text=vector["text"], task=vector["task"], image_size=vector["image_size"])
        for vector in vectors
    ]


print(json.dumps(answers()), flush=True)
for _ in sys.stdin:
    started = time.perf_counter()
    answers()
    print((time.perf_counter() - started) * 1000, flush=True)

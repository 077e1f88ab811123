"""Serves Hugging Face's Florence-2 over a minimal HTTP server: `hugging-face-server.py CHECKPOINT THREADS`.

`POST /?prompt=…` with an image as the body returns the generated ids as JSON. Requests are processed one at a time, as
`generate` requires. The first line of standard output is JSON with the address.
"""

import io
import json
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import torch
from PIL import Image
from tokenizers import Tokenizer
from transformers import CLIPImageProcessorPil, Florence2ForConditionalGeneration

checkpoint = Path(sys.argv[1])
torch.set_num_threads(int(sys.argv[2]))
model = Florence2ForConditionalGeneration.from_pretrained(checkpoint, dtype=torch.float32).eval()
tokenizer = Tokenizer.from_file(str(checkpoint / "tokenizer.json"))
processor = CLIPImageProcessorPil.from_pretrained(checkpoint)
image_tokens = json.loads((checkpoint / "preprocessor_config.json").read_bytes())["image_seq_length"]
one_at_a_time = threading.Lock()


@torch.inference_mode()
def answer(image: bytes, prompt: str) -> list[int]:
    """Returns the ids after the decoder's start token, generated with the checkpoint's `generation_config.json`."""
    pixels = processor(images=Image.open(io.BytesIO(image)), return_tensors="pt")["pixel_values"]
    ids = [model.config.image_token_id] * image_tokens + tokenizer.encode(prompt).ids
    output = model.generate(
        input_ids=torch.tensor([ids]),
        attention_mask=torch.ones(1, len(ids), dtype=torch.int64),
        pixel_values=pixels,
        do_sample=False,
    )
    return output[0, 1:].tolist()


class Handler(BaseHTTPRequestHandler):
    """Handles one connection."""

    protocol_version = "HTTP/1.1"
    # Buffered and without Nagle's algorithm, so that the head and the body of a reply do not wait for each other.
    wbufsize = -1
    disable_nagle_algorithm = True

    def do_POST(self) -> None:
        """Answers one request."""
        image = self.rfile.read(int(self.headers["content-length"]))
        prompt = parse_qs(urlsplit(self.path).query)["prompt"][0]
        with one_at_a_time:
            ids = answer(image, prompt)
        body = json.dumps(ids).encode()
        self.send_response(200)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
        self.wfile.flush()

    def log_message(self, *_: object) -> None:
        """Logs nothing."""


class Server(ThreadingHTTPServer):
    """Allows as many waiting connections as the bench opens."""

    daemon_threads = True
    request_queue_size = 128


server = Server(("127.0.0.1", 0), Handler)
print(json.dumps({"listening": f"http://127.0.0.1:{server.server_port}/"}), flush=True)
server.serve_forever()

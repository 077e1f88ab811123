"""PyPI openai: files and batches."""

import json
import os
import time
from pathlib import Path

from asking import BASE_URL, KEY
from openai import APIStatusError, OpenAI

client = OpenAI(base_url=BASE_URL, api_key=KEY)
lines = Path(os.environ["LINES"])
ENDED = {"completed", "failed", "expired", "cancelled"}


def until_ended(batch):
    while batch.status not in ENDED:
        time.sleep(0.2)
        batch = client.batches.retrieve(batch.id)
    return batch


def lines_of(file_id):
    return [json.loads(line) for line in client.files.content(file_id).text.splitlines()]


def error_of(work):
    try:
        work()
    except APIStatusError as thrown:
        return f"{type(thrown).__name__} {thrown.status_code} {thrown.code}"
    return "none"


def create(file_id):
    return client.batches.create(
        input_file_id=file_id, endpoint="/v1/caption", completion_window="24h", metadata={"from": "python"}
    )


with lines.open("rb") as opened:
    file = client.files.create(file=opened, purpose="batch")
batch = until_ended(create(file.id))
output, errors = lines_of(batch.output_file_id), lines_of(batch.error_file_id)

first_line = lines.read_text().split("\n")[0]
twice = f"{first_line}\n{first_line}\n".encode()
doubled = client.files.create(
    file=("twice.jsonl", twice), purpose="batch", expires_after={"anchor": "created_at", "seconds": 3600}
)
failed = create(doubled.id)
cancelled = client.batches.cancel(create(file.id).id)
faults = [
    error_of(lambda: client.batches.retrieve("batch_" + "0" * 22)),
    error_of(lambda: client.files.content("file-" + "0" * 22)),
    error_of(lambda: client.files.create(file=("twice.jsonl", twice), purpose="fine-tune")),
]
try:
    listed = [each.object for each in client.batches.list(limit=2).data]
except APIStatusError as thrown:
    listed = f"{thrown.status_code} {thrown.code}"
until_ended(cancelled)
deleted = client.files.delete(doubled.id)
print(
    json.dumps(
        {
            "file": {"bytes": file.bytes, "purpose": file.purpose, "filename": file.filename},
            "batch": {
                "status": batch.status,
                "counts": batch.request_counts.model_dump(include={"total", "completed", "failed"}),
                "metadata": batch.metadata,
            },
            "answered": [each["custom_id"] for each in output],
            "refused": [
                [
                    each["custom_id"],
                    each["response"]["status_code"] if each["response"] else None,
                    each["error"]["code"] if each["error"] else None,
                ]
                for each in errors
            ],
            "first": output[0]["response"]["body"],
            "same": client.files.content(file.id).content == lines.read_bytes(),
            "failed": [failed.status, [[each.code, each.line] for each in failed.errors.data]],
            "cancelled": cancelled.status.startswith("cancel"),
            "deleted": deleted.deleted,
            "lifetime": doubled.expires_at - doubled.created_at,
            "faults": faults,
            "list": listed,
        }
    )
)

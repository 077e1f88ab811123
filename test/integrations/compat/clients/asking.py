"""What the Python clients of OpenAI have in common: the picture, the tasks, and the report that the test reads."""

import base64
import json
import os

API = os.environ["API"]
KEY = os.environ["KEY"]
ONLY = os.environ.get("ONLY")
BASE_URL = f"{API}/openai/v1"
TASKS = ["caption", "object-detection", "ocr"]


def data_uri(data: bytes) -> str:
    """The bytes of a picture as a data URI."""
    return "data:image/jpeg;base64," + base64.b64encode(data).decode()


with open(os.environ["PICTURE"], "rb") as file:
    PICTURE = data_uri(file.read())
# It begins like a picture and is none.
BROKEN = data_uri(bytes([255, 216, 255, 224, 0, 16, 74, 70]))


def messages(url: str) -> list:
    """One message with a picture and nothing else."""
    return [{"role": "user", "content": [{"type": "image_url", "image_url": {"url": url}}]}]


def report(whole, parts) -> None:
    """Asks for each task, whole and in parts, and for a broken picture; prints what each gave as JSON. With ONLY, asks once, and that is refused."""
    results = {
        task: {"whole": whole(f"florence-2/{task}", PICTURE), "parts": parts(f"florence-2/{task}", PICTURE)}
        for task in ([] if ONLY else TASKS)
    }
    try:
        whole("florence-2/caption", PICTURE if ONLY else BROKEN)
        error = {"name": "none"}
    except Exception as thrown:  # noqa: BLE001
        error = {"name": type(thrown).__name__, "message": str(thrown), "status": getattr(thrown, "status_code", None)}
    print(json.dumps({"results": results, "error": error}))

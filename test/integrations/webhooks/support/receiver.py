"""A receiver of Standard Webhooks in Python, with the library of the standard."""

import json
import os
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from standardwebhooks import Webhook, WebhookVerificationError

webhook = Webhook(os.environ["SECRET"])
seen: set[str] = set()


def fault_of(body: bytes, headers: dict[str, str]) -> str:
    try:
        webhook.verify(body, headers)
    except WebhookVerificationError as error:
        return str(error) or "wrong"
    return ""


class Receiver(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        event = self.headers["webhook-id"]
        fault = fault_of(body, {name.lower(): value for name, value in self.headers.items()})
        # The first attempt of each event fails, whatever its signature.
        status = (204 if fault == "" else 401) if event in seen else 500
        seen.add(event)
        print(json.dumps({"id": event, "fault": fault, "status": status}), flush=True)
        self.send_response(status)
        self.send_header("content-length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


server = ThreadingHTTPServer(("127.0.0.1", int(os.environ["PORT"])), Receiver)
print("ready", flush=True)
server.serve_forever()

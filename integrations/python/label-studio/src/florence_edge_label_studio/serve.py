"""`florence-edge label-studio`: serves the backend with waitress."""

from __future__ import annotations

import logging
import os

import waitress

from florence_edge import Florence

from .app import create_app

CREDENTIALS_VARIABLE = "FLORENCE_EDGE_BACKEND_AUTH"
"""`user:password` that Label Studio has to give; anybody may ask without it."""

THREADS = 4
"""Predictions at once; more wait. The API makes callers take turns anyway."""


def serve(host: str, port: int, florence: Florence) -> int:
    """Serve until Ctrl+C; return the exit status."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    app = create_app(florence, credentials=os.environ.get(CREDENTIALS_VARIABLE) or None)
    print(
        f"Add http://{host}:{port} to a project of Label Studio: Settings, Model, Connect Model. Stop: Ctrl+C",
        flush=True,
    )
    waitress.serve(app, host=host, port=port, threads=THREADS, ident="florence-edge")
    return 0

"""Predictions for tasks of Label Studio."""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

import httpx

from florence_edge import AnalyzeItem, Florence, FlorenceError, Image
from florence_edge._errors import invalid

from .config import LabelConfig, parse_config
from .pictures import Host, Pictures
from .questions import fill_all, questions_of

LOG = logging.getLogger("florence_edge_label_studio")

PREDICT_SECONDS = 80.0
"""Label Studio waits for 100 seconds. Tasks that are not begun by then get no prediction, so that it asks for them again."""

SETUP_SECONDS = 2.0
"""Label Studio waits for 3 seconds."""

MAX_TASKS = 32
"""The API takes as many tasks about one image in a request."""


def host_of_environment() -> Host | None:
    """Return the Label Studio that the environment names. Its token is sent to no other one."""
    url, token = os.environ.get("LABEL_STUDIO_URL"), os.environ.get("LABEL_STUDIO_API_KEY")
    return Host(url.rstrip("/"), token) if url and token else None


class Backend:
    """What Label Studio asks. It keeps the addresses that setups have told, and the model's name."""

    def __init__(
        self, florence: Florence, pictures: Pictures, host: Host | None, clock: Callable[[], float] = time.monotonic
    ) -> None:
        """Take a client, what fetches pictures, and where Label Studio is, if the environment says so; else its setups do."""
        self._florence = florence
        self._pictures = pictures
        self._host = host
        self._hosts: dict[str, Host] = {}
        self._clock = clock
        self._version: str | None = None

    @classmethod
    def create(cls, florence: Florence) -> Backend:
        """Return a backend of this process."""
        return cls(florence, Pictures(httpx.Client()), host_of_environment())

    def model_version(self) -> str:
        """Return the name of the model and its revision: another model makes other predictions."""
        if self._version is None:
            model = self._florence.models(timeout=SETUP_SECONDS, max_retries=0).models[0]
            self._version = f"florence-edge {model.id} {model.revision}"
        return self._version

    def setup(self, body: Mapping[str, Any]) -> dict[str, Any]:
        """Take a project. A configuration that cannot be filled is an error, which Label Studio shows."""
        url, token = body.get("hostname"), body.get("access_token")
        if isinstance(url, str) and url and isinstance(token, str) and token:
            self._hosts[str(body.get("project"))] = Host(url.rstrip("/"), token)
        parse_config(str(body.get("schema") or "<View/>"))
        return {"model_version": self.model_version()}

    def _host_of(self, project: object) -> Host | None:
        return self._host or self._hosts.get(str(project))

    def _answers(self, image: Image, tasks: Sequence[AnalyzeItem]) -> list[Any]:
        parts = [tasks[at : at + MAX_TASKS] for at in range(0, len(tasks), MAX_TASKS)]
        return [result.unwrap() for part in parts for result in self._florence.analyze(image, part).results]

    def _prediction(self, task: Mapping[str, Any], config: LabelConfig, project: object) -> dict[str, Any]:
        results = []
        for name, key in config.pictures.items():
            questions = list(questions_of(config, name))
            if questions:
                image = self._pictures.get(task.get("data", {}).get(key), task.get("id"), self._host_of(project))
                results += fill_all(questions, partial(self._answers, image))
        scores = [result["score"] for result in results if "score" in result]
        mean = sum(scores) / len(scores) if scores else 0.0
        return {"result": results, "score": mean, "model_version": self.model_version()}

    def predict(self, body: Mapping[str, Any]) -> dict[str, Any]:
        """Return a prediction for each task, and an empty list for one that failed or was not begun in time.

        Raises `FlorenceError` if all have failed, or if somebody waits for one.
        """
        tasks = body.get("tasks")
        if not isinstance(tasks, list):
            raise invalid("tasks", "Send a list of tasks, as Label Studio does.")
        config = parse_config(str(body.get("label_config") or "<View/>"))
        ends = self._clock() + PREDICT_SECONDS
        results: list[dict[str, Any] | list[Any]] = []
        failure: FlorenceError | None = None
        for task in tasks:
            try:
                results.append(self._prediction(task, config, body.get("project")) if self._clock() < ends else [])
            except FlorenceError as error:
                LOG.warning("Task %s: %s", task.get("id"), error)
                failure = error
                results.append([])
        if failure is not None and not any(results):
            raise failure
        return {"results": results}

import { methods } from "./python/methods.ts";
import { models } from "./python/models.ts";
import { options } from "./python/options.ts";

const head =
  "# Generated from src/contract/ and src/florence/tasks.ts by `npm run docs` of florence-edge.\nfrom __future__ import annotations\n";

/** Returns the text of `_models.py`: the API's replies as dataclasses, the options of the tasks, and the table of tasks. */
function modelsModule(): string {
  return `${head}
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from ._forms import BoxForms, LocatedForms, ResultForms, TextForms
from ._reply import ReferenceAnswer, Reply
from ._settings import CallOptions

${models()}

${options()}`;
}

/** Returns the text of `_methods.py`: the methods of both clients. */
function methodsModule(): string {
  return `${head}
from abc import ABC, abstractmethod
from collections.abc import Callable, Coroutine, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal, overload

from ._batch_lines import create_batch
from ._batch_results import AsyncBatchResults, BatchResults, Reader, RunReader
from ._batches import BatchState, batch_at, batch_steps, see_batch, wait_batch
from ._calls import get_steps, reply_steps, upload_steps
from ._jobs import Answer_co, JobState, create_job, job_path, job_steps, later, later_request, list_jobs, see_job, wait_job
from ._models import AnalyzeAnswer, BatchAnswer, Health, Me, ModelList, Pricing, Quote, TaskList
from ._request import ApiRequest, analyze_request, batch_request, quote_request

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from ._batch_lines import BatchInput, BatchTask
    from ._batches import Batch
    from ._exchange import Connection
    from ._images import Image, Upload
    from ._models import AnswerOptions, DrawingOptions, ModelOptions, PlainOptions, TaskName
    from ._models import Job, JobList, JobStatus
    from ._models import BoxesAnswer, FlatAnswer, PolygonsAnswer, QuadsAnswer, RawAnswer, TextAnswer
    from ._reply import Drawing, ReferenceAnswer
    from ._request import AnalyzeItem, BatchItem, RegionLike
    from ._settings import CallOptions
    from ._steps import Result, Steps
    from ._stream import AsyncStream, Stream


${methods()}`;
}

/** The generated modules of the Python client, by their paths in the repository. */
export function pythonModules(): ReadonlyMap<string, string> {
  const folder = "integrations/python/src/florence_edge";
  return new Map([
    [`${folder}/_models.py`, modelsModule()],
    [`${folder}/_methods.py`, methodsModule()],
  ]);
}

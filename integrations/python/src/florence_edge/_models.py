# Generated from src/contract/ and src/florence/tasks.ts by `npm run docs` of florence-edge.
from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from ._forms import BoxForms, LocatedForms, ResultForms, TextForms
from ._reply import ReferenceAnswer, Reply
from ._settings import CallOptions

@dataclass(frozen=True, kw_only=True)
class DeltaEvent:
    type: Literal["delta"]
    text: str
    """The next part of the text."""


@dataclass(frozen=True, kw_only=True)
class ObjectEvent:
    type: Literal["object"]
    index: int
    """Its index in the answer's `objects`; objects are sent in order."""
    object: QuadObject | PolygonObject | BoxObject


@dataclass(frozen=True, kw_only=True)
class QuadObject:
    label: str
    """Empty if the task returns no labels."""
    score: float
    """The model's confidence in this object's location; see `score_type`."""
    box: Box
    normalized_box: Box
    svg_path: str | None = None
    """The outline in pixels; present if `include` contains `svg_path`."""
    coco_rle: CocoRle | None = None
    """The outline's mask; present if `include` contains `coco_rle`."""
    quad: Quad
    normalized_quad: Quad


@dataclass(frozen=True, kw_only=True)
class Box(BoxForms):
    """Corners (x1, y1) top left and (x2, y2) bottom right; in pixels, or in 0..1 where the name says normalized."""

    x1: float
    y1: float
    x2: float
    y2: float


@dataclass(frozen=True, kw_only=True)
class CocoRle:
    """The outline's mask; present if `include` contains `coco_rle`."""

    size: tuple[int, int]
    """Height and width of the image in pixels."""
    counts: str
    """Run lengths, column by column, in COCO's compressed text."""


@dataclass(frozen=True, kw_only=True)
class Point:
    x: float
    y: float


@dataclass(frozen=True, kw_only=True)
class PolygonObject:
    label: str
    """Empty if the task returns no labels."""
    score: float
    """The model's confidence in this object's location; see `score_type`."""
    box: Box
    normalized_box: Box
    svg_path: str | None = None
    """The outline in pixels; present if `include` contains `svg_path`."""
    coco_rle: CocoRle | None = None
    """The outline's mask; present if `include` contains `coco_rle`."""
    polygons: Polygons
    normalized_polygons: Polygons


@dataclass(frozen=True, kw_only=True)
class BoxObject:
    label: str
    """Empty if the task returns no labels."""
    score: float
    """The model's confidence in this object's location; see `score_type`."""
    box: Box
    normalized_box: Box
    svg_path: str | None = None
    """The outline in pixels; present if `include` contains `svg_path`."""
    coco_rle: CocoRle | None = None
    """The outline's mask; present if `include` contains `coco_rle`."""


@dataclass(frozen=True, kw_only=True)
class DoneEvent:
    type: Literal["done"]
    answer: TextAnswer | BoxesAnswer | QuadsAnswer | PolygonsAnswer


@dataclass(frozen=True, kw_only=True)
class TextAnswer(TextForms):
    type: Literal["text"]
    task: str
    """The task's name, as in the path."""
    source: Source
    model: Model
    finish_reason: Literal["stop", "length"]
    """`length`: the answer reached its token limit; the rest is missing, and the last polygon may be incomplete."""
    usage: Usage
    score_type: str | None = None
    """The name of the formula of `score`; present if `include` contains `score`."""
    score: float | None = None
    """The model's confidence in the text; present if `include` contains `score`."""
    text: str


@dataclass(frozen=True, kw_only=True)
class Source:
    width: int
    height: int


@dataclass(frozen=True, kw_only=True)
class Model:
    """The model that answered."""

    id: str
    revision: str
    dtype: str


@dataclass(frozen=True, kw_only=True)
class Usage:
    prompt_tokens: int
    completion_tokens: int


@dataclass(frozen=True, kw_only=True)
class BoxesAnswer(LocatedForms):
    type: Literal["boxes"]
    task: str
    """The task's name, as in the path."""
    source: Source
    model: Model
    finish_reason: Literal["stop", "length"]
    """`length`: the answer reached its token limit; the rest is missing, and the last polygon may be incomplete."""
    usage: Usage
    score_type: str
    """The name of the formula of `score`."""
    box_format: Literal["xyxy"]
    """Which keys a box has."""
    objects: tuple[BoxObject, ...]


@dataclass(frozen=True, kw_only=True)
class QuadsAnswer(LocatedForms):
    type: Literal["quads"]
    task: str
    """The task's name, as in the path."""
    source: Source
    model: Model
    finish_reason: Literal["stop", "length"]
    """`length`: the answer reached its token limit; the rest is missing, and the last polygon may be incomplete."""
    usage: Usage
    score_type: str
    """The name of the formula of `score`."""
    box_format: Literal["xyxy"]
    """Which keys a box has."""
    objects: tuple[QuadObject, ...]


@dataclass(frozen=True, kw_only=True)
class PolygonsAnswer(LocatedForms):
    type: Literal["polygons"]
    task: str
    """The task's name, as in the path."""
    source: Source
    model: Model
    finish_reason: Literal["stop", "length"]
    """`length`: the answer reached its token limit; the rest is missing, and the last polygon may be incomplete."""
    usage: Usage
    score_type: str
    """The name of the formula of `score`."""
    box_format: Literal["xyxy"]
    """Which keys a box has."""
    objects: tuple[PolygonObject, ...]


@dataclass(frozen=True, kw_only=True)
class ErrorEvent:
    type: Literal["error"]
    problem: Problem


@dataclass(frozen=True, kw_only=True)
class Problem:
    type: str
    """A URN that ends in the code."""
    title: str
    status: int
    detail: str
    """What happened to this request."""
    code: str
    fix: str
    """What to do about it."""
    retryable: bool
    """Whether the same request may succeed later."""
    request_id: str
    issues: tuple[Issue, ...]
    price: int | None = None
    """What the request costs, in micro-US-dollars."""
    balance: int | None = None
    """What the account can still spend, in micro-US-dollars."""
    top_up: str | None = None
    """Where or how credits are added to the account."""
    violated_policies: tuple[str, ...] | None = field(default=None, metadata={"key": "violated-policies"})
    """The rate limit policies that refused the request, by their names in RateLimit-Policy."""


@dataclass(frozen=True, kw_only=True)
class Issue:
    path: str
    message: str


@dataclass(frozen=True, kw_only=True)
class ChargeEvent:
    type: Literal["charge"]
    charge_micro_usd: int
    """What this answer was charged, in micro-US-dollars; 0 for a repeat."""
    ids: tuple[str, ...]
    """The ids of its charges, one for each generation."""
    repeat: bool
    """Whether the account had paid for all of it before."""
    balance: int | None
    """What the account has left, in micro-US-dollars; null if it was not asked."""


@dataclass(frozen=True, kw_only=True)
class FlatAnswer(Reply):
    type: Literal["flat"]
    answer_type: Literal["text", "boxes", "quads", "polygons"]
    """The `type` of the answer in `json`."""
    task: str
    """The task's name, as in the path."""
    text: str
    """The answer's text; empty for answers with objects."""
    object_count: int
    labels: str
    """One record of CSV (RFC 4180): a label that holds a comma, a quote or a line break is quoted."""
    scores: str
    """Numbers separated by commas: of the objects; of a text, its score if `include` contains `score`."""
    boxes: str
    """Four numbers separated by commas, in the order of `box_format`; boxes are separated by semicolons."""
    normalized_boxes: str
    """As `boxes`, in 0..1."""
    polygons: str
    """x,y of each point; points are separated by spaces, rings by |, objects by ;. Empty for boxes and texts."""
    score_type: str
    first_label: str
    """Label of the first object. Without objects it is empty, and the other `first_` fields are 0."""
    first_score: float
    """Score of the first object, or the only one of `scores`."""
    source_width: int
    source_height: int
    model_id: str
    model_revision: str
    model_dtype: str
    finish_reason: Literal["stop", "length"]
    """`length`: the answer reached its token limit; the rest is missing, and the last polygon may be incomplete."""
    prompt_tokens: int
    completion_tokens: int
    charge_micro_usd: int | None = None
    """What this answer was charged, in micro-US-dollars; left out in `analyze` and `batch`, since equal prompts of
    several items are one charge: their `Charge` header has the sum.
    """
    json: str
    """The whole answer, as JSON in a string."""
    box_format: Literal["xyxy"]
    first_x1: float
    first_y1: float
    first_x2: float
    first_y2: float


@dataclass(frozen=True, kw_only=True)
class RawAnswer(Reply):
    type: Literal["raw"]
    task: str
    """The task's name, as in the path."""
    source: Source
    model: Model
    finish_reason: Literal["stop", "length"]
    """`length`: the answer reached its token limit; the rest is missing, and the last polygon may be incomplete."""
    usage: Usage
    generations: tuple[RawGeneration, ...]


@dataclass(frozen=True, kw_only=True)
class RawGeneration:
    prompt: str
    """The complete prompt that the model received."""
    text: str
    """With location tokens and all other special tokens."""
    token_ids: tuple[int, ...]
    token_logprobs: tuple[float, ...]
    """Natural logarithms, one for each of `token_ids`."""
    finish_reason: Literal["stop", "length"]
    """`length`: the answer reached its token limit; the rest is missing, and the last polygon may be incomplete."""
    usage: Usage


@dataclass(frozen=True, kw_only=True)
class AnalyzeAnswer(Reply):
    results: tuple[AnalyzeResult, ...]


@dataclass(frozen=True, kw_only=True)
class AnalyzeResult(ResultForms):
    task: str
    status: Literal["ok", "error"]
    answer: FlatAnswer | RawAnswer | TextAnswer | BoxesAnswer | QuadsAnswer | PolygonsAnswer | ReferenceAnswer | None
    problem: Problem | None


@dataclass(frozen=True, kw_only=True)
class BatchAnswer(Reply):
    results: tuple[AnalyzeResult, ...]


@dataclass(frozen=True, kw_only=True)
class Health(Reply):
    status: Literal["ok"]


@dataclass(frozen=True, kw_only=True)
class TaskList(Reply):
    tasks: tuple[TaskInfo, ...]


@dataclass(frozen=True, kw_only=True)
class TaskInfo:
    name: str
    path: str
    summary: str
    input: Literal["none", "text", "labels", "region"]
    answers: tuple[Literal["text", "boxes", "quads", "polygons"], ...]


@dataclass(frozen=True, kw_only=True)
class ModelList(Reply):
    models: tuple[ModelInfo, ...]


@dataclass(frozen=True, kw_only=True)
class ModelInfo:
    id: str
    revision: str
    dtype: str
    domain: str
    """What the model can be asked about and what not, in English; empty if nothing is known."""
    image_size: int


@dataclass(frozen=True, kw_only=True)
class Pricing(Reply):
    """Each of several `labels` is a prompt of its own; images cost nothing."""

    unit: Literal["usd-micro"]
    revision: str
    """Changes with any price; charges name the one that they were made by."""
    rules: PricingRules
    """What is charged for a failure, and for a repeat: the same question of the same account within `repeat_seconds`.
    """
    batch_divisor: int
    """What a prompt of a line of a batch (`/openai/v1/batches`) costs: its price, divided by this and rounded up."""
    work: PricingWork
    """A prompt has `beams` x `max_new_tokens` / `tokens_per_unit` units, rounded up."""
    tasks: tuple[TaskPrice, ...]


@dataclass(frozen=True, kw_only=True)
class PricingRules:
    """What is charged for a failure, and for a repeat: the same question of the same account within `repeat_seconds`.
    """

    failed: int
    """Micro-US-dollars: 1000000 are one US dollar."""
    repeat: int
    """Micro-US-dollars: 1000000 are one US dollar."""
    repeat_seconds: int


@dataclass(frozen=True, kw_only=True)
class PricingWork:
    """A prompt has `beams` x `max_new_tokens` / `tokens_per_unit` units, rounded up."""

    tokens_per_unit: int
    default_beams: int
    default_max_new_tokens: int


@dataclass(frozen=True, kw_only=True)
class TaskPrice:
    task: str
    path: str
    per_unit: int
    """Micro-US-dollars: 1000000 are one US dollar."""
    price: int
    """Of a prompt without options, in micro-US-dollars."""


@dataclass(frozen=True, kw_only=True)
class Quote(Reply):
    unit: Literal["usd-micro"]
    revision: str
    price: int
    """The most that the request can cost, in micro-US-dollars."""
    batch_price: int
    """The same as a line of a batch (`/openai/v1/batches`)."""
    items: tuple[QuoteItem, ...]


@dataclass(frozen=True, kw_only=True)
class QuoteItem:
    task: str
    prompts: int
    price: int
    """Micro-US-dollars: 1000000 are one US dollar."""
    problem: Problem | None


@dataclass(frozen=True, kw_only=True)
class Me(Reply):
    account: MeAccount
    key: MeKey
    scopes: tuple[Scope, ...]
    tasks: tuple[str, ...] | None
    """The only tasks of the key; null: all."""
    unit: Literal["usd-micro"]
    balance: int
    """Micro-US-dollars: 1000000 are one US dollar."""
    held: int
    """Part of the balance that requests in progress have reserved."""
    credit_limit: int
    """How far below 0 the balance may go."""
    caps: MeCaps
    """Of the key."""
    account_cap: Cap
    """Of the account, in a UTC month."""
    rate: MeRate


@dataclass(frozen=True, kw_only=True)
class MeAccount:
    id: str
    name: str
    status: Literal["open", "closed"]


@dataclass(frozen=True, kw_only=True)
class MeKey:
    id: str
    name: str
    last4: str
    expires: str | None


@dataclass(frozen=True, kw_only=True)
class MeCaps:
    """Of the key."""

    day: Cap
    month: Cap
    total: Cap


@dataclass(frozen=True, kw_only=True)
class Cap:
    cap: int | None
    spent: int
    """Micro-US-dollars: 1000000 are one US dollar."""
    resets: str | None
    """The end of the period; null if it has none."""


@dataclass(frozen=True, kw_only=True)
class MeRate:
    policies: tuple[RatePolicy, ...]
    concurrency: Concurrency


@dataclass(frozen=True, kw_only=True)
class RatePolicy:
    name: str
    requests: int
    seconds: int


@dataclass(frozen=True, kw_only=True)
class Concurrency:
    limit: int | None
    in_progress: int


@dataclass(frozen=True, kw_only=True)
class Job(Reply):
    id: JobId
    status: JobStatus
    created_at: str
    """UTC, as in 2026-12-01T00:00:00.000Z."""
    task: str
    """The name of the task, or `analyze`, or `batch`."""
    result: FlatAnswer | RawAnswer | OwnAnswer | AnalyzeAnswer | ReferenceAnswer | None
    """The body that a direct request would have had, once the job has succeeded; null otherwise, and always in lists.
    """
    problem: Problem | None
    """Why the job failed; null otherwise."""
    urls: JobUrls
    webhook_secret: str | None = None
    """What verifies the events of this job where there are no accounts: there only in the reply that accepted it."""


@dataclass(frozen=True, kw_only=True)
class JobUrls:
    get: str
    """Where the job is."""
    cancel: str
    """The same address: DELETE cancels the job."""


@dataclass(frozen=True, kw_only=True)
class JobList(Reply):
    jobs: tuple[Job, ...]
    next: str | None
    """Send it as `cursor` for the next page; null: none."""


AnswerEvent = DeltaEvent | ObjectEvent | DoneEvent | ErrorEvent | ChargeEvent

Quad = tuple[Point, ...]
"""Four corners, clockwise from the top-left of the text as it is read."""

Polygons = tuple[tuple[Point, ...], ...]
"""One ring of points for each visible part of the object."""

Scope = Literal["infer", "usage:read", "keys:write", "billing:write"]
"""`infer`: Ask the model: every task, analyze and batch. Costs credits. `usage:read`: Read the account's usage and
charges, its webhooks, and how events were told. `keys:write`: Create, list, change, rotate and revoke keys of the
account; create, remove and test its webhooks, and make their secrets. `billing:write`: Add credits to the account.
"""

JobId = str

JobStatus = Literal["queued", "running", "succeeded", "failed", "cancelled"]

OwnAnswer = TextAnswer | BoxesAnswer | QuadsAnswer | PolygonsAnswer
"""An answer in its own form; `type` tells which."""

Answer = OwnAnswer | FlatAnswer | RawAnswer | ReferenceAnswer
"""An answer in any form that is no drawing."""

ProblemCode = Literal["invalid-json", "invalid-request", "invalid-content-encoding", "image-required", "invalid-base64", "image-url-refused", "text-required", "region-required", "region-outside-image", "png-unavailable", "unknown-task", "not-found", "method-not-allowed", "body-timeout", "body-too-large", "image-too-many-pixels", "unsupported-media-type", "unsupported-content-encoding", "unsupported-image", "image-url-not-an-image", "image-corrupt", "prompt-too-long", "too-much-work", "image-url-unreachable", "image-url-timeout", "request-cancelled", "uploads-unavailable", "unknown-upload", "upload-empty", "upload-expired", "upload-signature-invalid", "length-required", "storage-unavailable", "jobs-unavailable", "idempotency-key-invalid", "list-needs-account", "unknown-job", "idempotency-key-reused", "too-many-jobs", "queue-unavailable", "job-expired", "job-abandoned", "cursor-invalid", "webhook-url-refused", "webhooks-need-account", "unknown-webhook", "too-many-webhooks", "internal", "misconfigured", "model-corrupt", "backend-failed", "backend-unavailable", "backend-timeout", "deadline-exceeded", "not-cached", "model-unavailable", "overloaded", "key-missing", "key-invalid", "key-expired", "key-revoked", "scope-missing", "account-closed", "insufficient-credits", "key-budget-exhausted", "spend-cap-reached", "price-above-maximum", "idempotency-in-progress", "rate-limited", "too-many-at-once", "ledger-unavailable", "async-needs-key", "payment-required", "payment-invalid", "payment-in-use", "payment-unsettled", "admin-key-invalid", "unknown-id", "key-rotated", "too-many-keys", "webhook-signature-invalid", "top-up-unavailable", "payment-provider-failed", "payment-provider-unavailable"]
"""The codes of the API's problems. A newer server may have others."""


TaskName = Literal["ocr", "ocr-with-region", "caption", "detailed-caption", "more-detailed-caption", "object-detection", "dense-region-caption", "region-proposal", "caption-to-phrase-grounding", "referring-expression-segmentation", "region-to-segmentation", "open-vocabulary-detection", "region-to-category", "region-to-description", "region-to-ocr"]


class ModelOptions(CallOptions, total=False):
    """Options that every form of an answer has."""

    max_new_tokens: int | None
    """Upper bound on generated tokens; by default what the model's configuration says."""
    beams: int | None
    """Number of beams of the beam search; 1 is greedy search. The default is in the model's configuration."""


class ObjectOptions(ModelOptions, total=False):
    """Options about the objects of an answer."""

    min_score: float | None
    """Leaves out objects with a lower `score`."""
    max_objects: int | None
    """Keeps this many objects, those with the highest scores, in the model's order."""


class DrawingOptions(ObjectOptions, total=False):
    """Options of a drawing."""

    overlay_image: bool | None
    """Whether the drawing contains the image; true by default."""


class AnswerOptions(ObjectOptions, total=False):
    """Options of an answer."""

    include: Sequence[Literal["svg_path", "coco_rle", "score"]] | None
    """Adds each object's outline as an SVG path or as a COCO RLE mask, and the score of a text."""


class PlainOptions(AnswerOptions, total=False):
    """Options of an answer in its own form, which `format` and `stream` may also name."""

    format: Literal["json"]
    stream: Literal[False]


@dataclass(frozen=True)
class Task:
    """A task: what it needs besides the image, and what it does."""

    input: Literal["none", "text", "labels", "region"]
    summary: str


TASKS: Mapping[TaskName, Task] = {
    "ocr": Task(input="none", summary="Read the text in the image."),
    "ocr-with-region": Task(input="none", summary="Read the text in the image, with the four corners of each text region."),
    "caption": Task(input="none", summary="Describe the image in a sentence."),
    "detailed-caption": Task(input="none", summary="Describe the image in a few sentences."),
    "more-detailed-caption": Task(input="none", summary="Describe the image in a paragraph."),
    "object-detection": Task(input="none", summary="Find objects and name their categories."),
    "dense-region-caption": Task(input="none", summary="Find objects and describe each."),
    "region-proposal": Task(input="none", summary="Propose regions that contain objects, without labels."),
    "caption-to-phrase-grounding": Task(input="text", summary="Find what each phrase of a caption refers to."),
    "referring-expression-segmentation": Task(input="text", summary="Outline the object that an expression refers to."),
    "region-to-segmentation": Task(input="region", summary="Outline the object in a region."),
    "open-vocabulary-detection": Task(input="labels", summary="Find the objects that you name."),
    "region-to-category": Task(input="region", summary="Name the object in a region."),
    "region-to-description": Task(input="region", summary="Describe a region."),
    "region-to-ocr": Task(input="region", summary="Read the text in a region."),
}
"""The tasks by their names in the API."""

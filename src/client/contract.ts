// Generated from src/contract/ and src/florence/tasks.ts by `npm run docs`. test/types/client-contract.ts checks it against the schemas.

export type WebhookEvent = JobEvent | {
  readonly type: "batch.completed" | "batch.failed" | "batch.expired" | "batch.cancelled";
  /** When it happened, in UTC. The same in each attempt. */
  readonly timestamp: string;
  readonly data: {
    readonly id: string;
  };
} | {
  readonly type: "webhook.test";
  /** When it happened, in UTC. The same in each attempt. */
  readonly timestamp: string;
  readonly data: {
    readonly url: string;
  };
};

export interface JobEvent {
  readonly type: "job.succeeded" | "job.failed" | "job.cancelled";
  /** When it happened, in UTC. The same in each attempt. */
  readonly timestamp: string;
  readonly data: {
    readonly id: JobId;
    readonly status: JobStatus;
    /** UTC, as in 2026-12-01T00:00:00.000Z. */
    readonly created_at: string;
    /** The name of the task, or `analyze`, or `batch`. */
    readonly task: string;
    /** The body that a direct request would have had, once the job has succeeded; null otherwise, and always in lists. */
    readonly result: FlatAnswer | FlatAnswerXywh | FlatAnswerCxcywh | RawAnswer | TextAnswer | BoxesAnswer | BoxesAnswerXywh | BoxesAnswerCxcywh | QuadsAnswer | QuadsAnswerXywh | QuadsAnswerCxcywh | PolygonsAnswer | PolygonsAnswerXywh | PolygonsAnswerCxcywh | ReferenceAnswer | AnalyzeAnswer | null;
    /** Why the job failed; null otherwise. */
    readonly problem: Problem | null;
    readonly urls: {
      /** Where the job is. */
      readonly get: string;
      /** The same address: DELETE cancels the job. */
      readonly cancel: string;
    };
    /** Whether `result` was left out, because the event would have more than 256 KiB: it is at `urls.get`. */
    readonly result_omitted: boolean;
  };
}

export type JobId = string;

export type JobStatus = "queued" | "running" | "succeeded" | "failed" | "cancelled";

export interface FlatAnswer {
  readonly type: "flat";
  /** The `type` of the answer in `json`. */
  readonly answer_type: "text" | "boxes" | "quads" | "polygons";
  /** The task's name, as in the path. */
  readonly task: string;
  /** The answer's text; empty for answers with objects. */
  readonly text: string;
  readonly object_count: number;
  /** One record of CSV (RFC 4180): a label that holds a comma, a quote or a line break is quoted. */
  readonly labels: string;
  /** Numbers separated by commas: of the objects; of a text, its score if `include` contains `score`. */
  readonly scores: string;
  /** Four numbers separated by commas, in the order of `box_format`; boxes are separated by semicolons. */
  readonly boxes: string;
  /** As `boxes`, in 0..1. */
  readonly normalized_boxes: string;
  /** x,y of each point; points are separated by spaces, rings by |, objects by ;. Empty for boxes and texts. */
  readonly polygons: string;
  readonly score_type: string;
  /** Label of the first object. Without objects it is empty, and the other `first_` fields are 0. */
  readonly first_label: string;
  /** Score of the first object, or the only one of `scores`. */
  readonly first_score: number;
  readonly source_width: number;
  readonly source_height: number;
  readonly model_id: string;
  readonly model_revision: string;
  readonly model_dtype: string;
  /** `length`: the answer reached its token limit; the rest is missing, and the last polygon may be incomplete. */
  readonly finish_reason: "stop" | "length";
  readonly prompt_tokens: number;
  readonly completion_tokens: number;
  /** What this answer was charged, in micro-US-dollars; left out in `analyze` and `batch`, since equal prompts of several items are one charge: their `Charge` header has the sum. */
  readonly charge_micro_usd?: number | undefined;
  /** The whole answer, as JSON in a string. */
  readonly json: string;
  readonly box_format: "xyxy";
  readonly first_x1: number;
  readonly first_y1: number;
  readonly first_x2: number;
  readonly first_y2: number;
}

export interface FlatAnswerXywh {
  readonly type: "flat";
  /** The `type` of the answer in `json`. */
  readonly answer_type: "text" | "boxes" | "quads" | "polygons";
  /** The task's name, as in the path. */
  readonly task: string;
  /** The answer's text; empty for answers with objects. */
  readonly text: string;
  readonly object_count: number;
  /** One record of CSV (RFC 4180): a label that holds a comma, a quote or a line break is quoted. */
  readonly labels: string;
  /** Numbers separated by commas: of the objects; of a text, its score if `include` contains `score`. */
  readonly scores: string;
  /** Four numbers separated by commas, in the order of `box_format`; boxes are separated by semicolons. */
  readonly boxes: string;
  /** As `boxes`, in 0..1. */
  readonly normalized_boxes: string;
  /** x,y of each point; points are separated by spaces, rings by |, objects by ;. Empty for boxes and texts. */
  readonly polygons: string;
  readonly score_type: string;
  /** Label of the first object. Without objects it is empty, and the other `first_` fields are 0. */
  readonly first_label: string;
  /** Score of the first object, or the only one of `scores`. */
  readonly first_score: number;
  readonly source_width: number;
  readonly source_height: number;
  readonly model_id: string;
  readonly model_revision: string;
  readonly model_dtype: string;
  /** `length`: the answer reached its token limit; the rest is missing, and the last polygon may be incomplete. */
  readonly finish_reason: "stop" | "length";
  readonly prompt_tokens: number;
  readonly completion_tokens: number;
  /** What this answer was charged, in micro-US-dollars; left out in `analyze` and `batch`, since equal prompts of several items are one charge: their `Charge` header has the sum. */
  readonly charge_micro_usd?: number | undefined;
  /** The whole answer, as JSON in a string. */
  readonly json: string;
  readonly box_format: "xywh";
  readonly first_x: number;
  readonly first_y: number;
  readonly first_width: number;
  readonly first_height: number;
}

export interface FlatAnswerCxcywh {
  readonly type: "flat";
  /** The `type` of the answer in `json`. */
  readonly answer_type: "text" | "boxes" | "quads" | "polygons";
  /** The task's name, as in the path. */
  readonly task: string;
  /** The answer's text; empty for answers with objects. */
  readonly text: string;
  readonly object_count: number;
  /** One record of CSV (RFC 4180): a label that holds a comma, a quote or a line break is quoted. */
  readonly labels: string;
  /** Numbers separated by commas: of the objects; of a text, its score if `include` contains `score`. */
  readonly scores: string;
  /** Four numbers separated by commas, in the order of `box_format`; boxes are separated by semicolons. */
  readonly boxes: string;
  /** As `boxes`, in 0..1. */
  readonly normalized_boxes: string;
  /** x,y of each point; points are separated by spaces, rings by |, objects by ;. Empty for boxes and texts. */
  readonly polygons: string;
  readonly score_type: string;
  /** Label of the first object. Without objects it is empty, and the other `first_` fields are 0. */
  readonly first_label: string;
  /** Score of the first object, or the only one of `scores`. */
  readonly first_score: number;
  readonly source_width: number;
  readonly source_height: number;
  readonly model_id: string;
  readonly model_revision: string;
  readonly model_dtype: string;
  /** `length`: the answer reached its token limit; the rest is missing, and the last polygon may be incomplete. */
  readonly finish_reason: "stop" | "length";
  readonly prompt_tokens: number;
  readonly completion_tokens: number;
  /** What this answer was charged, in micro-US-dollars; left out in `analyze` and `batch`, since equal prompts of several items are one charge: their `Charge` header has the sum. */
  readonly charge_micro_usd?: number | undefined;
  /** The whole answer, as JSON in a string. */
  readonly json: string;
  readonly box_format: "cxcywh";
  readonly first_cx: number;
  readonly first_cy: number;
  readonly first_width: number;
  readonly first_height: number;
}

export interface RawAnswer {
  readonly type: "raw";
  /** The task's name, as in the path. */
  readonly task: string;
  readonly source: Source;
  readonly model: Model;
  /** `length`: the answer reached its token limit; the rest is missing, and the last polygon may be incomplete. */
  readonly finish_reason: "stop" | "length";
  readonly usage: Usage;
  readonly generations: readonly RawGeneration[];
}

export interface Source {
  readonly width: number;
  readonly height: number;
}

/** The model that answered. */
export interface Model {
  readonly id: string;
  readonly revision: string;
  readonly dtype: string;
}

export interface Usage {
  readonly prompt_tokens: number;
  readonly completion_tokens: number;
}

export interface RawGeneration {
  /** The complete prompt that the model received. */
  readonly prompt: string;
  /** With location tokens and all other special tokens. */
  readonly text: string;
  readonly token_ids: readonly number[];
  /** Natural logarithms, one for each of `token_ids`. */
  readonly token_logprobs: readonly number[];
  /** `length`: the answer reached its token limit; the rest is missing, and the last polygon may be incomplete. */
  readonly finish_reason: "stop" | "length";
  readonly usage: Usage;
}

export interface TextAnswer {
  readonly type: "text";
  /** The task's name, as in the path. */
  readonly task: string;
  readonly source: Source;
  readonly model: Model;
  /** `length`: the answer reached its token limit; the rest is missing, and the last polygon may be incomplete. */
  readonly finish_reason: "stop" | "length";
  readonly usage: Usage;
  /** The name of the formula of `score`; present if `include` contains `score`. */
  readonly score_type?: string | undefined;
  /** The model's confidence in the text; present if `include` contains `score`. */
  readonly score?: number | undefined;
  readonly text: string;
}

export interface BoxesAnswer {
  readonly type: "boxes";
  /** The task's name, as in the path. */
  readonly task: string;
  readonly source: Source;
  readonly model: Model;
  /** `length`: the answer reached its token limit; the rest is missing, and the last polygon may be incomplete. */
  readonly finish_reason: "stop" | "length";
  readonly usage: Usage;
  /** The name of the formula of `score`. */
  readonly score_type: string;
  /** Which keys a box has. */
  readonly box_format: "xyxy";
  readonly objects: readonly BoxObject[];
}

export interface BoxObject {
  /** Empty if the task returns no labels. */
  readonly label: string;
  /** The model's confidence in this object's location; see `score_type`. */
  readonly score: number;
  readonly box: Box;
  readonly normalized_box: Box;
  /** The outline in pixels; present if `include` contains `svg_path`. */
  readonly svg_path?: string | undefined;
  /** The outline's mask; present if `include` contains `coco_rle`. */
  readonly coco_rle?: {
    /** Height and width of the image in pixels. */
    readonly size: readonly [number, number];
    /** Run lengths, column by column, in COCO's compressed text. */
    readonly counts: string;
  } | undefined;
}

/** Corners (x1, y1) top left and (x2, y2) bottom right; in pixels, or in 0..1 where the name says normalized. */
export interface Box {
  readonly x1: number;
  readonly y1: number;
  readonly x2: number;
  readonly y2: number;
}

export interface BoxesAnswerXywh {
  readonly type: "boxes";
  /** The task's name, as in the path. */
  readonly task: string;
  readonly source: Source;
  readonly model: Model;
  /** `length`: the answer reached its token limit; the rest is missing, and the last polygon may be incomplete. */
  readonly finish_reason: "stop" | "length";
  readonly usage: Usage;
  /** The name of the formula of `score`. */
  readonly score_type: string;
  /** Which keys a box has. */
  readonly box_format: "xywh";
  readonly objects: readonly BoxObjectXywh[];
}

export interface BoxObjectXywh {
  /** Empty if the task returns no labels. */
  readonly label: string;
  /** The model's confidence in this object's location; see `score_type`. */
  readonly score: number;
  readonly box: SizedBox;
  readonly normalized_box: SizedBox;
  /** The outline in pixels; present if `include` contains `svg_path`. */
  readonly svg_path?: string | undefined;
  /** The outline's mask; present if `include` contains `coco_rle`. */
  readonly coco_rle?: {
    /** Height and width of the image in pixels. */
    readonly size: readonly [number, number];
    /** Run lengths, column by column, in COCO's compressed text. */
    readonly counts: string;
  } | undefined;
}

/** Corner (x, y) top left, and size; in pixels, or in 0..1 where the name says normalized. */
export interface SizedBox {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export interface BoxesAnswerCxcywh {
  readonly type: "boxes";
  /** The task's name, as in the path. */
  readonly task: string;
  readonly source: Source;
  readonly model: Model;
  /** `length`: the answer reached its token limit; the rest is missing, and the last polygon may be incomplete. */
  readonly finish_reason: "stop" | "length";
  readonly usage: Usage;
  /** The name of the formula of `score`. */
  readonly score_type: string;
  /** Which keys a box has. */
  readonly box_format: "cxcywh";
  readonly objects: readonly BoxObjectCxcywh[];
}

export interface BoxObjectCxcywh {
  /** Empty if the task returns no labels. */
  readonly label: string;
  /** The model's confidence in this object's location; see `score_type`. */
  readonly score: number;
  readonly box: CentredBox;
  readonly normalized_box: CentredBox;
  /** The outline in pixels; present if `include` contains `svg_path`. */
  readonly svg_path?: string | undefined;
  /** The outline's mask; present if `include` contains `coco_rle`. */
  readonly coco_rle?: {
    /** Height and width of the image in pixels. */
    readonly size: readonly [number, number];
    /** Run lengths, column by column, in COCO's compressed text. */
    readonly counts: string;
  } | undefined;
}

/** Centre (cx, cy), and size; in pixels, or in 0..1 where the name says normalized. */
export interface CentredBox {
  readonly cx: number;
  readonly cy: number;
  readonly width: number;
  readonly height: number;
}

export interface QuadsAnswer {
  readonly type: "quads";
  /** The task's name, as in the path. */
  readonly task: string;
  readonly source: Source;
  readonly model: Model;
  /** `length`: the answer reached its token limit; the rest is missing, and the last polygon may be incomplete. */
  readonly finish_reason: "stop" | "length";
  readonly usage: Usage;
  /** The name of the formula of `score`. */
  readonly score_type: string;
  /** Which keys a box has. */
  readonly box_format: "xyxy";
  readonly objects: readonly QuadObject[];
}

export interface QuadObject {
  /** Empty if the task returns no labels. */
  readonly label: string;
  /** The model's confidence in this object's location; see `score_type`. */
  readonly score: number;
  readonly box: Box;
  readonly normalized_box: Box;
  /** The outline in pixels; present if `include` contains `svg_path`. */
  readonly svg_path?: string | undefined;
  /** The outline's mask; present if `include` contains `coco_rle`. */
  readonly coco_rle?: {
    /** Height and width of the image in pixels. */
    readonly size: readonly [number, number];
    /** Run lengths, column by column, in COCO's compressed text. */
    readonly counts: string;
  } | undefined;
  readonly quad: Quad;
  readonly normalized_quad: Quad;
}

/** Four corners, clockwise from the top-left of the text as it is read. */
export type Quad = readonly Point[];

export interface Point {
  readonly x: number;
  readonly y: number;
}

export interface QuadsAnswerXywh {
  readonly type: "quads";
  /** The task's name, as in the path. */
  readonly task: string;
  readonly source: Source;
  readonly model: Model;
  /** `length`: the answer reached its token limit; the rest is missing, and the last polygon may be incomplete. */
  readonly finish_reason: "stop" | "length";
  readonly usage: Usage;
  /** The name of the formula of `score`. */
  readonly score_type: string;
  /** Which keys a box has. */
  readonly box_format: "xywh";
  readonly objects: readonly QuadObjectXywh[];
}

export interface QuadObjectXywh {
  /** Empty if the task returns no labels. */
  readonly label: string;
  /** The model's confidence in this object's location; see `score_type`. */
  readonly score: number;
  readonly box: SizedBox;
  readonly normalized_box: SizedBox;
  /** The outline in pixels; present if `include` contains `svg_path`. */
  readonly svg_path?: string | undefined;
  /** The outline's mask; present if `include` contains `coco_rle`. */
  readonly coco_rle?: {
    /** Height and width of the image in pixels. */
    readonly size: readonly [number, number];
    /** Run lengths, column by column, in COCO's compressed text. */
    readonly counts: string;
  } | undefined;
  readonly quad: Quad;
  readonly normalized_quad: Quad;
}

export interface QuadsAnswerCxcywh {
  readonly type: "quads";
  /** The task's name, as in the path. */
  readonly task: string;
  readonly source: Source;
  readonly model: Model;
  /** `length`: the answer reached its token limit; the rest is missing, and the last polygon may be incomplete. */
  readonly finish_reason: "stop" | "length";
  readonly usage: Usage;
  /** The name of the formula of `score`. */
  readonly score_type: string;
  /** Which keys a box has. */
  readonly box_format: "cxcywh";
  readonly objects: readonly QuadObjectCxcywh[];
}

export interface QuadObjectCxcywh {
  /** Empty if the task returns no labels. */
  readonly label: string;
  /** The model's confidence in this object's location; see `score_type`. */
  readonly score: number;
  readonly box: CentredBox;
  readonly normalized_box: CentredBox;
  /** The outline in pixels; present if `include` contains `svg_path`. */
  readonly svg_path?: string | undefined;
  /** The outline's mask; present if `include` contains `coco_rle`. */
  readonly coco_rle?: {
    /** Height and width of the image in pixels. */
    readonly size: readonly [number, number];
    /** Run lengths, column by column, in COCO's compressed text. */
    readonly counts: string;
  } | undefined;
  readonly quad: Quad;
  readonly normalized_quad: Quad;
}

export interface PolygonsAnswer {
  readonly type: "polygons";
  /** The task's name, as in the path. */
  readonly task: string;
  readonly source: Source;
  readonly model: Model;
  /** `length`: the answer reached its token limit; the rest is missing, and the last polygon may be incomplete. */
  readonly finish_reason: "stop" | "length";
  readonly usage: Usage;
  /** The name of the formula of `score`. */
  readonly score_type: string;
  /** Which keys a box has. */
  readonly box_format: "xyxy";
  readonly objects: readonly PolygonObject[];
}

export interface PolygonObject {
  /** Empty if the task returns no labels. */
  readonly label: string;
  /** The model's confidence in this object's location; see `score_type`. */
  readonly score: number;
  readonly box: Box;
  readonly normalized_box: Box;
  /** The outline in pixels; present if `include` contains `svg_path`. */
  readonly svg_path?: string | undefined;
  /** The outline's mask; present if `include` contains `coco_rle`. */
  readonly coco_rle?: {
    /** Height and width of the image in pixels. */
    readonly size: readonly [number, number];
    /** Run lengths, column by column, in COCO's compressed text. */
    readonly counts: string;
  } | undefined;
  readonly polygons: Polygons;
  readonly normalized_polygons: Polygons;
}

/** One ring of points for each visible part of the object. */
export type Polygons = readonly (readonly Point[])[];

export interface PolygonsAnswerXywh {
  readonly type: "polygons";
  /** The task's name, as in the path. */
  readonly task: string;
  readonly source: Source;
  readonly model: Model;
  /** `length`: the answer reached its token limit; the rest is missing, and the last polygon may be incomplete. */
  readonly finish_reason: "stop" | "length";
  readonly usage: Usage;
  /** The name of the formula of `score`. */
  readonly score_type: string;
  /** Which keys a box has. */
  readonly box_format: "xywh";
  readonly objects: readonly PolygonObjectXywh[];
}

export interface PolygonObjectXywh {
  /** Empty if the task returns no labels. */
  readonly label: string;
  /** The model's confidence in this object's location; see `score_type`. */
  readonly score: number;
  readonly box: SizedBox;
  readonly normalized_box: SizedBox;
  /** The outline in pixels; present if `include` contains `svg_path`. */
  readonly svg_path?: string | undefined;
  /** The outline's mask; present if `include` contains `coco_rle`. */
  readonly coco_rle?: {
    /** Height and width of the image in pixels. */
    readonly size: readonly [number, number];
    /** Run lengths, column by column, in COCO's compressed text. */
    readonly counts: string;
  } | undefined;
  readonly polygons: Polygons;
  readonly normalized_polygons: Polygons;
}

export interface PolygonsAnswerCxcywh {
  readonly type: "polygons";
  /** The task's name, as in the path. */
  readonly task: string;
  readonly source: Source;
  readonly model: Model;
  /** `length`: the answer reached its token limit; the rest is missing, and the last polygon may be incomplete. */
  readonly finish_reason: "stop" | "length";
  readonly usage: Usage;
  /** The name of the formula of `score`. */
  readonly score_type: string;
  /** Which keys a box has. */
  readonly box_format: "cxcywh";
  readonly objects: readonly PolygonObjectCxcywh[];
}

export interface PolygonObjectCxcywh {
  /** Empty if the task returns no labels. */
  readonly label: string;
  /** The model's confidence in this object's location; see `score_type`. */
  readonly score: number;
  readonly box: CentredBox;
  readonly normalized_box: CentredBox;
  /** The outline in pixels; present if `include` contains `svg_path`. */
  readonly svg_path?: string | undefined;
  /** The outline's mask; present if `include` contains `coco_rle`. */
  readonly coco_rle?: {
    /** Height and width of the image in pixels. */
    readonly size: readonly [number, number];
    /** Run lengths, column by column, in COCO's compressed text. */
    readonly counts: string;
  } | undefined;
  readonly polygons: Polygons;
  readonly normalized_polygons: Polygons;
}

export type ReferenceAnswer = Readonly<Record<string, string | {
  readonly bboxes: readonly (readonly number[])[];
  readonly labels: readonly string[];
} | {
  readonly quad_boxes: readonly (readonly number[])[];
  readonly labels: readonly string[];
} | {
  readonly polygons: readonly (readonly (readonly number[])[])[];
  readonly labels: readonly string[];
} | {
  readonly bboxes: readonly (readonly number[])[];
  readonly bboxes_labels: readonly string[];
  readonly polygons: readonly (readonly (readonly number[])[])[];
  readonly polygons_labels: readonly string[];
}>>;

export interface AnalyzeAnswer {
  readonly results: readonly AnalyzeResult[];
}

export interface AnalyzeResult {
  readonly task: string;
  readonly status: "ok" | "error";
  readonly answer: FlatAnswer | FlatAnswerXywh | FlatAnswerCxcywh | RawAnswer | TextAnswer | BoxesAnswer | BoxesAnswerXywh | BoxesAnswerCxcywh | QuadsAnswer | QuadsAnswerXywh | QuadsAnswerCxcywh | PolygonsAnswer | PolygonsAnswerXywh | PolygonsAnswerCxcywh | ReferenceAnswer | null;
  readonly problem: Problem | null;
}

export interface Problem {
  /** A URN that ends in the code. */
  readonly type: string;
  readonly title: string;
  readonly status: number;
  /** What happened to this request. */
  readonly detail: string;
  readonly code: "invalid-json" | "invalid-request" | "invalid-content-encoding" | "image-required" | "invalid-base64" | "image-url-refused" | "text-required" | "region-required" | "region-outside-image" | "png-unavailable" | "unknown-task" | "not-found" | "method-not-allowed" | "body-timeout" | "body-too-large" | "image-too-many-pixels" | "unsupported-media-type" | "unsupported-content-encoding" | "unsupported-image" | "image-url-not-an-image" | "image-corrupt" | "prompt-too-long" | "too-much-work" | "image-url-unreachable" | "image-url-timeout" | "request-cancelled" | "uploads-unavailable" | "unknown-upload" | "upload-empty" | "upload-expired" | "upload-signature-invalid" | "length-required" | "storage-unavailable" | "jobs-unavailable" | "idempotency-key-invalid" | "list-needs-account" | "unknown-job" | "idempotency-key-reused" | "too-many-jobs" | "queue-unavailable" | "job-expired" | "job-abandoned" | "cursor-invalid" | "webhook-url-refused" | "webhooks-need-account" | "unknown-webhook" | "too-many-webhooks" | "internal" | "misconfigured" | "model-corrupt" | "backend-failed" | "backend-unavailable" | "backend-timeout" | "deadline-exceeded" | "not-cached" | "model-unavailable" | "overloaded" | "key-missing" | "key-invalid" | "key-expired" | "key-revoked" | "scope-missing" | "account-closed" | "insufficient-credits" | "key-budget-exhausted" | "spend-cap-reached" | "price-above-maximum" | "idempotency-in-progress" | "rate-limited" | "too-many-at-once" | "ledger-unavailable" | "async-needs-key" | "payment-required" | "payment-invalid" | "payment-in-use" | "payment-unsettled" | "admin-key-invalid" | "unknown-id" | "key-rotated" | "too-many-keys" | "webhook-signature-invalid" | "top-up-unavailable" | "payment-provider-failed" | "payment-provider-unavailable";
  /** What to do about it. */
  readonly fix: string;
  /** Whether the same request may succeed later. */
  readonly retryable: boolean;
  readonly request_id: string;
  readonly issues: readonly ({
    readonly path: string;
    readonly message: string;
  })[];
  /** What the request costs, in micro-US-dollars. */
  readonly price?: number | undefined;
  /** What the account can still spend, in micro-US-dollars. */
  readonly balance?: number | undefined;
  /** Where or how credits are added to the account. */
  readonly top_up?: string | undefined;
  /** The rate limit policies that refused the request, by their names in RateLimit-Policy. */
  readonly "violated-policies"?: readonly string[] | undefined;
}

export type AnswerEvent = DeltaEvent | ObjectEvent | DoneEvent | ErrorEvent | ChargeEvent;

export interface DeltaEvent {
  readonly type: "delta";
  /** The next part of the text. */
  readonly text: string;
}

export interface ObjectEvent {
  readonly type: "object";
  /** Its index in the answer's `objects`; objects are sent in order. */
  readonly index: number;
  readonly object: QuadObject | QuadObjectXywh | QuadObjectCxcywh | PolygonObject | PolygonObjectXywh | PolygonObjectCxcywh | BoxObject | BoxObjectXywh | BoxObjectCxcywh;
}

export interface DoneEvent {
  readonly type: "done";
  readonly answer: TextAnswer | BoxesAnswer | BoxesAnswerXywh | BoxesAnswerCxcywh | QuadsAnswer | QuadsAnswerXywh | QuadsAnswerCxcywh | PolygonsAnswer | PolygonsAnswerXywh | PolygonsAnswerCxcywh;
}

export interface ErrorEvent {
  readonly type: "error";
  readonly problem: Problem;
}

export interface ChargeEvent {
  readonly type: "charge";
  /** What this answer was charged, in micro-US-dollars; 0 for a repeat. */
  readonly charge_micro_usd: number;
  /** The ids of its charges, one for each generation. */
  readonly ids: readonly string[];
  /** Whether the account had paid for all of it before. */
  readonly repeat: boolean;
  /** What the account has left, in micro-US-dollars; null if it was not asked. */
  readonly balance: number | null;
}

export interface Job {
  readonly id: JobId;
  readonly status: JobStatus;
  /** UTC, as in 2026-12-01T00:00:00.000Z. */
  readonly created_at: string;
  /** The name of the task, or `analyze`, or `batch`. */
  readonly task: string;
  /** The body that a direct request would have had, once the job has succeeded; null otherwise, and always in lists. */
  readonly result: FlatAnswer | FlatAnswerXywh | FlatAnswerCxcywh | RawAnswer | TextAnswer | BoxesAnswer | BoxesAnswerXywh | BoxesAnswerCxcywh | QuadsAnswer | QuadsAnswerXywh | QuadsAnswerCxcywh | PolygonsAnswer | PolygonsAnswerXywh | PolygonsAnswerCxcywh | ReferenceAnswer | AnalyzeAnswer | null;
  /** Why the job failed; null otherwise. */
  readonly problem: Problem | null;
  readonly urls: {
    /** Where the job is. */
    readonly get: string;
    /** The same address: DELETE cancels the job. */
    readonly cancel: string;
  };
}

/** `xyxy`: x1, y1, x2, y2. `xywh`: x, y, width, height. `cxcywh`: cx, cy, width, height. */
export type BoxFormat = "xyxy" | "xywh" | "cxcywh";

export interface ImageRequest {
  /** Upper bound on generated tokens; by default what the model's configuration says. */
  readonly max_new_tokens?: number | undefined;
  /** Number of beams of the beam search; 1 is greedy search. The default is in the model's configuration. */
  readonly beams?: number | undefined;
  /** Leaves out objects with a lower `score`. */
  readonly min_score?: number | undefined;
  /** Keeps this many objects, those with the highest scores, in the model's order. */
  readonly max_objects?: number | undefined;
  readonly box_format?: BoxFormat | undefined;
  /** Adds each object's outline as an SVG path or as a COCO RLE mask, and the score of a text. */
  readonly include?: readonly ("svg_path" | "coco_rle" | "score")[] | undefined;
  /** `flat`: one level, for no-code tools. `raw`: the generated text, with its tokens. */
  readonly format?: "json" | "flat" | "raw" | undefined;
  /** `reference`: exactly what Hugging Face's `post_process_generation` returns. */
  readonly compat?: "reference" | undefined;
  /** The answer drawn over the image. `png` only where the server has the memory for it. */
  readonly overlay?: "svg" | "png" | undefined;
  /** Whether the drawing contains the image; true by default. */
  readonly overlay_image?: boolean | undefined;
  /** Whether the answer is sent while it is generated, as server-sent events. */
  readonly stream?: boolean | undefined;
  /** Whether the answer comes later: the reply is then 202 with a job, whose address has the answer. `Prefer: respond-async` asks for the same. */
  readonly async?: boolean | undefined;
  /** An https URL that is told the end of the job, with a signed request. Only with `async`. */
  readonly webhook?: string | undefined;
  readonly image: JsonImage;
}

/** A JPEG, PNG, WebP or GIF file: its https URL, or base64, plain or as a data URI, or the handle of an upload (`upload_…`). */
export type JsonImage = string | {
  readonly base64: string;
} | {
  readonly url: string;
} | {
  readonly upload: UploadHandle;
};

/** The handle of an uploaded file, from POST /v1/uploads. It works for an hour, for the account that it was made for. */
export type UploadHandle = string;

export interface TextRequest {
  readonly text: string;
  /** Upper bound on generated tokens; by default what the model's configuration says. */
  readonly max_new_tokens?: number | undefined;
  /** Number of beams of the beam search; 1 is greedy search. The default is in the model's configuration. */
  readonly beams?: number | undefined;
  /** Leaves out objects with a lower `score`. */
  readonly min_score?: number | undefined;
  /** Keeps this many objects, those with the highest scores, in the model's order. */
  readonly max_objects?: number | undefined;
  readonly box_format?: BoxFormat | undefined;
  /** Adds each object's outline as an SVG path or as a COCO RLE mask, and the score of a text. */
  readonly include?: readonly ("svg_path" | "coco_rle" | "score")[] | undefined;
  /** `flat`: one level, for no-code tools. `raw`: the generated text, with its tokens. */
  readonly format?: "json" | "flat" | "raw" | undefined;
  /** `reference`: exactly what Hugging Face's `post_process_generation` returns. */
  readonly compat?: "reference" | undefined;
  /** The answer drawn over the image. `png` only where the server has the memory for it. */
  readonly overlay?: "svg" | "png" | undefined;
  /** Whether the drawing contains the image; true by default. */
  readonly overlay_image?: boolean | undefined;
  /** Whether the answer is sent while it is generated, as server-sent events. */
  readonly stream?: boolean | undefined;
  /** Whether the answer comes later: the reply is then 202 with a job, whose address has the answer. `Prefer: respond-async` asks for the same. */
  readonly async?: boolean | undefined;
  /** An https URL that is told the end of the job, with a signed request. Only with `async`. */
  readonly webhook?: string | undefined;
  readonly image: JsonImage;
}

/** Four of the model's location tokens, 0 to 999 each: x1, y1, x2, y2 in thousandths of the image. */
export type LocationTokens = string;

export interface RegionRequest {
  readonly region?: Region | LocationTokens | undefined;
  readonly normalized_region?: Region | undefined;
  /** Upper bound on generated tokens; by default what the model's configuration says. */
  readonly max_new_tokens?: number | undefined;
  /** Number of beams of the beam search; 1 is greedy search. The default is in the model's configuration. */
  readonly beams?: number | undefined;
  /** Leaves out objects with a lower `score`. */
  readonly min_score?: number | undefined;
  /** Keeps this many objects, those with the highest scores, in the model's order. */
  readonly max_objects?: number | undefined;
  readonly box_format?: BoxFormat | undefined;
  /** Adds each object's outline as an SVG path or as a COCO RLE mask, and the score of a text. */
  readonly include?: readonly ("svg_path" | "coco_rle" | "score")[] | undefined;
  /** `flat`: one level, for no-code tools. `raw`: the generated text, with its tokens. */
  readonly format?: "json" | "flat" | "raw" | undefined;
  /** `reference`: exactly what Hugging Face's `post_process_generation` returns. */
  readonly compat?: "reference" | undefined;
  /** The answer drawn over the image. `png` only where the server has the memory for it. */
  readonly overlay?: "svg" | "png" | undefined;
  /** Whether the drawing contains the image; true by default. */
  readonly overlay_image?: boolean | undefined;
  /** Whether the answer is sent while it is generated, as server-sent events. */
  readonly stream?: boolean | undefined;
  /** Whether the answer comes later: the reply is then 202 with a job, whose address has the answer. `Prefer: respond-async` asks for the same. */
  readonly async?: boolean | undefined;
  /** An https URL that is told the end of the job, with a signed request. Only with `async`. */
  readonly webhook?: string | undefined;
  readonly image: JsonImage;
}

/** x1 < x2 and y1 < y2, inside the image; in pixels, or in 0..1 where the name says normalized. */
export interface Region {
  readonly x1: number;
  readonly y1: number;
  readonly x2: number;
  readonly y2: number;
}

export interface LabelsRequest {
  readonly text?: string | undefined;
  readonly labels?: readonly string[] | undefined;
  /** Upper bound on generated tokens; by default what the model's configuration says. */
  readonly max_new_tokens?: number | undefined;
  /** Number of beams of the beam search; 1 is greedy search. The default is in the model's configuration. */
  readonly beams?: number | undefined;
  /** Leaves out objects with a lower `score`. */
  readonly min_score?: number | undefined;
  /** Keeps this many objects, those with the highest scores, in the model's order. */
  readonly max_objects?: number | undefined;
  readonly box_format?: BoxFormat | undefined;
  /** Adds each object's outline as an SVG path or as a COCO RLE mask, and the score of a text. */
  readonly include?: readonly ("svg_path" | "coco_rle" | "score")[] | undefined;
  /** `flat`: one level, for no-code tools. `raw`: the generated text, with its tokens. */
  readonly format?: "json" | "flat" | "raw" | undefined;
  /** `reference`: exactly what Hugging Face's `post_process_generation` returns. */
  readonly compat?: "reference" | undefined;
  /** The answer drawn over the image. `png` only where the server has the memory for it. */
  readonly overlay?: "svg" | "png" | undefined;
  /** Whether the drawing contains the image; true by default. */
  readonly overlay_image?: boolean | undefined;
  /** Whether the answer is sent while it is generated, as server-sent events. */
  readonly stream?: boolean | undefined;
  /** Whether the answer comes later: the reply is then 202 with a job, whose address has the answer. `Prefer: respond-async` asks for the same. */
  readonly async?: boolean | undefined;
  /** An https URL that is told the end of the job, with a signed request. Only with `async`. */
  readonly webhook?: string | undefined;
  readonly image: JsonImage;
}

export interface BatchAnswer {
  readonly results: readonly AnalyzeResult[];
}

export interface PreparedUpload {
  /** The handle: send it as `image`, once the file is uploaded. */
  readonly image: string;
  /** Where to PUT the file's bytes. It needs no key: whoever has it may send the file. */
  readonly put_url: string;
  /** Seconds for which handle and address work; then the file is deleted. */
  readonly expires_in: number;
  /** Largest file, in bytes. */
  readonly max_bytes: number;
  /** A command that sends the file; replace FILE by its path. */
  readonly curl: string;
}

export interface UploadedFile {
  /** The handle: send it as `image`. */
  readonly image: string;
  /** Bytes of the file. */
  readonly bytes: number;
}

export interface JobList {
  readonly jobs: readonly Job[];
  /** Send it as `cursor` for the next page; null: none. */
  readonly next: string | null;
}

export interface Health {
  readonly status: "ok";
}

export interface TaskList {
  readonly tasks: readonly ({
    readonly name: string;
    readonly path: string;
    readonly summary: string;
    readonly input: "none" | "text" | "labels" | "region";
    readonly answers: readonly ("text" | "boxes" | "quads" | "polygons")[];
  })[];
}

export interface ModelList {
  readonly models: readonly ({
    readonly id: string;
    readonly revision: string;
    readonly dtype: string;
    /** What the model can be asked about and what not, in English; empty if nothing is known. */
    readonly domain: string;
    readonly image_size: number;
  })[];
}

export interface Me {
  readonly account: {
    readonly id: string;
    readonly name: string;
    readonly status: "open" | "closed";
  };
  readonly key: {
    readonly id: string;
    readonly name: string;
    readonly last4: string;
    readonly expires: string | null;
  };
  readonly scopes: readonly Scope[];
  /** The only tasks of the key; null: all. */
  readonly tasks: readonly string[] | null;
  readonly unit: "usd-micro";
  /** Micro-US-dollars: 1000000 are one US dollar. */
  readonly balance: number;
  /** Part of the balance that requests in progress have reserved. */
  readonly held: number;
  /** How far below 0 the balance may go. */
  readonly credit_limit: number;
  /** Of the key. */
  readonly caps: {
    readonly day: {
      readonly cap: number | null;
      /** Micro-US-dollars: 1000000 are one US dollar. */
      readonly spent: number;
      /** The end of the period; null if it has none. */
      readonly resets: string | null;
    };
    readonly month: {
      readonly cap: number | null;
      /** Micro-US-dollars: 1000000 are one US dollar. */
      readonly spent: number;
      /** The end of the period; null if it has none. */
      readonly resets: string | null;
    };
    readonly total: {
      readonly cap: number | null;
      /** Micro-US-dollars: 1000000 are one US dollar. */
      readonly spent: number;
      /** The end of the period; null if it has none. */
      readonly resets: string | null;
    };
  };
  /** Of the account, in a UTC month. */
  readonly account_cap: {
    readonly cap: number | null;
    /** Micro-US-dollars: 1000000 are one US dollar. */
    readonly spent: number;
    /** The end of the period; null if it has none. */
    readonly resets: string | null;
  };
  readonly rate: {
    readonly policies: readonly ({
      readonly name: string;
      readonly requests: number;
      readonly seconds: number;
    })[];
    readonly concurrency: {
      readonly limit: number | null;
      readonly in_progress: number;
    };
  };
}

/** `infer`: Ask the model: every task, analyze and batch. Costs credits. `usage:read`: Read the account's usage and charges, its webhooks, and how events were told. `keys:write`: Create, list, change, rotate and revoke keys of the account; create, remove and test its webhooks, and make their secrets. `billing:write`: Add credits to the account. */
export type Scope = "infer" | "usage:read" | "keys:write" | "billing:write";

/** The tasks by the names of their methods. */
export const tasks = {
  /** Read the text in the image. */
  ocr: { name: "ocr", input: "none", answers: ["text"] },
  /** Read the text in the image, with the four corners of each text region. */
  ocrWithRegion: { name: "ocr-with-region", input: "none", answers: ["quads"] },
  /** Describe the image in a sentence. */
  caption: { name: "caption", input: "none", answers: ["text"] },
  /** Describe the image in a few sentences. */
  detailedCaption: { name: "detailed-caption", input: "none", answers: ["text"] },
  /** Describe the image in a paragraph. */
  moreDetailedCaption: { name: "more-detailed-caption", input: "none", answers: ["text"] },
  /** Find objects and name their categories. */
  objectDetection: { name: "object-detection", input: "none", answers: ["boxes"] },
  /** Find objects and describe each. */
  denseRegionCaption: { name: "dense-region-caption", input: "none", answers: ["boxes"] },
  /** Propose regions that contain objects, without labels. */
  regionProposal: { name: "region-proposal", input: "none", answers: ["boxes"] },
  /** Find what each phrase of a caption refers to. */
  captionToPhraseGrounding: { name: "caption-to-phrase-grounding", input: "text", answers: ["boxes"] },
  /** Outline the object that an expression refers to. */
  referringExpressionSegmentation: { name: "referring-expression-segmentation", input: "text", answers: ["polygons"] },
  /** Outline the object in a region. */
  regionToSegmentation: { name: "region-to-segmentation", input: "region", answers: ["polygons"] },
  /** Find the objects that you name. */
  openVocabularyDetection: { name: "open-vocabulary-detection", input: "labels", answers: ["boxes","polygons"] },
  /** Name the object in a region. */
  regionToCategory: { name: "region-to-category", input: "region", answers: ["text"] },
  /** Describe a region. */
  regionToDescription: { name: "region-to-description", input: "region", answers: ["text"] },
  /** Read the text in a region. */
  regionToOcr: { name: "region-to-ocr", input: "region", answers: ["text"] },
} as const;

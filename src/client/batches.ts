import type { AnswerPromise } from "./answer-promise.ts";
import type { Batch, BatchList } from "./batch-object.ts";
import type { BatchHandle } from "./batch-handle.ts";
import type { BatchResult } from "./batch-results.ts";
import type { CallOptions } from "./call.ts";
import type { AnswerInForm, Form, FormOf, RowOf, TaskName } from "./forms.ts";
import type { Image } from "./image.ts";
import type { AnalyzeItem, ItemResults } from "./items.ts";
import type { OneBody } from "./jobs.ts";
import type { Checked, InputOptions, OptionsOf } from "./methods.ts";

/** What all lines of a batch ask. */
export type BatchEndpoint = TaskName | "analyze" | "chat/completions" | "responses";

/** Options of `create` and `run`. There is no `maxPrice`: it bounds one answer, and each line has its own. */
export interface BatchOptions extends Omit<CallOptions, "idempotencyKey" | "maxPrice"> {
  /** Up to 16 pairs that the batch shows again. */
  readonly metadata?: Readonly<Record<string, string>> | undefined;
  /** `run` only: is called with a batch whenever its status or its counts have changed. */
  readonly onChange?: ((batch: Batch) => void) | undefined;
}

/** Lines, which are read one by one. */
export type Lines<Line> = Iterable<Line> | AsyncIterable<Line>;

/** What a line is known by: `custom_id` of its result. By default its number among the lines, from 1, as a text. */
interface Named {
  readonly custom_id?: string | undefined;
}

type Partly<Options> = Options extends unknown ? Partial<Options> : never;

/** An image, with options of its own beside those of all lines. The form of answers is the same for all. */
export type BatchLine<Name extends TaskName> = Named & { readonly image: Image } & Partial<
    Omit<InputOptions[RowOf<Name>["input"]], keyof Form | "stream">
  >;

/** A line of `analyze`: an image, and what is asked about it. */
export type AnalyzeLine = Named & { readonly image: Image; readonly tasks: readonly AnalyzeItem[] };

/** The input may be in the options of all lines, or in each line. */
type Known<Name extends TaskName> = Partly<OptionsOf<RowOf<Name>>> & BatchOptions & OneBody & NotInBatches;
interface NotInBatches {
  readonly idempotencyKey?: undefined;
  readonly maxPrice?: undefined;
}

interface Made<Answer> {
  readonly create: Promise<BatchHandle<Answer>>;
  readonly run: AsyncIterable<BatchResult<Answer>>;
}

/** `create` and `run`: what is asked determines the options, and the options the type of the answers. */
interface AskBatch<Kind extends keyof Made<unknown>> {
  <const Name extends TaskName>(
    task: Name,
    lines: Lines<Image | BatchLine<Name>>,
  ): Made<AnswerInForm<RowOf<Name>, FormOf<object>>>[Kind];
  <const Name extends TaskName, const Options extends Known<Name>>(
    task: Name,
    lines: Lines<Image | BatchLine<Name>>,
    options: Checked<Options, Known<Name>>,
  ): Made<AnswerInForm<RowOf<Name>, FormOf<Options>>>[Kind];
  (task: "analyze", lines: Lines<AnalyzeLine>, options?: BatchOptions): Made<ItemResults<readonly AnalyzeItem[]>>[Kind];
  /** A file whose lines are in OpenAI's shape already; `Answer` is the type of its answers. */
  <Answer = unknown>(endpoint: BatchEndpoint, file: Blob, options?: BatchOptions): Made<Answer>[Kind];
}

/** Which batches are listed. */
export interface BatchQuery {
  /** Batches on a page, 1 to 100; 20 by default. */
  readonly limit?: number | undefined;
  /** `last_id` of the page before. */
  readonly after?: string | undefined;
}

/**
 * Thousands of images as batches, within a day; where answers cost credits, at half the price. A line that cannot be answered has an error as its result, and the others go on. An image that is
 * too large for a line is uploaded first.
 */
export interface Batches {
  /**
   * Asks about as many lines as there are, and gives their results while it goes on, in no order: `for await (const { custom_id, answer } of florence.batches.run("caption", images))`. It sends the
   * lines in batches of up to 1,000, two at a time, so that few are in memory. Nothing is sent before the first result is asked for; leaving the loop cancels what has not ended.
   */
  readonly run: AskBatch<"run">;
  /** Sends all lines as one batch, 50,000 and 200 MB at most, and does not wait for it. Rejects for a line that cannot be sent. A file can be streamed from the disk: `openAsBlob` of `node:fs`. */
  readonly create: AskBatch<"create">;
  /** Returns a batch. `resume(id)` and `wait()` wait for its end. */
  get(id: string, options?: CallOptions): AnswerPromise<Batch>;
  /** Lists the account's batches, newest first. Rejects where there are no accounts. */
  list(query?: BatchQuery & CallOptions): AnswerPromise<BatchList>;
  /** Cancels a batch, unless it has ended, and returns it as it is then. Lines that are answered stay. */
  cancel(id: string, options?: CallOptions): AnswerPromise<Batch>;
  /** Returns a handle of a batch that was created before, by its id; `Answer` is the type of its answers. */
  resume<Answer = unknown>(id: string, options?: CallOptions): Promise<BatchHandle<Answer>>;
}

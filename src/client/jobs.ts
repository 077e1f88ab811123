import type { AnswerPromise } from "./answer-promise.ts";
import type { CallOptions } from "./call.ts";
import type { Job, JobList, JobStatus } from "./contract.ts";
import type { AnswerInForm, FormOf, RowOf, TaskName, TaskRow } from "./forms.ts";
import type { Image } from "./image.ts";
import type { AnalyzeItem, BatchItem, ItemResults } from "./items.ts";
import type { JobHandle } from "./job-handle.ts";
import type { Checked, OptionsOf } from "./methods.ts";

/** What may be asked of a request that is answered later. */
export interface LaterOptions {
  /** An https URL that is told the end of the job, with a signed request: `verifyWebhook` checks it. */
  readonly webhook?: string | undefined;
}

/** Which jobs are listed. */
export interface JobQuery {
  readonly status?: JobStatus | undefined;
  /** Jobs on a page, 1 to 100; 20 by default. */
  readonly limit?: number | undefined;
  /** `next` of the page before. */
  readonly cursor?: string | undefined;
}

/** An answer that comes later is one JSON body. */
export interface OneBody {
  readonly overlay?: undefined;
  readonly stream?: undefined;
}

type Known<Name extends TaskName> = OptionsOf<RowOf<Name>> & LaterOptions & OneBody;

/** The tasks that need only an image, and those that need more. */
type ImageTask = Extract<TaskRow, { readonly input: "none" }>["name"];
type InputTask = Exclude<TaskName, ImageTask>;

/** The handle of a task's job. */
type TaskJob<Name extends TaskName, Options> = Promise<JobHandle<AnswerInForm<RowOf<Name>, FormOf<Options>>>>;

/** Creates a job of one task: its input determines the options, and the options determine the type of the answer. */
export interface CreateJob {
  <const Name extends ImageTask, const Options extends Known<Name> = object>(
    task: Name,
    image: Image,
    options?: Checked<Options, Known<Name>>,
  ): TaskJob<Name, Options>;
  <const Name extends InputTask, const Options extends Known<Name>>(
    task: Name,
    image: Image,
    options: Checked<Options, Known<Name>>,
  ): TaskJob<Name, Options>;
}

/**
 * Requests that are answered later: the API replies at once with a job, and works on it when it can, for a day at most. For work that takes longer than a connection lasts. To create one costs
 * nothing; a lost reply creates no second job, since each call has an `idempotencyKey`.
 */
export interface Jobs {
  /** Has a task answered later: `florence.jobs.create("caption", image)`. The answer is that of the task's own method. */
  readonly create: CreateJob;
  /** Has several tasks on one image answered later. */
  analyze<const Items extends readonly AnalyzeItem[]>(
    image: Image,
    items: Items,
    options?: CallOptions & LaterOptions,
  ): Promise<JobHandle<ItemResults<Items>>>;
  /** Has several tasks, each on its own image, answered later. */
  batch<const Items extends readonly BatchItem[]>(
    items: Items,
    options?: CallOptions & LaterOptions,
  ): Promise<JobHandle<ItemResults<Items>>>;
  /** Returns a job. `Prefer: wait=N` in `headers` waits for its end; `resume(id)` and `wait()` do that for as long as it takes. */
  get(id: string, options?: CallOptions): AnswerPromise<Job>;
  /** Lists the account's jobs, newest first, without their results. Rejects where there are no accounts. */
  list(query?: JobQuery & CallOptions): AnswerPromise<JobList>;
  /** Cancels a job, unless it has ended, and returns it as it is then. */
  cancel(id: string, options?: CallOptions): AnswerPromise<Job>;
  /** Returns a handle of a job that was created before, by its id; `Answer` is the type of its answer. */
  resume<Answer = NonNullable<Job["result"]>>(id: string, options?: CallOptions): Promise<JobHandle<Answer>>;
}

import type { BatchMessage } from "../src/batches/live-book.ts";
import type { JobMessage } from "../src/jobs/live-book.ts";

/** Bindings that a deployment may leave out: without the queues and the bucket, nothing is answered later. */
export interface JobBindings {
  readonly JOBS?: Queue<JobMessage>;
  readonly BATCHES?: Queue<BatchMessage>;
  readonly JOB_FILES?: R2Bucket;
}

import type { JobMessage } from "../src/jobs/live-book.ts";

/** Bindings that a deployment may leave out: without the queue and the bucket, nothing is answered later. */
export interface JobBindings {
  readonly JOBS?: Queue<JobMessage>;
  readonly JOB_FILES?: R2Bucket;
}

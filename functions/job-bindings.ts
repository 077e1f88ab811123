/** What wakes the consumer of jobs: the job's book and its id. The row in the book is the truth. */
export interface JobMessage {
  readonly book: string;
  readonly id: string;
}

/** Bindings that a deployment may leave out: without the queue and the bucket, nothing is answered later. */
export interface JobBindings {
  readonly JOBS?: Queue<JobMessage>;
  readonly JOB_FILES?: R2Bucket;
}

import {
  BATCH_PURPOSE,
  type BatchObject,
  type BatchStatus,
  COMPLETION_WINDOW,
  type FileObject,
  OUTPUT_PURPOSE,
} from "../contract/batches.ts";
import type { BatchFacts, FileFacts, Paged } from "../contract/batches-port.ts";

function seconds(milliseconds: number): number {
  return Math.floor(milliseconds / 1000);
}

function secondsOr(milliseconds: number | null): number | null {
  return milliseconds === null ? null : seconds(milliseconds);
}

/** A file as OpenAI's clients read it. */
export function fileView({ id, bytes, createdMs, expiresMs, filename, isOutput }: FileFacts): FileObject {
  return {
    id,
    object: "file",
    bytes,
    created_at: seconds(createdMs),
    expires_at: seconds(expiresMs),
    filename,
    purpose: isOutput ? OUTPUT_PURPOSE : BATCH_PURPOSE,
    status: "processed",
    status_details: null,
  };
}

/** A batch as OpenAI's clients read it. */
export function batchView(batch: BatchFacts): BatchObject {
  const { id, endpoint, errors, inputFile, status, outputFile, errorFile, total, completed, failed, metadata } = batch;
  const endedAs = (one: BatchStatus): number | null => (status === one ? secondsOr(batch.endedMs) : null);
  return {
    id,
    object: "batch",
    endpoint,
    errors: errors.length === 0 ? null : { object: "list", data: errors },
    input_file_id: inputFile,
    completion_window: COMPLETION_WINDOW,
    status,
    output_file_id: outputFile,
    error_file_id: errorFile,
    created_at: seconds(batch.createdMs),
    in_progress_at: secondsOr(batch.inProgressMs),
    expires_at: seconds(batch.expiresMs),
    finalizing_at: secondsOr(batch.finalizingMs),
    completed_at: endedAs("completed"),
    failed_at: endedAs("failed"),
    expired_at: endedAs("expired"),
    cancelling_at: secondsOr(batch.cancellingMs),
    cancelled_at: endedAs("cancelled"),
    request_counts: { total, completed, failed },
    metadata,
  };
}

/** A page as OpenAI's clients read it. */
export function listView<Row extends { readonly id: string }>({ rows, hasMore }: Paged<Row>) {
  return {
    object: "list",
    data: rows,
    first_id: rows[0]?.id ?? null,
    last_id: rows.at(-1)?.id ?? null,
    has_more: hasMore,
  };
}

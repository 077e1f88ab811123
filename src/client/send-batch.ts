import { type Batch, BATCHES_PATH, FILES_PATH } from "./batch-object.ts";
import { TRANSFER_MS } from "./batch-results.ts";
import { call, type CallOptions, type Connection } from "./call.ts";
import { randomDigits } from "./random-digits.ts";

/** A file of lines, with what is said of its batch. */
export interface NewBatch {
  readonly file: Blob;
  /** As in `caption`. */
  readonly endpoint: string;
  readonly metadata: Readonly<Record<string, string>> | undefined;
}

/** A form with the file, as a Blob: it is read from where it lies while it is sent, as often as attempts are made. */
function formOf(file: Blob, boundary: string): Blob {
  const purpose = `--${boundary}\r\nContent-Disposition: form-data; name="purpose"\r\n\r\nbatch\r\n`;
  const head = `--${boundary}\r\nContent-Disposition: form-data; name="file"; filename="lines.jsonl"\r\n`;
  return new Blob([purpose, head, "Content-Type: application/jsonl\r\n\r\n", file, `\r\n--${boundary}--\r\n`]);
}

/** Sends a file, and creates its batch. A retry whose first attempt was answered, but not heard, creates no second one. Rejects with `FlorenceError`. */
export async function sendBatch(
  connection: Connection,
  { file, endpoint, metadata }: NewBatch,
  settings: CallOptions,
): Promise<Batch> {
  const boundary = randomDigits(connection);
  const sent = await call<{ readonly id: string }>(
    connection,
    {
      method: "POST",
      path: FILES_PATH,
      mediaType: `multipart/form-data; boundary=${boundary}`,
      body: formOf(file, boundary),
    },
    { ...settings, timeoutMs: settings.timeoutMs ?? TRANSFER_MS },
  );
  const body = {
    input_file_id: sent.data.id,
    endpoint: `/v1/${endpoint}`,
    completion_window: "24h",
    ...(metadata !== undefined && { metadata }),
  };
  const request = {
    method: "POST",
    path: BATCHES_PATH,
    mediaType: "application/json",
    body: JSON.stringify(body),
  } as const;
  const { data } = await call<Batch>(connection, request, { ...settings, idempotencyKey: randomDigits(connection) });
  return data;
}

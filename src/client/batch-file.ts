import { type AnyLine, type LineContext, writeLines } from "./batch-lines.ts";
import { MAX_BATCH_LINES, MAX_FILE_BYTES } from "./batch-object.ts";
import type { Lines } from "./batches.ts";
import { FlorenceError } from "./florence-error.ts";

/** All lines as one file. `maxBytes` is smaller in tests. Throws what is wrong with one, and `too-many-lines` or `file-too-large`. */
export async function batchFile(
  lines: Lines<AnyLine>,
  context: LineContext,
  maxBytes: number = MAX_FILE_BYTES,
): Promise<Blob> {
  const parts: Uint8Array<ArrayBuffer>[] = [];
  let bytes = 0;
  for await (const line of writeLines(lines, context)) {
    if ("error" in line) throw line.error;
    parts.push(line.bytes);
    bytes += line.bytes.length;
    if (parts.length > MAX_BATCH_LINES) {
      throw new FlorenceError("too-many-lines", `A batch has at most ${MAX_BATCH_LINES} lines.`);
    }
    if (bytes > maxBytes) {
      const detail = `The lines of a batch have at most ${maxBytes} bytes.`;
      throw new FlorenceError("file-too-large", detail, { fix: "Use `batches.run`, or name images by their URLs." });
    }
  }
  if (parts.length === 0) throw new FlorenceError("empty-file", "There is no line.");
  return new Blob(parts);
}

import { concatBytes } from "../bytes/concat-bytes.ts";
import { Problem } from "../contract/problems.ts";
import { abortable } from "./abortable.ts";

/**
 * Reads a response's whole body, holding at most `maxBytes` and one chunk: a larger declared length is refused before reading, and the
 * decompressed bytes are counted as they arrive. Throws `Problem` `body-too-large`, or `signal`'s reason.
 */
export async function readBounded(response: Response, maxBytes: number, signal: AbortSignal): Promise<Uint8Array> {
  const tooLarge = new Problem("body-too-large", `An image may have at most ${maxBytes} bytes.`);
  const reader = response.body?.getReader();
  if (reader === undefined) return new Uint8Array();
  try {
    if (Number(response.headers.get("content-length") ?? 0) > maxBytes) throw tooLarge;
    const chunks: Uint8Array[] = [];
    let length = 0;
    for (let next = await abortable(signal, reader.read()); !next.done; next = await abortable(signal, reader.read())) {
      length += next.value.byteLength;
      if (length > maxBytes) throw tooLarge;
      chunks.push(next.value);
    }
    return concatBytes(chunks);
  } catch (thrown) {
    // Not awaited: a stalled server would stall the cancellation too.
    void reader.cancel(thrown).catch(() => {});
    throw thrown;
  }
}

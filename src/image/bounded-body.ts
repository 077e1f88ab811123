import { joinBytes } from "../bytes/join.ts";
import { Problem } from "../contract/problems.ts";
import { unless } from "./abortable.ts";

/**
 * A response's whole body, never holding more than `maxBytes` and a chunk: a declared length above it is refused unread, and bytes are
 * counted as they come, unpacked. Throws `Problem` `body-too-large`, or `signal`'s reason.
 */
export async function readBounded(response: Response, maxBytes: number, signal: AbortSignal): Promise<Uint8Array> {
  const tooLarge = new Problem("body-too-large", `An image may have at most ${maxBytes} bytes.`);
  const reader = response.body?.getReader();
  if (reader === undefined) return new Uint8Array();
  try {
    if (Number(response.headers.get("content-length") ?? 0) > maxBytes) throw tooLarge;
    const chunks: Uint8Array[] = [];
    let length = 0;
    for (let next = await unless(signal, reader.read()); !next.done; next = await unless(signal, reader.read())) {
      length += next.value.byteLength;
      if (length > maxBytes) throw tooLarge;
      chunks.push(next.value);
    }
    return joinBytes(chunks);
  } catch (thrown) {
    // Not waited for: a server that stalls would stall this, too.
    void reader.cancel(thrown).catch(() => {});
    throw thrown;
  }
}

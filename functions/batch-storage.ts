import { Problem } from "../src/contract/problems.ts";
import type { BatchStorage, PartedObject } from "../src/batches/storage.ts";
import type { ContentPart } from "../src/batches/book-port.ts";

/** Runs a call of the bucket, whose failures are problems. */
async function guarded<Value>(work: () => Promise<Value>): Promise<Value> {
  try {
    return await work();
  } catch (cause) {
    if (cause instanceof Problem) throw cause;
    throw new Problem("storage-unavailable", "The storage of batches did not reply.", { cause });
  }
}

async function partedIn(bucket: R2Bucket, name: string): Promise<PartedObject> {
  const upload = await guarded(() => bucket.createMultipartUpload(name));
  const parts: R2UploadedPart[] = [];
  return {
    put: (bytes) => guarded(async () => void parts.push(await upload.uploadPart(parts.length + 1, bytes))),
    complete: () => guarded(async () => void (await upload.complete(parts))),
    abort: () => guarded(() => upload.abort()),
  };
}

async function bodyOf(bucket: R2Bucket, { object }: ContentPart): Promise<ReadableStream<Uint8Array>> {
  const found = await bucket.get(object);
  if (found === null) throw new Problem("unknown-file", "The file was deleted.");
  return found.body;
}

/** Passes objects on, one after another. What fails breaks the stream, so that nobody takes a part for the whole. */
async function pass(
  bucket: R2Bucket,
  bodies: AsyncIterable<ReadableStream<Uint8Array>>,
  writable: WritableStream<Uint8Array>,
) {
  try {
    for await (const body of bodies) await body.pipeTo(writable, { preventClose: true });
    await writable.close();
  } catch (thrown) {
    await writable.abort(thrown).catch(() => undefined);
  }
}

async function joined(bucket: R2Bucket, parts: readonly ContentPart[]): Promise<ReadableStream<Uint8Array>> {
  const [first, ...others] = parts;
  const { readable, writable } = new FixedLengthStream(parts.reduce((sum, { bytes }) => sum + bytes, 0));
  const firstBody = first === undefined ? undefined : await guarded(() => bodyOf(bucket, first));
  const bodies = async function* () {
    if (firstBody !== undefined) yield firstBody;
    for (const part of others) yield await bodyOf(bucket, part);
  };
  void pass(bucket, bodies(), writable);
  return readable;
}

/** The bucket as a storage. */
export function batchStorage(bucket: R2Bucket): BatchStorage {
  return {
    put: (name, bytes) => guarded(async () => void (await bucket.put(name, bytes))),
    putInParts: (name) => partedIn(bucket, name),
    read: (name, range) =>
      guarded(async () => {
        const object = await bucket.get(name, { range });
        return object === null ? undefined : new Uint8Array(await object.arrayBuffer());
      }),
    join: (parts) => joined(bucket, parts),
    delete: (names) => guarded(() => bucket.delete([...names])),
  };
}

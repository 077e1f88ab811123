import { createHash } from "node:crypto";
import { type FileHandle, mkdir, open, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { MAX_PART_BYTES, type ModelEntry } from "../../src/weights/shards.ts";
import { UsageError } from "../run-command.ts";

/** A file's entry in the manifest. */
export type FileEntry = ModelEntry["files"][number];
type PartEntry = FileEntry["parts"][number];

/** A file of a model, before it is split. */
export interface SourceFile {
  /** The path in the onnx-community layout and in the manifest. */
  readonly path: string;
  /** The path of its bytes on disk. */
  readonly from: string;
}

/** A file that fits into one part keeps its name, so that the folder of a small model has the layout that other tools read. */
function partPath(id: string, path: string, index: number, isOnly: boolean): string {
  return isOnly ? `${id}/${path}` : `${id}/${path}.${String(index).padStart(3, "0")}`;
}

async function writePart(folder: string, path: string, bytes: Uint8Array): Promise<PartEntry> {
  await mkdir(dirname(join(folder, path)), { recursive: true });
  await writeFile(join(folder, path), bytes);
  return { path, bytes: bytes.length, sha256: createHash("sha256").update(bytes).digest("hex") };
}

/** Reads the next part; empty at the end of the file. The result is a view of `buffer`, valid until the next call. */
async function readPart(file: FileHandle, buffer: Buffer): Promise<Buffer> {
  let length = 0;
  while (length < buffer.length) {
    const { bytesRead } = await file.read(buffer, length, buffer.length - length);
    if (bytesRead === 0) break;
    length += bytesRead;
  }
  return buffer.subarray(0, length);
}

/** Writes a file's parts below `folder`, with one part in memory at a time. Throws `UsageError` for an empty file. */
export async function shardFile(folder: string, id: string, { path, from }: SourceFile): Promise<FileEntry> {
  const file = await open(from);
  try {
    const { size } = await file.stat();
    if (size === 0) throw new UsageError(`${from} is empty`);
    const [hash, buffer] = [createHash("sha256"), Buffer.alloc(Math.min(size, MAX_PART_BYTES))];
    const parts: PartEntry[] = [];
    let part = await readPart(file, buffer);
    while (part.length > 0) {
      hash.update(part);
      parts.push(await writePart(folder, partPath(id, path, parts.length, size <= MAX_PART_BYTES), part));
      part = await readPart(file, buffer);
    }
    return { path, bytes: size, sha256: hash.digest("hex"), parts };
  } finally {
    await file.close();
  }
}

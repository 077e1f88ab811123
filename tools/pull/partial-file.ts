import { constants } from "node:fs";
import { type FileHandle, mkdir, open, readFile, rm, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import * as z from "zod";
import { createDigest } from "./digest.ts";
import type { RemoteFile } from "./hub.ts";
import { PullError } from "./pull-error.ts";

/** Stored next to the bytes: identifies the remote file that they are the beginning of. */
const record = z.object({ etag: z.string(), size: z.int(), validator: z.string().optional() });

/** The part of a file that has been downloaded so far, on disk, with its running hash. */
export interface PartialFile {
  readonly bytes: () => number;
  /** The strong ETag of the storage that the bytes came from, for `If-Range`. */
  readonly validator: () => string | undefined;
  readonly append: (chunk: Uint8Array) => Promise<void>;
  /** Discards all bytes and starts again with those of this validator. */
  readonly restart: (validator: string | undefined) => Promise<void>;
  /** Returns the digest in hexadecimal; no more bytes can be appended after that. */
  readonly digest: () => string;
  readonly close: () => Promise<void>;
}

const recordPath = (path: string): string => `${path}.json`;

async function readRecord(path: string, { etag, size }: RemoteFile): Promise<z.output<typeof record> | undefined> {
  const text = await readFile(recordPath(path), "utf8").catch(() => "");
  try {
    const stored = record.parse(JSON.parse(text));
    return stored.etag === etag && stored.size === size ? stored : undefined;
  } catch {
    // Missing or truncated: the origin of the bytes next to it is unknown.
    return undefined;
  }
}

function diskError(error: unknown, path: string): unknown {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  if (code !== "ENOSPC" && code !== "EDQUOT") return error;
  return new PullError(`The disk is full: ${path} cannot grow. Make room and run this again, it goes on from here.`);
}

async function write(file: FileHandle, path: string, chunk: Uint8Array, at: number): Promise<void> {
  try {
    let written = 0;
    while (written < chunk.length) {
      written += (await file.write(chunk, written, chunk.length - written, at + written)).bytesWritten;
    }
  } catch (error) {
    throw diskError(error, path);
  }
}

/** Removes a partial file and its record. */
export async function removePartial(path: string): Promise<void> {
  await rm(path, { force: true });
  await rm(recordPath(path), { force: true });
}

/** Opens the partial file of `remote` at `path` and hashes its bytes; discards bytes that belong to another file. */
export async function openPartial(path: string, remote: RemoteFile): Promise<PartialFile> {
  await mkdir(dirname(path), { recursive: true });
  const file = await open(path, constants.O_RDWR | constants.O_CREAT);
  let [hash, bytes] = [createDigest(remote.digest.algorithm, remote.size), 0];
  let validator: string | undefined;
  const restart = async (next: string | undefined): Promise<void> => {
    await file.truncate(0);
    [hash, bytes, validator] = [createDigest(remote.digest.algorithm, remote.size), 0, next];
    await writeFile(recordPath(path), JSON.stringify({ etag: remote.etag, size: remote.size, validator }));
  };
  const stored = await readRecord(path, remote);
  if (stored === undefined || (await file.stat()).size > remote.size) await restart(undefined);
  else {
    validator = stored.validator;
    for await (const chunk of file.createReadStream({ start: 0, autoClose: false })) {
      hash.update(chunk);
      bytes += chunk.length;
    }
  }
  return {
    bytes: () => bytes,
    validator: () => validator,
    append: async (chunk) => {
      await write(file, path, chunk, bytes);
      hash.update(chunk);
      bytes += chunk.length;
    },
    restart,
    digest: () => hash.digest("hex"),
    close: () => file.close(),
  };
}

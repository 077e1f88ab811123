import { type FileHandle, open } from "node:fs/promises";
import { describeContent, HEAD_BYTES } from "../../src/weights/file-content.ts";
import { onnx } from "../../src/weights/onnx-fields.ts";
import { MAX_FIELD_HEADER_BYTES, readField } from "../../src/weights/protobuf.ts";
import { UsageError } from "../run-command.ts";
import type { SourceFile } from "./parts.ts";

/** Thrown for files whose contents are not what their names say; the message lists each with what to do. */
export class ContentError extends UsageError {}

async function readAt(file: FileHandle, position: number, length: number): Promise<Uint8Array> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, position);
  return buffer.subarray(0, bytesRead);
}

/** `isOnnxModel` for a file of any size: reads the headers of the model's own fields, and skips the graph. */
async function isOnnxFile(file: FileHandle): Promise<boolean> {
  const { size } = await file.stat();
  let [offset, hasGraph] = [0, false];
  try {
    while (offset < size) {
      const field = readField(await readAt(file, offset, MAX_FIELD_HEADER_BYTES), 0);
      hasGraph ||= field.number === onnx.model.graph && field.end > field.value;
      offset += field.end;
    }
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
  return hasGraph && offset === size;
}

async function isJsonFile(file: FileHandle): Promise<boolean> {
  try {
    // Decoded as the runtime does, which skips a byte order mark.
    JSON.parse(new TextDecoder().decode(await file.readFile()));
    return true;
  } catch (error) {
    if (error instanceof SyntaxError) return false;
    throw error;
  }
}

/** How the files of a model are checked, by the ends of their names. A model has no others. */
const checks: readonly { readonly suffix: string; readonly isRight: (file: FileHandle) => Promise<boolean> }[] = [
  { suffix: ".onnx", isRight: isOnnxFile },
  { suffix: ".json", isRight: isJsonFile },
];

/** Says what is wrong with a file; undefined if it is what its name says. */
async function faultOf({ path, from }: SourceFile): Promise<string | undefined> {
  const check = checks.find(({ suffix }) => path.endsWith(suffix));
  const file = await open(from);
  try {
    const isRight = check === undefined || (await check.isRight(file));
    return isRight ? undefined : describeContent(path, await readAt(file, 0, HEAD_BYTES));
  } finally {
    await file.close();
  }
}

/**
 * Throws `ContentError` if files are not what their names say, JSON or complete ONNX models: a clone without Git LFS has pointers, a
 * download may be a web page. Holds no graph in memory.
 */
export async function checkContents(files: readonly SourceFile[]): Promise<void> {
  const faults: string[] = [];
  for (const file of files) {
    const fault = await faultOf(file);
    if (fault !== undefined) faults.push(fault);
  }
  if (faults.length > 0) throw new ContentError(faults.join("\n"));
}

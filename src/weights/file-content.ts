import { onnx, readMessage } from "./onnx-fields.ts";

/** Bytes at the start of a file that are looked at. A Git LFS pointer has fewer than 1024 (git-lfs, docs/spec.md). */
export const HEAD_BYTES = 1024;

/** What a file's first bytes say that it is. */
interface Content {
  readonly pattern: RegExp;
  readonly is: string;
  /** What to do if a graph or a JSON file was expected. */
  readonly fix: string;
}

/** The first line of a pointer, with the addresses of all versions of the format. */
const lfsPointer = /^version https?:\/\/(?:git-lfs\.github\.com|hawser\.github\.com|git-media\.io)\//u;

const AGAIN = "download or export it again";

/** Binary data that no row describes. */
const other: Content = { pattern: /^/u, is: "binary data of another kind, or cut off", fix: AGAIN };

/** The first row that matches the head, decoded as text, is what the file is. */
const contents: readonly Content[] = [
  { pattern: /^$/u, is: "empty", fix: AGAIN },
  {
    pattern: lfsPointer,
    is: "a Git LFS pointer, not the file itself",
    fix: "run `git lfs install` and `git lfs pull` in the clone that it comes from",
  },
  {
    pattern: /^\s*<(?:!doctype|html|head|body|\?xml)/iu,
    is: "a web page or XML",
    fix: "a server answered something else in its place: download it again",
  },
  {
    // No control characters but white space. The end may be half a character, which is decoded as U+FFFD.
    pattern: /^(?:[^\p{Cc}\uFFFD]|[\t\n\v\f\r])*\uFFFD?$/u,
    is: "a text",
    fix: AGAIN,
  },
  other,
];

/** Byte order marks: PowerShell writes UTF-16 when it redirects a download to a file. */
const encodings = [
  { mark: [0xff, 0xfe], encoding: "utf-16le" },
  { mark: [0xfe, 0xff], encoding: "utf-16be" },
] as const;

function decodeHead(bytes: Uint8Array): string {
  const head = bytes.subarray(0, HEAD_BYTES);
  const marked = encodings.find(({ mark }) => mark.every((byte, at) => head[at] === byte));
  return new TextDecoder(marked?.encoding ?? "utf-8").decode(head);
}

/** Whether the bytes, of which the first `HEAD_BYTES` are enough, begin a Git LFS pointer. */
export function isLfsPointer(bytes: Uint8Array): boolean {
  return lfsPointer.test(decodeHead(bytes));
}

/**
 * Says what a file is whose bytes are not what its name says, and what to do. `bytes` may be the first `HEAD_BYTES` alone. `path`
 * decides what was expected: JSON, or else an ONNX graph.
 */
export function describeContent(path: string, bytes: Uint8Array): string {
  const head = decodeHead(bytes);
  const { is, fix } = contents.find(({ pattern }) => pattern.test(head)) ?? other;
  return `${path} is not ${path.endsWith(".json") ? "JSON" : "an ONNX graph"} but ${is}: ${fix}.`;
}

/** Whether bytes are an ONNX model: a protobuf message, complete to its end, that has a graph. */
export function isOnnxModel(bytes: Uint8Array): boolean {
  try {
    const [graph] = readMessage(bytes, { value: 0, end: bytes.length }).all(onnx.model.graph);
    return graph !== undefined && readMessage(bytes, graph).fields.length > 0;
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}

import * as z from "zod";
import { Problem } from "../contract/problems.ts";
import { sha256 } from "../bytes/sha256.ts";
import { describeContent, isLfsPointer } from "./file-content.ts";

/** Maximum size in bytes of one part of a file: a static asset may have 25 MiB. */
export const MAX_PART_BYTES = 24 * 1024 * 1024;

/** Path of the manifest, next to the models' folders. */
export const MANIFEST_PATH = "manifest.json";

/**
 * A path below its folder: names with slashes between. A name starts with no dot, so that none is "..", and hidden files are none. Without backslashes,
 * colons and percent signs, it means the same to every system and to URLs.
 */
const RelativePath = z
  .string()
  .regex(/^(?:[A-Za-z0-9_][A-Za-z0-9._-]*\/)*[A-Za-z0-9_][A-Za-z0-9._-]*$/, "no path below the folder of the manifest");

const Sha256 = z.string().regex(/^[0-9a-f]{64}$/);

const partEntry = z.object({
  /** Relative to the folder of the manifest, with slashes. */
  path: RelativePath,
  bytes: z.int().positive().max(MAX_PART_BYTES),
  sha256: Sha256,
});

const fileEntry = z
  .object({
    /** As in the onnx-community layout: `onnx/vision_encoder.onnx`, `config.json`. */
    path: RelativePath,
    bytes: z.int().positive(),
    sha256: Sha256,
    parts: z.array(partEntry).min(1),
  })
  .refine(({ bytes, parts }) => bytes === parts.reduce((sum, each) => sum + each.bytes, 0), {
    error: "the parts do not add up to the file",
  })
  .refine(({ parts: [first, ...others], ...whole }) => others.length > 0 || first?.sha256 === whole.sha256, {
    error: "the only part has another sha256 than the file",
  });

/** Maximum length of a domain note: pages and terminals show it in one line or two. */
export const MAX_DOMAIN_LENGTH = 200;

/** What a model can be asked about and what not: one line of text, without control characters because terminals show it. */
export const DomainNote = z
  .string()
  .regex(/^[^\p{Cc}]+$/u, "one line of text")
  .max(MAX_DOMAIN_LENGTH);

const modelEntry = z.object({
  id: z.string().min(1),
  /** Changes when any byte of any file changes. */
  revision: z.string().min(1),
  dtype: z.string().min(1),
  /** Not part of the revision: it changes no answer. */
  domain: DomainNote.optional(),
  files: z.array(fileEntry).min(1),
});

/** `model-shards/manifest.json`: all models of the deployment, with the size and SHA-256 of each file and part. */
export const Manifest = z.object({ version: z.literal(1), models: z.array(modelEntry) });
export type Manifest = z.infer<typeof Manifest>;
export type ModelEntry = z.infer<typeof modelEntry>;
type FileEntry = z.infer<typeof fileEntry>;
type PartEntry = z.infer<typeof partEntry>;

/** Reads a file in the manifest's folder: from static assets at the edge, from a folder in Node. Rejects or returns 404 if it does not exist. */
export type ReadAsset = (path: string) => Promise<Response>;

type Bytes = Uint8Array<ArrayBuffer>;

/** Throws `model-unavailable`, naming the asset, if it cannot be read completely. */
async function readAsset(read: ReadAsset, path: string): Promise<Bytes> {
  try {
    const response = await read(path);
    // Reads the body of an error response too: workerd warns about unread bodies.
    const body = await response.arrayBuffer();
    if (response.ok) return new Uint8Array(body);
    throw new Error(`status ${response.status}`);
  } catch (cause) {
    throw new Problem("model-unavailable", `${path} could not be fetched.`, { cause });
  }
}

/** Says how bytes differ from their entry in the manifest; undefined if they do not. */
async function difference(bytes: Bytes, expected: FileEntry | PartEntry): Promise<string | undefined> {
  if (bytes.length !== expected.bytes) return `has ${bytes.length} bytes instead of ${expected.bytes}.`;
  if ((await sha256(bytes)) !== expected.sha256) return "has another SHA-256 than its manifest says.";
  return undefined;
}

async function verify(bytes: Bytes, expected: FileEntry | PartEntry): Promise<void> {
  const { path } = expected;
  const found = await difference(bytes, expected);
  if (found === undefined) return;
  throw new Problem("model-corrupt", isLfsPointer(bytes) ? describeContent(path, bytes) : `${path} ${found}`);
}

async function readPart(read: ReadAsset, part: PartEntry): Promise<Bytes> {
  const bytes = await readAsset(read, part.path);
  await verify(bytes, part);
  return bytes;
}

async function readFile(read: ReadAsset, file: FileEntry): Promise<Bytes> {
  const [first, ...others] = file.parts;
  if (first !== undefined && others.length === 0) return readPart(read, first);
  const bytes = new Uint8Array(file.bytes);
  let offset = 0;
  for (const part of file.parts) {
    bytes.set(await readPart(read, part), offset);
    offset += part.bytes;
  }
  // Each part is already verified; this verifies their order.
  await verify(bytes, file);
  return bytes;
}

/** The files of one model. Each file is verified against the manifest when it is read. */
export interface ModelShards {
  readonly id: string;
  readonly revision: string;
  readonly dtype: string;
  /** What the model can be asked about; left out if the manifest says nothing. */
  readonly domain?: string;
  /**
   * Reads one whole file into memory. Throws `model-corrupt`, naming the file, if it does not match the manifest or is not in
   * it, and `model-unavailable` if it cannot be read.
   */
  bytes(path: string): Promise<Bytes>;
  /** Reads a JSON file as `bytes` does, and parses it. */
  json(path: string): Promise<unknown>;
}

function parseJson(bytes: Uint8Array, path: string): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch (cause) {
    throw new Problem("model-corrupt", describeContent(path, bytes), { cause });
  }
}

async function readManifest(read: ReadAsset): Promise<Manifest> {
  const result = Manifest.safeParse(parseJson(await readAsset(read, MANIFEST_PATH), MANIFEST_PATH));
  if (result.success) return result.data;
  throw new Problem("model-corrupt", `${MANIFEST_PATH}: ${z.prettifyError(result.error)}`);
}

/** Reads the manifest and opens a model. Throws `misconfigured` if the manifest does not contain the model. */
export async function openModelShards(read: ReadAsset, id: string): Promise<ModelShards> {
  const { models } = await readManifest(read);
  const entry = models.find((each) => each.id === id);
  if (entry === undefined) throw new Problem("misconfigured", `${MANIFEST_PATH} has no model ${JSON.stringify(id)}.`);
  const bytes = async (path: string): Promise<Bytes> => {
    const found = entry.files.find((each) => each.path === path);
    if (found === undefined) throw new Problem("model-corrupt", `${MANIFEST_PATH} lists no ${path} for ${id}.`);
    return readFile(read, found);
  };
  const { revision, dtype, domain } = entry;
  return {
    id,
    revision,
    dtype,
    ...(domain !== undefined && { domain }),
    bytes,
    json: async (path) => parseJson(await bytes(path), path),
  };
}

import { sha256 } from "../bytes/sha256.ts";
import {
  BatchCreation,
  batchEndpoints,
  BatchListQuery,
  DEFAULT_BATCH_PAGE,
  OUTPUT_PURPOSE,
} from "../contract/batches.ts";
import type { Batches, BatchesMount, BatchPage, Paged } from "../contract/batches-port.ts";
import type { JobPayer } from "../contract/jobs-port.ts";
import { invalidParameter } from "../contract/parameter-problems.ts";
import { Problem } from "../contract/problems.ts";
import type { TaskRow } from "../contract/service.ts";
import type { Admit, Place } from "./admission.ts";
import { batchView, fileView, listView } from "./batch-views.ts";
import { receiveUpload } from "./file-upload.ts";
import { idempotencyKeyOf } from "./idempotency-key.ts";
import { readJsonObject } from "./json-request.ts";
import type { PaidAnswers } from "./paid-request.ts";
import { queryFields } from "./query-fields.ts";
import { validated } from "./validated.ts";

/** What the routes of files and batches need. */
export interface BatchRouteOptions {
  readonly tasks: readonly TaskRow[];
  readonly admit: Admit;
  readonly timeout: (milliseconds: number) => AbortSignal;
  readonly accounts?: PaidAnswers | undefined;
  /** Left out where there are no batches: then the operations say so. */
  readonly batches?: BatchesMount | undefined;
}

/** A call of one of the operations. */
type BatchCall = (request: Request, options: BatchRouteOptions, place: Place) => Promise<Response>;

/** Largest body of a new batch, in bytes: `metadata` may have 10 kB. */
const MAX_CREATION_BYTES = 64 * 1024;

/** Largest number of brackets, commas and colons of a new batch: four members, and sixteen pairs. */
const MAX_CREATION_DELIMITERS = 100;

function available({ batches }: BatchRouteOptions): Promise<Batches> {
  if (batches === undefined) throw new Problem("batches-unavailable", "This deployment has no queue for batches.");
  return batches.load();
}

/** The account that asks; undefined where there are no accounts. Throws the problem of a key. */
async function payerOf({ headers }: Request, { accounts }: BatchRouteOptions): Promise<JobPayer | undefined> {
  return accounts?.payerOf(headers);
}

async function asked(request: Request, options: BatchRouteOptions) {
  const batches = await available(options);
  const payer = await payerOf(request, options);
  return { batches, payer, owner: { account: payer?.account } };
}

/** The part of the path that is an id: the one after `files` or `batches`. */
function idOf({ url }: Request): string {
  return new URL(url).pathname.split("/")[4] ?? "";
}

/** A reply about what is one caller's: nobody keeps it. */
function privateJson(value: object): Response {
  return Response.json(value, { headers: { "cache-control": "no-store" } });
}

/** Receives a file. */
export const sendFile: BatchCall = async (request, options, place) => {
  const { batches, owner } = await asked(request, options);
  const { timeout } = options;
  return privateJson(fileView(await receiveUpload(request, batches, { owner, timeout, place })));
};

export const getFile: BatchCall = async (request, options) => {
  const { batches, owner } = await asked(request, options);
  return privateJson(fileView(await batches.file(idOf(request), owner)));
};

/** Sends a file, which is never in memory as a whole. */
export const getContent: BatchCall = async (request, options) => {
  const { batches, owner } = await asked(request, options);
  const { file, bytes } = await batches.content(idOf(request), owner);
  const headers = {
    "content-type": "application/jsonl",
    "content-length": String(file.bytes),
    "content-disposition": `attachment; filename="${file.id}.jsonl"`,
    "cache-control": "no-store",
  };
  return new Response(bytes, { headers });
};

export const deleteFile: BatchCall = async (request, options) => {
  const { batches, owner } = await asked(request, options);
  const id = idOf(request);
  await batches.deleteFile(id, owner);
  return privateJson({ id, object: "file", deleted: true });
};

/** The page that a list is asked for. Throws `list-needs-account` where nobody owns anything. */
async function pageOf(request: Request, options: BatchRouteOptions) {
  const { batches, owner } = await asked(request, options);
  const { account } = owner;
  if (account === undefined) {
    throw new Problem("list-needs-account", "Without accounts nobody owns a file or a batch: keep their ids.");
  }
  const { limit = DEFAULT_BATCH_PAGE, after, purpose } = validated(BatchListQuery, queryFields(request));
  const page: BatchPage = { account, limit, after };
  return { batches, page, purpose };
}

function mapped<Row, Shown>({ rows, hasMore }: Paged<Row>, show: (row: Row) => Shown): Paged<Shown> {
  return { rows: rows.map(show), hasMore };
}

export const listFiles: BatchCall = async (request, options) => {
  const { batches, page, purpose } = await pageOf(request, options);
  const isOutput = purpose === undefined ? undefined : purpose === OUTPUT_PURPOSE;
  return privateJson(listView(mapped(await batches.files({ ...page, isOutput }), fileView)));
};

/** Creates a batch. Throws `Problem`. */
export const createBatch: BatchCall = async (request, options, { count }) => {
  const { batches, payer } = await asked(request, options);
  const limits = { ...count, timeout: options.timeout, maxBytes: MAX_CREATION_BYTES };
  const given = await readJsonObject(request, MAX_CREATION_DELIMITERS, limits);
  const { input_file_id: inputFile, endpoint, metadata = null } = validated(BatchCreation, given);
  const endpoints = batchEndpoints(options.tasks.map(({ name }) => name));
  const path = endpoints.get(endpoint);
  if (path === undefined) {
    throw invalidParameter(
      "endpoint",
      `There is no such endpoint of batches. There are: ${[...endpoints.keys()].join(", ")}.`,
    );
  }
  const batch = await batches.create({
    payer,
    idempotencyKey: idempotencyKeyOf(request.headers),
    fingerprint: await sha256(
      JSON.stringify([
        inputFile,
        endpoint,
        Object.entries(metadata ?? {}).toSorted(([one], [other]) => (one < other ? -1 : 1)),
      ]),
    ),
    inputFile,
    endpoint,
    path,
    metadata,
    origin: new URL(request.url).origin,
  });
  return privateJson(batchView(batch));
};

export const getBatch: BatchCall = async (request, options) => {
  const { batches, owner } = await asked(request, options);
  return privateJson(batchView(await batches.batch(idOf(request), owner)));
};

export const cancelBatch: BatchCall = async (request, options) => {
  const { batches, owner } = await asked(request, options);
  return privateJson(batchView(await batches.cancel(idOf(request), owner)));
};

export const listBatches: BatchCall = async (request, options) => {
  const { batches, page } = await pageOf(request, options);
  return privateJson(listView(mapped(await batches.batches(page), batchView)));
};

import { Problem } from "../contract/problems.ts";
import {
  MAX_UPLOAD_BYTES,
  type PreparedUpload,
  UPLOAD_PATH,
  UPLOAD_SECONDS,
  UPLOADS_PATH,
} from "../contract/uploads.ts";
import type { Uploads } from "../contract/uploads-port.ts";
import { type Admit, whenAborted } from "./admission.ts";
import { BODY_TIMEOUT_MS, readBody } from "./body.ts";
import { callerOf } from "./caller.ts";
import { contentCodingOf } from "./content-coding.ts";
import { invalidRequest } from "./invalid-request.ts";
import type { PaidAnswers } from "./paid-request.ts";
import type { Route } from "./route.ts";

/** What the routes of uploads need. */
export interface UploadRouteOptions {
  readonly admit: Admit;
  readonly timeout: (milliseconds: number) => AbortSignal;
  readonly accounts?: PaidAnswers | undefined;
  /** Left out where nothing is stored: then the operations say so. */
  readonly uploads?: Uploads | undefined;
}

function available({ uploads }: UploadRouteOptions): Uploads {
  if (uploads !== undefined) return uploads;
  throw new Problem("uploads-unavailable", "This deployment has no storage for files.");
}

/** Whose the upload is: the key's account, or nobody's where there are no accounts. Throws the problem of a key. */
async function ownerOf({ headers }: Request, { accounts }: UploadRouteOptions): Promise<string> {
  return accounts === undefined ? "" : accounts.accountOf(headers);
}

/** Refuses a body: whoever sends one means to upload the file here. An empty JSON object is as good as none. */
async function requireNoBody(request: Request, timeout: UploadRouteOptions["timeout"]): Promise<void> {
  try {
    await readBody(request, { timeout, maxBytes: "{}".length });
  } catch (thrown) {
    if (!(thrown instanceof Problem) || thrown.code !== "body-too-large") throw thrown;
    throw invalidRequest("", "This operation takes no body: send the file with PUT to the `put_url` that it answers.");
  }
}

function preparedUpload(url: string, handle: string, signature: string): PreparedUpload {
  const putUrl = new URL(`${UPLOADS_PATH}/${handle}`, url);
  putUrl.searchParams.set("signature", signature);
  return {
    image: handle,
    put_url: putUrl.href,
    expires_in: UPLOAD_SECONDS,
    max_bytes: MAX_UPLOAD_BYTES,
    curl: `curl -T FILE '${putUrl.href}'`,
  };
}

/** The declared length of a file. It is needed before the first byte: storage takes a stream only with its length. Throws `Problem`. */
function lengthOf({ headers, body }: Request): number {
  if (contentCodingOf(headers) !== undefined) {
    throw new Problem("invalid-content-encoding", "A file is uploaded as it is: without Content-Encoding.");
  }
  const declared = headers.get("content-length") ?? "";
  if (!/^\d+$/u.test(declared)) throw new Problem("length-required", "The request has no Content-Length.");
  const length = Number(declared);
  if (length > MAX_UPLOAD_BYTES) {
    throw new Problem("body-too-large", `An image may have at most ${MAX_UPLOAD_BYTES} bytes.`);
  }
  if (length === 0 || body === null) throw new Problem("image-required", "The file has no bytes.");
  return length;
}

/** What ended a transfer: the time that a body may take, or what the storage says. */
function transferProblem(cause: unknown, deadline: AbortSignal): unknown {
  if (!deadline.aborted) return cause;
  return new Problem("body-timeout", `The file had not arrived after ${BODY_TIMEOUT_MS / 1000} seconds.`, { cause });
}

async function putFile(request: Request, options: UploadRouteOptions): Promise<Response> {
  const uploads = available(options);
  const { pathname, searchParams } = new URL(request.url);
  const handle = pathname.slice(pathname.lastIndexOf("/") + 1);
  const signature = searchParams.get("signature") ?? "";
  const length = lengthOf(request);
  const deadline = options.timeout(BODY_TIMEOUT_MS);
  const bytes = request.body ?? new ReadableStream();
  try {
    const signal = AbortSignal.any([request.signal, deadline]);
    await uploads.put({ handle, signature }, { bytes, length, signal });
  } catch (thrown) {
    throw transferProblem(thrown, deadline);
  }
  return Response.json({ image: handle, bytes: length }, { headers: { "cache-control": "no-store" } });
}

async function prepareUpload(request: Request, options: UploadRouteOptions): Promise<Response> {
  const uploads = available(options);
  const owner = await ownerOf(request, options);
  await requireNoBody(request, options.timeout);
  const { handle, signature } = await uploads.prepare(owner);
  const headers = { "cache-control": "no-store" };
  return Response.json(preparedUpload(request.url, handle, signature), { status: 201, headers });
}

/** The routes of uploads. A file is not held in memory while it passes. */
export function uploadRoutes(options: UploadRouteOptions): readonly Route[] {
  const admitted =
    (handle: typeof putFile): Route["handle"] =>
    (request) =>
      options.admit({ caller: callerOf(request.headers), whenLeft: whenAborted(request.signal) }, () =>
        handle(request, options),
      );
  return [
    { method: "POST", path: UPLOADS_PATH, handle: admitted(prepareUpload) },
    { method: "PUT", path: UPLOAD_PATH.replace("{upload}", ":upload"), handle: admitted(putFile) },
  ];
}

import { readPieces } from "../bytes/read-pieces.ts";
import { Problem } from "../contract/problems.ts";
import { MAX_PARTS } from "./multipart/parts.ts";
import { type PartHeader, parsePartHeader } from "./multipart/part-header.ts";
import { createPartReader, type PartEvent } from "./multipart/part-reader.ts";
import type { Place } from "./admission.ts";
import { BODY_TIMEOUT_MS, incomplete } from "./body.ts";
import { contentCodingOf, inflate } from "./content-coding.ts";
import { boundaryIn } from "./form.ts";
import { invalidRequest } from "./invalid-request.ts";
import { hintFor, mediaTypeOf, unsupportedMediaType } from "./media-type.ts";

/** Most bytes of a field of such a form. */
const MAX_FIELD_BYTES = 1024;

/** Bytes of which the time is limited, one after another: a large file may take long, and a connection that stalls may not. */
const TIMED_BYTES = 1024 * 1024;

/** Who takes the parts of a form as they arrive. */
export interface FormTaker {
  /** A file begins. Throws `Problem` if it is not wanted. */
  file(header: PartHeader): Promise<void>;
  /** The next bytes of the file, valid until this resolves. */
  bytes(bytes: Uint8Array): Promise<void>;
  /** A field is whole. Throws `Problem` if it is not wanted. */
  field(name: string, text: string): void;
}

/** How a form is received. */
export interface ReceiveFormOptions {
  readonly timeout: (milliseconds: number) => AbortSignal;
  readonly place: Place;
}

/** A signal that is aborted when nothing has been heard for `BODY_TIMEOUT_MS`. */
function createPatience({ timeout, place }: ReceiveFormOptions, { signal: left }: Request) {
  const controller = new AbortController();
  let latest: AbortSignal | undefined;
  const renew = (): void => {
    const mine = timeout(BODY_TIMEOUT_MS);
    latest = mine;
    mine.addEventListener("abort", () => mine === latest && controller.abort(mine.reason), { once: true });
    place.renew();
  };
  renew();
  const revoked = place.count.revoked?.();
  const all = [left, controller.signal, ...(revoked === undefined ? [] : [revoked])];
  return { renew, stalled: controller.signal, signal: AbortSignal.any(all) };
}

/** The pieces of a body, decompressed. */
async function* piecesOf(request: Request, options: ReceiveFormOptions): AsyncGenerator<Uint8Array, void, void> {
  const coding = contentCodingOf(request.headers);
  if (request.body === null) return;
  const { renew, stalled, signal } = createPatience(options, request);
  const received = readPieces(request.body, { signal, isJoined: true });
  let untimed = TIMED_BYTES;
  try {
    for await (const piece of coding === undefined ? received : inflate(received, coding)) {
      yield piece;
      untimed -= piece.length;
      if (untimed > 0) continue;
      untimed = TIMED_BYTES;
      renew();
    }
  } catch (thrown) {
    throw thrown instanceof Problem ? thrown : incomplete(thrown, stalled);
  }
}

function textOf(name: string, bytes: readonly number[]): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: false }).decode(Uint8Array.from(bytes)).trim();
  } catch {
    throw invalidRequest(name, "Send UTF-8.");
  }
}

/** Creates what gives the parts of a form to a taker. */
function createParts(taker: FormTaker) {
  let open: { readonly name: string; readonly bytes: number[] } | "file" | undefined;
  let count = 0;
  const close = (): void => {
    if (open !== undefined && open !== "file") taker.field(open.name, textOf(open.name, open.bytes));
    open = undefined;
  };
  const begin = async (header: PartHeader): Promise<void> => {
    close();
    count += 1;
    if (count > MAX_PARTS) throw invalidRequest("", `The form has more than ${MAX_PARTS} parts.`);
    const { name, fileName, transferEncoding } = header;
    if (name === undefined) throw invalidRequest("", "A part of the form has no name.");
    if (/^(?:base64|quoted-printable)$/u.test(transferEncoding)) {
      throw invalidRequest(name, `Send the part's bytes as they are, not ${transferEncoding}.`);
    }
    if (fileName === undefined && name !== "file") open = { name, bytes: [] };
    else {
      open = "file";
      await taker.file(header);
    }
  };
  return {
    close,
    take: async (event: PartEvent): Promise<void> => {
      if (event.kind === "failure") throw invalidRequest("", event.failure);
      if (event.kind === "header") return begin(parsePartHeader(event.header));
      if (open === "file") return taker.bytes(event.bytes);
      if (open === undefined) return;
      const { name, bytes } = open;
      if (bytes.length + event.bytes.length > MAX_FIELD_BYTES) {
        throw invalidRequest(name, `A field of this form has at most ${MAX_FIELD_BYTES} bytes.`);
      }
      bytes.push(...event.bytes);
    },
  };
}

/** Receives a multipart form, of which a few pieces are in memory at a time. Throws `Problem`. */
export async function receiveForm(request: Request, taker: FormTaker, options: ReceiveFormOptions): Promise<void> {
  if (mediaTypeOf(request) !== "multipart/form-data") {
    throw unsupportedMediaType(
      request.headers.get("content-type") ?? "",
      hintFor(new Uint8Array()) || "This operation takes a form, as multipart/form-data.",
    );
  }
  const reader = createPartReader(boundaryIn(request.headers.get("content-type") ?? ""));
  const parts = createParts(taker);
  for await (const piece of piecesOf(request, options)) {
    for (const event of reader.push(piece)) await parts.take(event);
  }
  const failure = reader.end();
  if (failure !== undefined) throw invalidRequest("", failure);
  parts.close();
}

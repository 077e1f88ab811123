import { type ByteLru, createByteLru } from "../cache/byte-lru.ts";
import { type Form, isDrawing } from "../contract/forms.ts";
import type { TaskRequest } from "../contract/service.ts";
import { type AnswerBody, jsonFormBody } from "./answer-body.ts";

/** Largest body that is remembered, in bytes: a small image in base64. Ten of the largest fill the memory; to read a larger one takes little beside its hash. */
export const MAX_KNOWN_BODY_BYTES = 32 * 1024;

/** Memory of an isolate for all known requests, in bytes: some two hundred with a URL, fifty with an image of 4 kB. */
export const KNOWN_REQUESTS_BYTES = 1024 * 1024;

/** Memory of a request besides its body and its answer, in bytes: its objects, and what later steps remember of it (prompts, keys). */
const REQUEST_BYTES = 2000;

/** Memory for each character of a key, in bytes: itself, two at the worst, and as much for the texts in the request. */
const KEY_CHARACTER_BYTES = 4;

/** Memory for each character of an answer in JSON, in bytes: itself, and the objects that it was written from. */
const ANSWER_CHARACTER_BYTES = 6;

/** A body, and all else that determines what it asks for. */
export interface ReadBody {
  readonly task: string;
  /** The part of the URL from its question mark on. */
  readonly search: string;
  readonly contentType: string;
  readonly body: Uint8Array;
}

/**
 * What one owner's bodies have been found to ask for, by their exact bytes: a valid request is read once, and a repeat is the same object. So the steps that follow
 * can remember, in weak maps that end with it, what they have made of it.
 */
export interface OwnRequests {
  /** Returns the request that a body asks for: the known one, or what `read` returns. What it throws is not remembered, and neither are images that are not text. */
  requestOf(body: ReadBody, read: () => TaskRequest): TaskRequest;
}

/** The known requests of an isolate, in `KNOWN_REQUESTS_BYTES`. */
export interface KnownRequests {
  /** Those of an owner: others cannot notice, by times, what it has asked. */
  of(owner: string | undefined): OwnRequests;
  /** Returns the body of an answer to a known request, which is written once; undefined for any other request, and for a drawing. */
  bodyOf(request: TaskRequest, form: Form): AnswerBody | undefined;
  /** What all of it is counted as, in bytes. */
  readonly bytes: number;
}

interface Known {
  readonly request: TaskRequest;
  readonly answer?: { readonly form: Form; readonly body: AnswerBody };
  readonly bytes: number;
}

// Any bytes are a text in it, and different bytes are different texts.
const latin1 = new TextDecoder("latin1");

function bytesOf(key: string): number {
  return REQUEST_BYTES + KEY_CHARACTER_BYTES * key.length;
}

/** Creates an empty memory of requests. */
export function createKnownRequests(maxBytes = KNOWN_REQUESTS_BYTES): KnownRequests {
  const known: ByteLru<Known> = createByteLru({ maxBytes, bytesOf: (each) => each.bytes });
  const keys = new WeakMap<TaskRequest, string>();
  const own = (owner: string): OwnRequests => ({
    requestOf: ({ task, search, contentType, body }, read) => {
      if (body.byteLength > MAX_KNOWN_BODY_BYTES) return read();
      // None of the others has a line break; the body, which may have, is last.
      const key = `${owner}\n${task}\n${search}\n${contentType}\n${latin1.decode(body)}`;
      const found = known.get(key)?.request;
      if (found !== undefined) return found;
      const request = read();
      if (request.image.kind === "bytes") return request;
      known.set(key, { request, bytes: bytesOf(key) });
      keys.set(request, key);
      return request;
    },
  });
  return {
    of: (owner) => own(owner === undefined ? "" : JSON.stringify(owner)),
    bodyOf: (request, form) => {
      const key = keys.get(request);
      if (key === undefined || isDrawing(form)) return undefined;
      const answer = known.get(key)?.answer;
      if (answer?.form === form) return answer.body;
      const body = { ...jsonFormBody(form), isRemembered: true };
      const bytes = bytesOf(key) + ANSWER_CHARACTER_BYTES * body.fingerprint.length;
      known.set(key, { request, answer: { form, body }, bytes });
      return body;
    },
    get bytes() {
      return known.bytes;
    },
  };
}

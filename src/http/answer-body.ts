import { FLAT_CHARGE, type FlatAnswer, type Form, isDrawing, isFlat, type JsonForm } from "../contract/forms.ts";

/** A rendered answer as a response body. */
export interface AnswerBody {
  /** Whether the same object is sent repeatedly, so that what is made of it is remembered with it; not by default. */
  readonly isRemembered?: boolean;
  /** Equal only for bodies that say the same; they may differ in the id of the request. */
  readonly fingerprint: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Rejects with `Problem` if the body cannot be made. */
  readonly open: () => Promise<BodyInit>;
  /** The body with what it cost, in micro-US-dollars, where its form has a place for it; the fingerprint does not depend on that. */
  readonly withCharge?: (amount: number) => BodyInit;
}

/**
 * Content-Security-Policy of a drawing. A browser opens it as a page if its URL is followed. The page may show its content, but neither run
 * scripts nor fetch anything.
 */
export const DRAWING_POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'; sandbox";

/**
 * Time in which a drawing must be read, in milliseconds: until then the image that it embeds is in memory. The largest, 14 MB, arrives in time at
 * 1 Mbit/s.
 */
export const SEND_TIMEOUT_MS = 120_000;

/**
 * Streams the chunks on demand, so that only one is in memory. Once `deadline` is aborted, the stream fails and what the chunks hold is released.
 * `onEnd` is called when nothing is held any more.
 */
function streamOf(chunks: Iterable<string>, deadline: AbortSignal, onEnd: () => void): ReadableStream<Uint8Array> {
  let iterator: Iterator<string> | undefined = chunks[Symbol.iterator]();
  const encoder = new TextEncoder();
  const end = (): void => {
    iterator = undefined;
    onEnd();
  };
  return new ReadableStream({
    start: (controller) => {
      deadline.addEventListener("abort", () => {
        if (iterator !== undefined) controller.error(deadline.reason);
        end();
      });
    },
    pull: (controller) => {
      const next = iterator?.next();
      if (next === undefined) return;
      if (next.done !== true) return controller.enqueue(encoder.encode(next.value));
      end();
      controller.close();
    },
    cancel: end,
  });
}

/** A value as a JSON body. */
export function jsonBody(value: unknown): AnswerBody {
  const json = JSON.stringify(value);
  return { fingerprint: json, headers: { "content-type": "application/json" }, open: async () => json };
}

/** A JSON body with the id of its request, on which its fingerprint does not depend. */
export function jsonBodyOf(valueOf: (requestId: string) => unknown, requestId: string): AnswerBody {
  return { ...jsonBody(valueOf(requestId)), fingerprint: JSON.stringify(valueOf("")) };
}

/** A flat answer as a JSON body: no-code tools read no headers, so it tells what it cost. */
function flatBody(form: FlatAnswer): AnswerBody {
  return { ...jsonBody(form), withCharge: (amount) => JSON.stringify({ ...form, [FLAT_CHARGE]: amount }) };
}

/** A rendered answer that is no drawing, as a JSON body. */
export function jsonFormBody(form: JsonForm): AnswerBody {
  return isFlat(form) ? flatBody(form) : jsonBody(form);
}

/** What the body of an answer needs. */
export interface AnswerBodyOptions {
  /** Creates a signal, as `AbortSignal.timeout` does. */
  readonly timeout: (milliseconds: number) => AbortSignal;
  /** Called with a promise that resolves when a drawing, and the image in it, is in memory no more. */
  readonly holdUntil: (ended: Promise<void>) => void;
}

/** A rendered answer as a body: JSON, or a drawing with its media type. */
export function answerBody(form: Form, { timeout, holdUntil }: AnswerBodyOptions): AnswerBody {
  if (!isDrawing(form)) return jsonFormBody(form);
  const headers = {
    "content-type": form.mediaType,
    "content-security-policy": DRAWING_POLICY,
    "x-content-type-options": "nosniff",
  };
  const open = async () => {
    if (form.mediaType === "image/png") return form.render();
    const ended = Promise.withResolvers<void>();
    holdUntil(ended.promise);
    return streamOf(form.chunks(), timeout(SEND_TIMEOUT_MS), ended.resolve);
  };
  return { fingerprint: form.mediaType + form.fingerprint, headers, open };
}

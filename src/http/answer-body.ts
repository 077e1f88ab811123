import { type Form, isDrawing } from "../contract/forms.ts";

/** A rendered answer as a response body. */
export interface AnswerBody {
  /** Equal only for equal bodies. */
  readonly fingerprint: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Rejects with `Problem` if the body cannot be made. */
  readonly open: () => Promise<BodyInit>;
}

/**
 * Content-Security-Policy of a drawing. A browser opens it as a page if its URL is followed. The page may show its content, but neither run
 * scripts nor fetch anything.
 */
export const DRAWING_POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'; sandbox";

/** Streams the chunks on demand, so that only one is in memory. */
function streamOf(chunks: Iterable<string>): ReadableStream<Uint8Array> {
  const iterator = chunks[Symbol.iterator]();
  const encoder = new TextEncoder();
  return new ReadableStream({
    pull: (controller) => {
      const next = iterator.next();
      if (next.done === true) controller.close();
      else controller.enqueue(encoder.encode(next.value));
    },
  });
}

/** A value as a JSON body. */
export function jsonBody(value: unknown): AnswerBody {
  const json = JSON.stringify(value);
  return { fingerprint: json, headers: { "content-type": "application/json" }, open: async () => json };
}

/** A rendered answer as a body: JSON, or a drawing with its media type. */
export function answerBody(form: Form): AnswerBody {
  if (!isDrawing(form)) return jsonBody(form);
  const headers = {
    "content-type": form.mediaType,
    "content-security-policy": DRAWING_POLICY,
    "x-content-type-options": "nosniff",
  };
  const open = async () => (form.mediaType === "image/png" ? form.render() : streamOf(form.chunks()));
  return { fingerprint: form.mediaType + form.fingerprint, headers, open };
}

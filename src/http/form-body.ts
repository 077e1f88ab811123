import { type Form, isDrawing } from "../contract/forms.ts";

/** A form as a response's body. */
export interface FormBody {
  /** The same only for equal bodies. */
  readonly fingerprint: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly open: () => BodyInit;
}

/** A drawing is opened as a page of its own where its address is followed: it may show what it holds, and neither run nor fetch anything. */
const DRAWING_POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'; sandbox";

/** Pieces as they are read, so that only one is held. */
function streamOf(pieces: Iterable<string>): ReadableStream<Uint8Array> {
  const iterator = pieces[Symbol.iterator]();
  const encoder = new TextEncoder();
  return new ReadableStream({
    pull: (controller) => {
      const next = iterator.next();
      if (next.done === true) controller.close();
      else controller.enqueue(encoder.encode(next.value));
    },
  });
}

/** How JSON is sent. */
export function jsonBody(value: unknown): FormBody {
  const json = JSON.stringify(value);
  return { fingerprint: json, headers: { "content-type": "application/json" }, open: () => json };
}

/** How a form is sent. */
export function formBody(form: Form): FormBody {
  if (!isDrawing(form)) return jsonBody(form);
  const headers = {
    "content-type": form.mediaType,
    "content-security-policy": DRAWING_POLICY,
    "x-content-type-options": "nosniff",
  };
  return { fingerprint: form.mediaType + form.fingerprint, headers, open: () => streamOf(form.pieces()) };
}

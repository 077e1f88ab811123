import { describe, expect, it } from "vitest";
import type { SvgDrawing } from "../../src/contract/forms.ts";
import { answerBody, SEND_TIMEOUT_MS } from "../../src/http/answer-body.ts";

/** A drawing of three chunks, and how many of them were made. */
function drawing() {
  let made = 0;
  const form: SvgDrawing = {
    type: "drawing",
    mediaType: "image/svg+xml",
    fingerprint: "f",
    *chunks() {
      for (const chunk of ["<svg>", "…", "</svg>"]) {
        made += 1;
        yield chunk;
      }
    },
  };
  return { form, made: () => made };
}

/** The body of a drawing as a response, and its deadline. */
async function open({ form }: ReturnType<typeof drawing>) {
  const deadline = new AbortController();
  const times: number[] = [];
  const body = await answerBody(form, (milliseconds) => {
    times.push(milliseconds);
    return deadline.signal;
  }).open();
  return { response: new Response(body), deadline, times };
}

describe("a drawing's body", () => {
  it("is made as it is read", async () => {
    const source = drawing();
    const { response, times } = await open(source);
    const reader = response.body?.getReader();
    await reader?.read();
    expect(source.made()).toBeLessThan(3);
    expect(times).toEqual([SEND_TIMEOUT_MS]);
    await reader?.cancel();
  });

  it("is whole for who reads it in time", async () => {
    const { response, deadline } = await open(drawing());
    expect(await response.text()).toBe("<svg>…</svg>");
    deadline.abort();
  });

  it("fails for who does not", async () => {
    const source = drawing();
    const { response, deadline } = await open(source);
    const reader = response.body?.getReader();
    await reader?.read();
    const made = source.made();
    deadline.abort(new Error("too slow"));
    await expect(reader?.read().then(() => reader.read())).rejects.toThrow("too slow");
    expect(source.made()).toBe(made);
  });
});

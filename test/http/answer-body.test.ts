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

/** The body of a drawing as a response, its deadline, and whether what it holds is released. */
async function open({ form }: ReturnType<typeof drawing>) {
  const deadline = new AbortController();
  const times: number[] = [];
  let isHeld = false;
  const body = await answerBody(form, {
    timeout: (milliseconds) => {
      times.push(milliseconds);
      return deadline.signal;
    },
    holdUntil: (ended) => {
      isHeld = true;
      void ended.then(() => (isHeld = false));
    },
  }).open();
  return { response: new Response(body), deadline, times, isHeld: () => isHeld };
}

describe("a drawing's body", () => {
  it("is made as it is read", async () => {
    const source = drawing();
    const { response, times, isHeld } = await open(source);
    const reader = response.body?.getReader();
    await reader?.read();
    expect(source.made()).toBeLessThan(3);
    expect([times, isHeld()]).toEqual([[SEND_TIMEOUT_MS], true]);
    await reader?.cancel();
    expect(isHeld()).toBe(false);
  });

  it("is whole for who reads it in time", async () => {
    const { response, deadline, isHeld } = await open(drawing());
    expect(await response.text()).toBe("<svg>…</svg>");
    expect(isHeld()).toBe(false);
    deadline.abort();
  });

  it("fails for who does not", async () => {
    const source = drawing();
    const { response, deadline, isHeld } = await open(source);
    const reader = response.body?.getReader();
    await reader?.read();
    const made = source.made();
    deadline.abort(new Error("too slow"));
    await expect(reader?.read().then(() => reader.read())).rejects.toThrow("too slow");
    expect([source.made(), isHeld()]).toEqual([made, false]);
  });
});

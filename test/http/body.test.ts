import { describe, expect, it } from "vitest";
import { ProblemDetails } from "../../src/contract/problem-details.ts";
import { Problem } from "../../src/contract/problems.ts";
import { BODY_TIMEOUT_MS, MAX_BODY_BYTES, readBody } from "../../src/http/body.ts";
import { fakeApp } from "../support/fake-service.ts";

const POST = { method: "POST", duplex: "half" };

/** A request whose body is this stream. */
function streamed(
  start: (controller: ReadableStreamDefaultController<Uint8Array>) => void,
  path = "/v1/caption",
  headers: Readonly<Record<string, string>> = {},
) {
  return new Request(`https://florence.test${path}`, { ...POST, body: new ReadableStream({ start }), headers });
}

/** The headers of a body that is read at once, since a small length is declared, and of one that is read in pieces. */
const lengths = [{ "content-length": "3" }, {}];

/** A request with a body of zeros. */
const bodyOf = (length: number) =>
  streamed((controller) => {
    controller.enqueue(new Uint8Array(length));
    controller.close();
  });

function sendThree(controller: ReadableStreamDefaultController<Uint8Array>): void {
  controller.enqueue(Uint8Array.of(1, 2, 3));
  controller.close();
}

const codeOf = async (response: Response) => ProblemDetails.parse(await response.json()).code;

describe("a body", () => {
  it("is copied at once: its sender may use the memory of a chunk again", async () => {
    const chunk = Uint8Array.of(0);
    let sent = 0;
    const body = new ReadableStream<Uint8Array>(
      {
        pull: (controller) => {
          chunk[0] = sent;
          sent += 1;
          if (sent <= 5) controller.enqueue(chunk);
          else controller.close();
        },
      },
      { highWaterMark: 0 },
    );
    expect(await readBody(new Request("https://florence.test", { ...POST, body }))).toEqual(
      Uint8Array.of(0, 1, 2, 3, 4),
    );
  });

  it("has the bytes that it has, whatever length is declared", async () => {
    for (const declared of ["0", "1", "5", "1000", "none"]) {
      const body = new Blob([Uint8Array.of(1, 2, 3)]).stream();
      const request = new Request("https://florence.test", { ...POST, body, headers: { "content-length": declared } });
      // oxlint-disable-next-line no-await-in-loop -- a few
      expect(await readBody(request)).toEqual(Uint8Array.of(1, 2, 3));
    }
  });

  it("may have the maximum length, and no byte more", async () => {
    expect((await readBody(bodyOf(MAX_BODY_BYTES))).length).toBe(MAX_BODY_BYTES);
    await expect(readBody(bodyOf(MAX_BODY_BYTES + 1))).rejects.toMatchObject({ code: "body-too-large" });
  });

  it("that breaks off is a cancellation", async () => {
    for (const headers of lengths) {
      const broken = streamed((controller) => controller.error(new Error("reset")), undefined, headers);
      // oxlint-disable-next-line no-await-in-loop -- two
      await expect(readBody(broken)).rejects.toMatchObject({ code: "request-cancelled" });
    }
  });

  it("is counted before it is kept, and what the counter throws ends it", async () => {
    for (const headers of lengths) {
      const counts: number[] = [];
      // oxlint-disable-next-line no-await-in-loop -- two
      await readBody(streamed(sendThree, undefined, headers), { addBytes: (bytes) => counts.push(bytes) });
      expect(counts).toEqual([3]);
      const full = new Problem("overloaded", "full");
      const refuse = (): never => {
        throw full;
      };
      // oxlint-disable-next-line no-await-in-loop -- two
      await expect(readBody(streamed(sendThree, undefined, headers), { addBytes: refuse })).rejects.toBe(full);
    }
  });
});

describe("a body that does not end", () => {
  // Each operation with a body, in every state in which a body may stall.
  it.each(["/v1/caption", "/v1/analyze", "/v1/batch"])(
    "is answered with body-timeout at the deadline: %s",
    async (path) => {
      const states = [[], [Uint8Array.of(0x7b)]].flatMap((sent) => lengths.map((headers) => ({ sent, headers })));
      for (const { sent, headers } of states) {
        const expiry = new AbortController();
        const waits: number[] = [];
        const timeout = (milliseconds: number) => {
          waits.push(milliseconds);
          return expiry.signal;
        };
        const { app, logged } = fakeApp({}, { timeout });
        const request = streamed(
          (controller) => {
            for (const chunk of sent) controller.enqueue(chunk);
          },
          path,
          headers,
        );
        const responded = app.request(request);
        expiry.abort();
        // oxlint-disable-next-line no-await-in-loop -- a few
        const response = await responded;
        expect([response.status, await codeOf(response), waits]).toEqual([408, "body-timeout", [BODY_TIMEOUT_MS]]);
        expect(logged).toEqual([]);
      }
    },
  );

  it("is answered so if it is compressed", async () => {
    const expiry = new AbortController();
    const { app } = fakeApp({}, { timeout: () => expiry.signal });
    const body = new ReadableStream({ start: (controller) => controller.enqueue(Uint8Array.of(0x1f, 0x8b)) });
    const headers = { "content-encoding": "gzip" };
    const responded = app.request(new Request("https://florence.test/v1/caption", { ...POST, body, headers }));
    expiry.abort();
    expect(await codeOf(await responded)).toBe("body-timeout");
  });
});

import { describe, expect, it } from "vitest";
import { ProblemDetails } from "../../src/contract/problem-details.ts";
import { fakeApp } from "../support/fake-service.ts";

async function post(path: string, body: BodyInit, headers: Record<string, string> = {}) {
  const { app, requests } = fakeApp();
  return { response: await app.request(path, { method: "POST", body, headers }), requests };
}

/** Spellings that people use, and that the vocabulary does not have. */
const others = [
  "<LOC_52><LOC_0><LOC_1><LOC_9>",
  "&lt;loc_1&gt;&lt;loc_2&gt;&lt;loc_3&gt;&lt;loc_4&gt;",
  // PaliGemma's tokens count other bins, and y first.
  "<loc0052><loc0000><loc0001><loc0009>",
  "<loc_1> <loc_2> <loc_3> <loc_4>",
  "<loc_1><loc_2><loc_3><loc_1000>",
  "<loc_-1><loc_2><loc_3><loc_4>",
  "<loc_1><loc_2><loc_3>",
];

describe("a region in location tokens", () => {
  const json = { "content-type": "application/json" };
  const image = Uint8Array.of(0xff, 0xd8, 0xff);
  const form = (region: string): FormData => {
    const parts = new FormData();
    parts.append("image", new Blob([image]), "a.jpg");
    parts.append("region", region);
    return parts;
  };
  const ways: Readonly<Record<string, (region: string) => ReturnType<typeof post>>> = {
    "JSON body": (region) => post("/v1/region-to-category", JSON.stringify({ image: "QUJD", region }), json),
    query: (region) =>
      post(`/v1/region-to-category?region=${encodeURIComponent(region)}`, image, { "content-type": "image/png" }),
    form: (region) => post("/v1/region-to-category", form(region)),
  };

  it.each(Object.entries(ways))(
    "may have leading zeros and white space at its ends, and no other spelling, in a %s",
    async (_, send) => {
      expect((await send(" <loc_052><loc_000><loc_0100><loc_999>\n")).requests[0]?.options).toEqual({
        region: "<loc_052><loc_000><loc_0100><loc_999>",
      });
      for (const region of others) {
        const problem = ProblemDetails.parse(await (await send(region)).response.json());
        expect([problem.code, problem.issues]).toEqual([
          "invalid-request",
          [{ path: "region", message: expect.stringContaining("<loc_0> to <loc_999>") }],
        ]);
      }
    },
  );
});

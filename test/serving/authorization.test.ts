import { describe, expect, it } from "vitest";
import { isAuthorizationValue } from "../../src/inference/protocol/authorization.ts";
import { errorOf, servingApp } from "../support/serving-app.ts";

const secret = "Bearer let-me-in";

async function protectedApp() {
  const ran: string[] = [];
  const engine = { run: async (graph: string) => (ran.push(graph), {}) };
  const { app } = await servingApp({ engine, isAuthorized: (header) => header === secret });
  return { app, ran };
}

const guarded: readonly (readonly [string, string])[] = [
  ["GET", "/v2"],
  ["GET", "/v2/models"],
  ["GET", "/v2/models/florence2"],
  ["GET", "/v2/models/florence2/versions/1"],
  ["GET", "/v2/models/florence2/ready"],
  ["POST", "/v2/models/florence2/infer"],
  ["POST", "/v2/models/florence2/generate_stream"],
  ["POST", "/v2/models/vision_encoder/infer"],
  ["GET", "/metrics"],
  ["GET", "/v2/health"],
  ["GET", "/v2/health/live/"],
  ["GET", "/V2/health/live"],
  ["GET", "/v2/health/%2e%2e/models"],
  ["POST", "/v2/health/live"],
  ["GET", "/absent"],
];

describe("a server with a shared secret", () => {
  it.each(guarded)("answers %s %s with 401 and a challenge unless the header has the secret", async (method, path) => {
    const { app, ran } = await protectedApp();
    for (const headers of [{}, { authorization: "Bearer let-me-i" }, { authorization: "" }]) {
      const response = await app.request(path, { method, headers });
      expect(response.headers.get("www-authenticate")).toMatch(/^Bearer /u);
      expect(response.headers.get("x-request-id")).toBe("made-here");
      expect(await errorOf(response)).toEqual([401, "unauthorized"]);
    }
    const { status } = await app.request(path, { method, headers: { authorization: secret } });
    expect(status).not.toBe(401);
    expect(ran).toEqual([]);
  });

  it.each(["/v2/health/live", "/v2/health/ready"])("answers %s to everybody", async (path) => {
    const { app } = await protectedApp();
    expect((await app.request(path)).status).toBe(200);
  });

  it("does not repeat the secret, nor what was sent", async () => {
    const { app } = await protectedApp();
    const response = await app.request("/v2", { headers: { authorization: "Bearer guess" } });
    const all = JSON.stringify([await response.text(), ...response.headers]);
    expect(all).not.toMatch(/let-me-in|guess/u);
  });
});

describe("isAuthorizationValue", () => {
  it.each(["Bearer abc", "Basic dTpw", "abc", "Bearer  a\tb", "~!"])("accepts %j", (text) => {
    expect(isAuthorizationValue(text)).toBe(true);
    expect(new Headers({ authorization: text }).get("authorization")).toBe(text);
  });

  it.each(["", " ", "Bearer a\nb", "a\r\nX-Caller: b", "a\0b", "Bearer é", "🔑", " a", "a\t"])("refuses %j", (text) => {
    expect(isAuthorizationValue(text)).toBe(false);
  });
});

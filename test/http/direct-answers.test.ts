import { describe, expect, it } from "vitest";
import { directAnswers } from "../../src/http/direct-answers.ts";
import type { Route } from "../../src/http/route.ts";
import { fakeApp } from "../support/fake-service.ts";

const init = { method: "POST", body: '{"image":"QUJD"}', headers: { "content-type": "application/json" } };

/** An answer with the same path spelled so that only the router finds it, and without. */
async function bothWays(headers: Record<string, string>, body = init.body) {
  const request = { ...init, body, headers: { ...init.headers, ...headers } };
  const [direct, routed] = [fakeApp(), fakeApp()];
  const responses = await Promise.all([
    direct.app.request("/v1/caption", request),
    routed.app.request("/v1/%63aption", request),
  ]);
  return Promise.all(
    responses.map(async (response) => ({
      status: response.status,
      headers: Object.fromEntries(response.headers),
      body: await response.text(),
    })),
  );
}

describe("a POST to a known path", () => {
  it.each([
    {},
    { "x-request-id": "mine" },
    { "x-request-id": "not/mine" },
    { "x-request-id": "a".repeat(255) },
    { "x-request-id": "a".repeat(256) },
    { origin: "https://page.test" },
    { "if-none-match": "*" },
    { "content-type": "text/csv" },
  ])("is answered as the router answers it: %j", async (headers) => {
    const [direct, routed] = await bothWays(headers);
    expect(direct).toEqual(routed);
  });

  it("has the same problem as through the router", async () => {
    const [direct, routed] = await bothWays({}, "{");
    expect(direct?.status).toBe(400);
    expect(direct).toEqual(routed);
  });
});

const handle: Route["handle"] = async () => new Response("own");

describe("directAnswers", () => {
  const routes: readonly Route[] = [
    { method: "POST", path: "/a/:id", handle },
    { method: "POST", path: "/a/b", handle },
    { method: "GET", path: "/c", handle },
    { method: "POST", path: "/d", handle },
  ];
  const answer = directAnswers(routes, { newRequestId: () => "new", respondAt: () => async () => new Response("no") });
  const post = (url: string) => answer(new Request(url, { method: "POST" }));

  it("leaves to the router what it does not know, and what an earlier route takes", () => {
    const left = [
      "https://edge.test",
      "https://edge.test/a/b",
      "https://edge.test/a/7",
      "https://edge.test/c",
      "https://edge.test/x/d",
    ];
    expect(left.map(post)).toEqual(left.map(() => undefined));
    expect(answer(new Request("https://edge.test/d"))).toBeUndefined();
  });

  it("makes a response of what a handler throws at once", async () => {
    const broken = {
      method: "POST",
      path: "/e",
      handle: () => {
        throw new Error("broken");
      },
    } as const;
    const response = await directAnswers([broken], {
      newRequestId: () => "new",
      respondAt: () => async () => new Response("no"),
    })(new Request("https://edge.test/e", { method: "POST" }));
    expect(await response?.text()).toBe("no");
  });

  it("takes a path with a query", async () => {
    expect(await (await post("https://edge.test/d?a=/x"))?.text()).toBe("own");
  });
});

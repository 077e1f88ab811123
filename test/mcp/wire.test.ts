import { protocols } from "../../functions/protocols.ts";
import { describe, expect, it } from "vitest";
import { Problem } from "../../src/contract/problems.ts";
import { MAX_MCP_BODY_BYTES } from "../../src/mcp/handler.ts";
import { cacheMiss } from "../support/fake-service.ts";
import { answerTo, mcpApp } from "../support/mcp-app.ts";
import { mcpClients } from "../support/mcp-messages.ts";

const URL = "https://example.com/cat.png";
const call = { name: "find_objects", arguments: { image: URL } };
const json = { "content-type": "application/json", accept: "application/json, text/event-stream" };

describe("/mcp", () => {
  it("tells both eras what the model is for", async () => {
    const { legacy, modern } = mcpClients(mcpApp().app);
    const hello = { protocolVersion: "2025-11-25", capabilities: {}, clientInfo: { name: "a", version: "1" } };
    const old = await legacy("initialize", hello);
    const current = await modern("server/discover");
    expect(old.last.result).toMatchObject({ protocolVersion: "2025-11-25", capabilities: { tools: {} } });
    expect(current.last.result).toMatchObject({ supportedVersions: ["2026-07-28"], capabilities: { tools: {} } });
    expect(old.last.result?.["instructions"]).toMatch(/cats/u);
    expect(current.last.result?.["instructions"]).toBe(old.last.result?.["instructions"]);
  });

  it("greets although the model cannot be asked about", async () => {
    const { app } = mcpApp({ model: async () => Promise.reject(new Problem("model-unavailable", "It is so.")) });
    const { last } = await mcpClients(app).modern("server/discover");
    expect(last.result?.["instructions"]).toMatch(/Florence-2/u);
  });

  it("tells of each object before the answer, which is the same as without", async () => {
    const { app, asked } = mcpApp();
    const { legacy, modern } = mcpClients(app);
    const plain = await modern("tools/call", call);
    for (const send of [legacy, modern]) {
      const { last, before } = await send("tools/call", { ...call, _meta: { progressToken: "t" } });
      expect(before.map(({ method, params }) => [method, params])).toEqual([
        ["notifications/progress", { progressToken: "t", progress: 1, message: "cat" }],
      ]);
      expect(last.result?.structuredContent).toEqual(plain.last.result?.structuredContent);
    }
    expect(asked.map(({ options }) => options.stream)).toEqual([undefined, true, true]);
  });

  it("answers a stream that breaks as an error", async () => {
    const { app } = mcpApp({
      stream: async (_request, _call, emit) => {
        emit({ type: "delta", text: "a" }, cacheMiss);
        throw new Problem("backend-failed", "It failed.");
      },
    });
    const { last } = await mcpClients(app).modern("tools/call", { ...call, _meta: { progressToken: 1 } });
    expect(last.result).toMatchObject({
      isError: true,
      content: [{ text: expect.stringMatching("^backend-failed: ") }],
    });
  });

  it.each(["legacy", "modern"] as const)("stops the work when a %s caller leaves", async (era) => {
    const stopped = Promise.withResolvers<void>();
    const started = Promise.withResolvers<void>();
    const { app } = mcpApp({
      answer: async (_request, { signal }) => {
        started.resolve();
        await new Promise<void>((resolve) => {
          signal.addEventListener("abort", () => resolve());
        });
        stopped.resolve();
        signal.throwIfAborted();
        return { answer: answerTo("caption"), cache: cacheMiss, timings: {} };
      },
    });
    const controller = new AbortController();
    const { [era]: send } = mcpClients(app);
    const reply = send("tools/call", call, {}, controller.signal).catch(() => undefined);
    await started.promise;
    controller.abort();
    await expect(stopped.promise).resolves.toBeUndefined();
    await reply;
  });

  it("passes the caller's id and trace on, and answers with the id", async () => {
    const { app, calls } = mcpApp();
    const traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    const headers = {
      "x-request-id": "mine",
      traceparent,
      "cf-connecting-ip": "192.0.2.1",
      "cache-control": "no-store",
    };
    const { response } = await mcpClients(app).modern("tools/call", call, headers);
    expect(response.headers.get("x-request-id")).toBe("mine");
    expect(calls).toMatchObject([
      { trace: { requestId: "mine", traceparent }, caller: "192.0.2.1", cache: { noStore: false } },
    ]);
  });

  it.each([
    ["no JSON", "{", 400, -32_700],
    ["too much JSON", `[${"[],".repeat(2000)}1]`, 400, -32_000],
    ["a large body", `"${"a".repeat(MAX_MCP_BODY_BYTES)}"`, 413, -32_000],
  ])("refuses %s as JSON-RPC", async (_, body, status, code) => {
    const { app } = mcpApp();
    const response = await app.request("https://florence.test/mcp", { method: "POST", body, headers: json });
    expect(response.status).toBe(status);
    expect(await response.json()).toMatchObject({ jsonrpc: "2.0", id: null, error: { code } });
  });

  it.each([
    ["GET", "/mcp", 405],
    ["DELETE", "/mcp", 405],
    ["PUT", "/mcp", 405],
  ])("has no %s", async (method, path, status) => {
    expect((await mcpApp().app.request(path, { method })).status).toBe(status);
  });

  const local = ["localhost", "127.0.0.1", "[::1]"];

  it.each([
    ["its own page", "http://127.0.0.1:8787", { host: "127.0.0.1:8787", origin: "http://localhost:3000" }, [], 200],
    ["no page", "http://localhost:8787", { host: "localhost:8787" }, local, 200],
    ["another page", "http://127.0.0.1:8787", { host: "127.0.0.1:8787", origin: "https://evil.test" }, [], 403],
    ["no page that can be named", "http://[::1]:8787", { host: "[::1]:8787", origin: "null" }, local, 403],
    ["another name", "http://evil.test:8787", { host: "evil.test:8787", origin: "http://evil.test:8787" }, local, 403],
    [
      "another name, whoever it says it is",
      "http://evil.test",
      { host: "evil.test", "cf-connecting-ip": "1.2.3.4" },
      local,
      403,
    ],
    [
      "the name of a tunnel",
      "https://tunnel.test",
      { host: "tunnel.test", origin: "https://tunnel.test" },
      ["tunnel.test"],
      200,
    ],
    [
      "any page, on a deployment",
      "https://florence.test",
      { host: "florence.test", origin: "https://any.test" },
      [],
      200,
    ],
  ])("answers or refuses %s", async (_, origin, headers, mcpHosts, status) => {
    const { app } = mcpApp({}, { protocols: protocols({ hasAccounts: false, mcpHosts }) });
    const { response } = await mcpClients(app, origin).modern("tools/list", {}, headers);
    expect(response.status).toBe(status);
  });
});

describe("the drawing of an answer", () => {
  const options = { names: ["a cat, wet", "b"], min_score: 0.1 };

  it("is at an address that asks for the same with overlay=svg", async () => {
    const { app, asked } = mcpApp();
    const given = { name: "find_objects", arguments: { image: URL, ...options } };
    const { last } = await mcpClients(app).modern("tools/call", given);
    const [, link] = last.result?.content ?? [];
    expect(link).toMatchObject({
      type: "resource_link",
      mimeType: "image/svg+xml",
      uri: expect.stringMatching("^https://florence.test/mcp/drawings/open-vocabulary-detection\\?"),
    });
    await app.request(String(link?.["uri"]));
    const [first, second] = asked;
    expect(second).toEqual({ ...first, options: { ...first?.options, overlay: "svg" } });
  });

  it.each([
    ["region", "outline_object", { region: [1, 2, 30, 40] }],
    ["text", "outline_object", { text: "ä & b" }],
  ])("asks for the same %s", async (_, name, given) => {
    const { app, asked } = mcpApp();
    const { last } = await mcpClients(app).modern("tools/call", { name, arguments: { image: URL, ...given } });
    await app.request(String(last.result?.content?.[1]?.["uri"]));
    const [first, second] = asked;
    const { include: _include, ...same } = first?.options ?? {};
    expect(second?.options).toEqual({ ...same, overlay: "svg" });
  });

  it.each([
    ["of an answer without places", "describe_image", { image: URL }],
    ["of an image that has no address", "find_objects", { image: "QUJD" }],
    ["that would be too long", "find_objects", { image: URL, phrases_of: "a".repeat(5000) }],
  ])("is not offered %s", async (_, name, given) => {
    const { last } = await mcpClients(mcpApp().app).modern("tools/call", { name, arguments: given });
    expect(last.result?.content?.length).toBe(1);
  });

  it("holds nothing after HEAD, whose answer nobody reads", async () => {
    const ended = Promise.withResolvers<void>();
    const drawing = {
      type: "drawing",
      mediaType: "image/svg+xml",
      fingerprint: "f",
      *chunks() {
        yield "<svg/>";
      },
    } as const;
    const { app } = mcpApp(
      { answer: async () => ({ answer: drawing, cache: cacheMiss, timings: {} }) },
      {
        admit: async (_, work) =>
          work({
            count: {},
            begin: () => {},
            stay: () => {},
            during: async (part) => {
              const result = await part();
              ended.resolve();
              return result;
            },
          }),
      },
    );
    const response = await app.request(`/mcp/drawings/object-detection?image=${URL}`, { method: "HEAD" });
    expect([response.status, response.headers.get("content-type"), await response.text()]).toEqual([
      200,
      "image/svg+xml",
      "",
    ]);
    await expect(ended.promise).resolves.toBeUndefined();
  });

  it.each([
    ["/mcp/drawings/object-detection", 400, "image-required"],
    [`/mcp/drawings/vqa?image=${URL}`, 404, "unknown-task"],
    ["/mcp/drawings/uploads", 404, "unknown-task"],
    [`/mcp/drawings/analyze?image=${URL}`, 404, "unknown-task"],
  ])("%s is a problem", async (path, status, code) => {
    const response = await mcpApp().app.request(path);
    expect(response.status).toBe(status);
    expect(await response.json()).toMatchObject({ code });
  });
});

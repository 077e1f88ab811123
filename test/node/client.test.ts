import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createFlorence } from "../../src/client/florence.ts";
import { fromPath } from "../../src/client/from-path-node.ts";
import { bundle } from "../../tools/bundle.ts";
import { root, type Server, serve } from "../../tools/serve.ts";
import { describeClient } from "../support/client-cases.ts";

let server: Server | undefined;
beforeAll(async () => {
  server = await serve(await bundle(), { port: 0 });
}, 60_000);
afterAll(() => server?.stop());

const baseUrl = (): string => server?.url.origin ?? "";

describeClient(() => ({ baseUrl: baseUrl(), fetch: (url, init) => fetch(url, init) }));

describe("the client in Node", () => {
  const path = join(root, "test/pictures/street.jpg");

  it("accepts a file path as the image", async () => {
    const florence = createFlorence({ baseUrl: baseUrl() });
    expect(await florence.objectDetection(fromPath(path))).toEqual(
      await florence.objectDetection(await readFile(path)),
    );
    await expect(florence.caption(fromPath(`${path}.none`))).rejects.toMatchObject({ code: "ENOENT" });
  });

  it("rejects with connection-failed when no server listens, and with timeout when the server is slower than timeoutMs", async () => {
    const unreachable = createFlorence({ baseUrl: "http://127.0.0.1:1", maxRetries: 1 });
    await expect(unreachable.health()).rejects.toMatchObject({ code: "connection-failed" });
    const slow = createFlorence({ baseUrl: baseUrl(), timeoutMs: 1 });
    await expect(slow.caption(fromPath(path))).rejects.toMatchObject({ code: "timeout" });
  });

  it("raises unhandledRejection for a rejected promise without a handler", async () => {
    const rejected = Promise.withResolvers<unknown>();
    const listeners = process.listeners("unhandledRejection");
    process.removeAllListeners("unhandledRejection").once("unhandledRejection", rejected.resolve);
    void createFlorence({ baseUrl: "http://127.0.0.1:1", maxRetries: 0 }).health();
    expect(await rejected.promise).toMatchObject({ code: "connection-failed" });
    for (const listener of listeners) process.on("unhandledRejection", listener);
  });
});

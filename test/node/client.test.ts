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

describe("in Node", () => {
  const path = join(root, "test/pictures/street.jpg");

  it("an image may be a file's path", async () => {
    const florence = createFlorence({ baseUrl: baseUrl() });
    expect(await florence.objectDetection(fromPath(path))).toEqual(
      await florence.objectDetection(await readFile(path)),
    );
    await expect(florence.caption(fromPath(`${path}.none`))).rejects.toMatchObject({ code: "ENOENT" });
  });

  it("a server that is not there is a failed connection, a silent one times out", async () => {
    const nobody = createFlorence({ baseUrl: "http://127.0.0.1:1", maxRetries: 1 });
    await expect(nobody.health()).rejects.toMatchObject({ code: "connection-failed" });
    const slow = createFlorence({ baseUrl: baseUrl(), timeoutMs: 1 });
    await expect(slow.caption(fromPath(path))).rejects.toMatchObject({ code: "timeout" });
  });

  it("a promise that nobody waits for rejects in the open", async () => {
    const heard = Promise.withResolvers<unknown>();
    const listeners = process.listeners("unhandledRejection");
    process.removeAllListeners("unhandledRejection").once("unhandledRejection", heard.resolve);
    void createFlorence({ baseUrl: "http://127.0.0.1:1", maxRetries: 0 }).health();
    expect(await heard.promise).toMatchObject({ code: "connection-failed" });
    for (const listener of listeners) process.on("unhandledRejection", listener);
  });
});

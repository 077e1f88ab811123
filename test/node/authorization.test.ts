import { describe, expect, it } from "vitest";
import { createAuthorization } from "../../src/serving/authorization-node.ts";
import { parseCommandLine } from "../../src/serving/command-line-node.ts";
import { servingFlags } from "../../src/serving/flags.ts";
import { remoteAt, splitAt } from "../support/placement-backends.ts";
import { startMiniServer } from "../support/gpu-server.ts";
import { inferBody } from "../support/serving-client.ts";

const schema = servingFlags(["cpu"], 4);

function authorizationOf(args: readonly string[], variable?: string): unknown {
  const command = parseCommandLine(args, schema, { BACKEND_AUTHORIZATION: variable });
  return command.type === "serve" ? command.flags.authorization : command.type;
}

describe("createAuthorization", () => {
  it("accepts the whole value only", () => {
    const isAuthorized = createAuthorization("Bearer abc");
    const sent = [undefined, "", "abc", "bearer abc", "Bearer abcd", "Bearer ab", "Bearer abc"];
    expect(sent.map(isAuthorized)).toEqual([false, false, false, false, false, false, true]);
  });

  it("accepts everybody without a secret", () => {
    expect([undefined, "anything"].map(createAuthorization(undefined))).toEqual([true, true]);
  });
});

describe("the flag --authorization", () => {
  it("is left out by default", () => expect(authorizationOf([])).toBeUndefined());
  it("is set by BACKEND_AUTHORIZATION, without a line break at its end", () =>
    expect(authorizationOf([], "Bearer abc\n")).toBe("Bearer abc"));
  it("replaces the variable", () => expect(authorizationOf(["--authorization", "b"], "a")).toBe("b"));
  it.each(["", " ", "Bearer hunter2\nmore", "Bearer hunter2é"])("is refused as %j, without being repeated", (value) => {
    const command = parseCommandLine([], schema, { BACKEND_AUTHORIZATION: value });
    expect(command).toMatchObject({ type: "invalid", reason: expect.stringContaining("authorization") });
    expect(JSON.stringify(command)).not.toContain("hunter2");
  });
});

describe("the flag --graphs", () => {
  it.each([
    [[], false],
    [["--graphs"], true],
    [["--no-graphs"], false],
    [["--graphs", "--no-graphs"], false],
  ])("%j is %s", (args, expected) => {
    const command = parseCommandLine(args, schema);
    expect(command.type === "serve" && command.flags.graphs).toBe(expected);
  });
});

describe("a backend with a shared secret", () => {
  it("serves who sends it, and nobody else", async () => {
    await using server = await startMiniServer({ authorization: "Bearer abc", offersGraphs: false });
    const infer = new URL("/v2/models/florence2/infer", server.url);
    const send = (headers: Readonly<Record<string, string>>) =>
      fetch(infer, { method: "POST", body: inferBody(), headers }).then(({ status }) => status);
    expect(await send({})).toBe(401);
    expect(await send({ authorization: "Bearer abc" })).toBe(200);
    expect((await fetch(new URL("/v2/health/ready", server.url))).status).toBe(200);
    expect((await fetch(new URL("/metrics", server.url))).status).toBe(401);
  });

  it("makes an edge without the secret misconfigured, not unready", async () => {
    await using server = await startMiniServer({ authorization: "Bearer abc" });
    const misconfigured = { code: "misconfigured", detail: expect.not.stringContaining("abc") };
    for (const backend of [remoteAt(server.url), splitAt(server.url, "offered")]) {
      await expect(backend.ready()).rejects.toMatchObject(misconfigured);
    }
    await expect(remoteAt(server.url).model()).rejects.toMatchObject(misconfigured);
  });
});

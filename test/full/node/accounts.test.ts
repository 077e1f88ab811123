import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { root } from "../../../tools/serve.ts";
import { parseCsv } from "../../support/csv.ts";
import { type RunningTool, runTool, startTool } from "../../support/tool.ts";

const READY = "Stop: Ctrl+C";

let folder = "";
let server: RunningTool;
let environment: NodeJS.ProcessEnv = {};

async function start(): Promise<RunningTool> {
  const tool = startTool("start.ts", ["--port", "0"], { ...environment, ACCOUNTS: "on" });
  await tool.waitForOutput(READY);
  return tool;
}

async function stop({ child, ended }: RunningTool): Promise<void> {
  child.kill("SIGTERM");
  await ended;
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "florence-edge-accounts-"));
  environment = { FLORENCE_EDGE_ACCOUNTS: folder, ADMIN_KEY: undefined };
  server = await start();
});
afterAll(async () => {
  await stop(server);
  await rm(folder, { recursive: true });
});

const origin = (): string => /http:\/\/127\.0\.0\.1:\d+/u.exec(server.printed())?.[0] ?? "";
const curlOf = (printed: string): string => /curl .*object-detection/u.exec(printed)?.[0] ?? "";

async function shell(command: string): Promise<string> {
  return (await promisify(execFile)("bash", ["-ec", command], { cwd: root })).stdout;
}

function account(...words: readonly string[]) {
  return runTool("account.ts", [...words, "--port", new URL(origin()).port], environment);
}

async function asJson(...words: readonly string[]) {
  const { status, printed } = await account(...words, "--json");
  expect([status, printed]).toEqual([0, expect.any(String)]);
  return JSON.parse(printed);
}

async function me(key: string) {
  const response = await fetch(`${origin()}/v1/me`, { headers: { authorization: `Bearer ${key}` } });
  return { status: response.status, body: await response.json() };
}

describe("ACCOUNTS=on npm start", () => {
  it("prints a curl line that works as pasted, and costs play money; a repeat is free", async () => {
    const key = await readFile(join(folder, "key"), "utf8");
    const before = (await me(key.trim())).body.balance;
    expect(before).toBeLessThanOrEqual(5_000_000);
    const first = JSON.parse(await shell(curlOf(server.printed())));
    const after = (await me(key.trim())).body.balance;
    expect(JSON.parse(await shell(curlOf(server.printed())))).toEqual(first);
    expect(first).toMatchObject({ type: "boxes", task: "object-detection" });
    expect([before - after, (await me(key.trim())).body.balance - after]).toEqual([600, 0]);
  });

  it("prints a command that lists its accounts, at whichever port it listens", async () => {
    const words = /npm run account -- (?<words>list.*?) {4}/u.exec(server.printed())?.groups?.["words"] ?? "";
    expect(await runTool("account.ts", words.split(" "), environment)).toMatchObject({
      status: 0,
      printed: expect.stringContaining("Play money"),
    });
  });

  it("prints its keys once, keeps them for this user alone, and keeps accounts: a later start says where, not what", async () => {
    const keys = await Promise.all(["admin-key", "key"].map((name) => readFile(join(folder, name), "utf8")));
    for (const key of keys) expect(server.printed()).toContain(key.trim());
    const modes = await Promise.all(
      ["admin-key", "key"].map(async (name) => (await stat(join(folder, name))).mode & 0o777),
    );
    expect(modes).toEqual([0o600, 0o600]);
    const before = (await me(keys[1]?.trim() ?? "")).body;
    await stop(server);
    server = await start();
    for (const key of keys) expect(server.printed()).not.toContain(key.trim());
    expect(server.printed()).toContain(join(folder, "key"));
    expect(JSON.parse(await shell(curlOf(server.printed())))).toMatchObject({ type: "boxes" });
    expect((await me(keys[1]?.trim() ?? "")).body).toEqual(before);
  });

  it("shares its accounts with no other start", async () => {
    const { status, printed } = await runTool("start.ts", ["--port", "0"], { ...environment, ACCOUNTS: "on" });
    expect([status, printed.includes(String(server.child.pid))]).toEqual([2, true]);
  });

  it("nor with a server that a killed start has left behind", async () => {
    const left = join(folder, "left");
    await mkdir(left);
    // The process is dead: ids end below this one.
    await writeFile(join(left, "in-use"), `4194999 ${origin()}\n`);
    const named = { ...environment, FLORENCE_EDGE_ACCOUNTS: left, ACCOUNTS: "on" };
    const { status, printed } = await runTool("start.ts", ["--port", "0"], named);
    expect([status, printed.includes(origin())]).toEqual([2, true]);
  });

  it.each(["yes", "ON", "1"])("takes no other word: ACCOUNTS=%s", async (value) => {
    const { status, printed } = await runTool("start.ts", ["--port", "0"], { ...environment, ACCOUNTS: value });
    expect([status, printed.includes(JSON.stringify(value))]).toEqual([2, true]);
  });

  it("answers nobody without a key", async () => {
    const response = await fetch(`${origin()}/v1/caption`, { method: "POST", body: "x" });
    expect([response.status, (await response.json()).code]).toEqual([401, "key-missing"]);
  });
});

describe("npm run account", () => {
  it("creates, shows, grants, charges, reports, refunds, rotates, revokes, closes and audits", async () => {
    const made = await asJson("create", "Acme", "--credits", "1.000001", "--cap-month", "20");
    expect(made).toMatchObject({ name: "Acme", balance: 1_000_001, cap_month: 20_000_000, key: expect.any(String) });
    const { id, key } = made;
    expect((await asJson("list")).map((each: { id: string }) => each.id)).toContain(id);
    expect((await asJson("grant", id, "0.05", "--idempotency-key", "a")).balance).toBe(1_050_001);
    expect((await asJson("grant", id, "0.05", "--idempotency-key", "a")).balance).toBe(1_050_001);

    expect(await asJson("deduct", id, "0.05", "--idempotency-key", "b")).toMatchObject({ amount: -50_000 });
    expect((await asJson("deduct", id, "0.05", "--idempotency-key", "b")).balance).toBe(1_000_001);
    await asJson("grant", id, "0.05");

    const image = await readFile(join(root, "test/pictures/street.jpg"));
    const headers = { authorization: `Bearer ${key}`, "content-type": "image/jpeg" };
    const answer = await fetch(`${origin()}/v1/caption`, { method: "POST", headers, body: image });
    const charge = /id="(?<id>chg_[0-9a-f]+)"/u.exec(answer.headers.get("charge") ?? "")?.groups?.["id"] ?? "";
    expect([answer.status, charge]).toEqual([200, expect.stringMatching(/^chg_/u)]);
    const usage = await account("usage", id, "--group-by", "task,key", "--csv");
    expect(parseCsv(usage.printed.replaceAll("\r\n", "\n").replaceAll("\n", "\r\n"))).toEqual([
      { task: "caption", key: key.slice(19, 25), answers: "1", charged: "300", refunded: "0", net: "300" },
    ]);
    expect((await account("usage", id)).printed).toContain("$0.0003");
    expect(await asJson("refund", id, charge)).toMatchObject({ amount: 300, repeat: false, balance: 1_050_001 });
    expect(await asJson("refund", id, charge)).toMatchObject({ amount: 300, repeat: true, balance: 1_050_001 });

    const shop = await asJson(
      "key",
      "create",
      id,
      "--name",
      "shop",
      "--scopes",
      "infer,usage:read",
      "--cap-day",
      "0.5",
    );
    expect(shop).toMatchObject({ name: "shop", caps: { day: 500_000 } });
    const changed = await asJson("key", "change", id, shop.id, "--cap-day", "none", "--rate", "5/1", "--tasks", "all");
    expect(changed).toMatchObject({ caps: { day: null }, rates: [{ requests: 5, seconds: 1 }], tasks: null });
    const next = await asJson("key", "rotate", id, shop.id, "--grace", "0");
    expect([(await me(shop.key)).body.code, (await me(next.key)).status]).toEqual(["key-expired", 200]);
    await asJson("key", "revoke", id, next.id);
    expect((await me(next.key)).body.code).toBe("key-revoked");
    expect(await asJson("key", "list", id)).toHaveLength(3);

    expect((await asJson("close", id)).status).toBe("closed");
    expect((await asJson("reopen", id)).status).toBe("open");
    expect(await asJson("change", id, "--name", "Acme Ltd", "--cap-month", "none")).toMatchObject({
      name: "Acme Ltd",
      cap_month: null,
    });
    const audit = await account("audit", id);
    expect([audit.status, audit.printed]).toEqual([0, expect.stringContaining("$1.050001")]);
    expect((await account("show", id)).printed).toContain("Acme Ltd");
  });
});

describe("npm run account exits with 2, and writes nothing, on", () => {
  it.each([
    [[], "Usage"],
    [["pay"], "pay"],
    [["create"], "<name>"],
    [["create", "a", "b"], "<name>"],
    [["grant", "AAAAAAAAAAA", "-5"], "-5"],
    [["grant", "AAAAAAAAAAA", "0.0000001"], "six decimals"],
    [["grant", "AAAAAAAAAAA", "1e3"], "1e3"],
    [["grant", "AAAAAAAAAAA", "1,50"], "1,50"],
    [["grant", "AAAAAAAAAAA", "0"], "amount"],
    [["grant", "AAAAAAAAAAA", "5"], "no account"],
    [["deduct", "AAAAAAAAAAA", "-5"], "-5"],
    [["show", "../accounts"], "no account"],
    [["refund", "AAAAAAAAAAA", "chg_1"], "chg_"],
    [["create", "a", "--credits", "many"], "--credits"],
    [["key", "create", "AAAAAAAAAAA", "--rate", "often"], "--rate"],
    [["usage", "AAAAAAAAAAA", "--from", "today"], "from"],
    [["list", "--url", "http://api.example.com"], "--url"],
    // Whoever writes an option expects something of it.
    [["key", "create", "AAAAAAAAAAA", "--test"], "--test"],
    [["key", "rotate", "AAAAAAAAAAA", "K", "--name", "shop"], "--name"],
    [["grant", "AAAAAAAAAAA", "5", "--credits", "5"], "--credits"],
    [["show", "AAAAAAAAAAA", "--csv"], "--csv"],
    [["list", "--grace", "5"], "--grace"],
  ])("%j", async (words, named) => {
    const { status, printed } = await account(...words);
    expect([status, printed]).toEqual([2, expect.stringContaining(named)]);
    expect(printed).not.toMatch(/\n\s+at /u);
  });

  it("no accounts, and another API without its admin key; with 1 where nothing answers", async () => {
    const nobody = { FLORENCE_EDGE_ACCOUNTS: join(folder, "none"), ADMIN_KEY: undefined };
    expect((await runTool("account.ts", ["list"], nobody)).status).toBe(2);
    expect((await runTool("account.ts", ["list", "--url", "https://api.example.com"], environment)).status).toBe(2);
    const wrong = await runTool("account.ts", ["list", "--url", origin()], {
      ...environment,
      ADMIN_KEY: "x".repeat(40),
    });
    expect([wrong.status, wrong.printed]).toEqual([2, expect.stringContaining("admin key")]);
    const away = await runTool("account.ts", ["list", "--port", "1"], environment);
    expect([away.status, away.printed]).toEqual([1, expect.stringContaining("ACCOUNTS=on npm start")]);
  });
});

import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { KEY_PATTERN } from "../../../src/accounts/key-codec.ts";
import { blocksIn, SHOWN_ORIGIN } from "../../../tools/docs/page-examples.ts";
import { root } from "../../../tools/serve.ts";
import { parseCsv } from "../../support/csv.ts";
import { type RunningTool, startTool } from "../../support/tool.ts";

const START = "ACCOUNTS=on npm start\n";

/** Printed after each block; no command prints it. */
const MARK = "\f";

const blocksOf = async (name: string) => blocksIn(await readFile(join(root, "docs/how-to", name), "utf8"));
const selling = await blocksOf("sell-answers.md");
const using = await blocksOf("use-a-key.md");
// Those before are for an API without accounts.
const telling = (await blocksOf("webhooks.md")).filter(({ text }) => /\$key/u.test(text));

let folder = "";
let server: RunningTool;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "florence-edge-pages-"));
  const environment = {
    FLORENCE_EDGE_ACCOUNTS: folder,
    ADMIN_KEY: undefined,
    ACCOUNTS: "on",
    ALLOW_HTTP_IMAGES: "true",
  };
  server = startTool("start.ts", ["--port", "0"], environment);
  await server.waitForOutput("Ctrl+C");
});
afterAll(async () => {
  server.child.kill("SIGTERM");
  await server.ended;
  await rm(folder, { recursive: true });
});

/** Runs the shell blocks of a page one after another in one shell, and returns what each has printed. */
async function run(blocks: Awaited<ReturnType<typeof blocksOf>>): Promise<readonly string[]> {
  const origin = /http:\/\/127\.0\.0\.1:\d+/u.exec(server.printed())?.[0] ?? "";
  const commands = blocks.filter(({ language, text }) => language === "sh" && text !== START).map(({ text }) => text);
  const script = commands.map((text) => `${text}\nprintf '${MARK}'\n`).join("");
  const adapted = script.replaceAll(SHOWN_ORIGIN, origin).replaceAll(".wrangler/accounts", folder);
  const env = { ...process.env, PORT: new URL(origin).port, FLORENCE_EDGE_ACCOUNTS: folder, ADMIN_KEY: "" };
  const { stdout } = await promisify(execFile)("bash", ["-euc", adapted], { cwd: root, env });
  return stdout.split(MARK).slice(0, -1);
}

describe("sell-answers.md", () => {
  it("has commands that do what the page says", { timeout: 180_000 }, async () => {
    const [created = "", granted = "", ended = "", sold = "", closed = "", http = ""] = await run(selling);
    expect(created).toMatch(/balance +\$5\.00/u);
    expect(granted).toContain("Balance: $7.50");
    expect(granted).toMatch(/monthly cap +\$20\.00/u);
    expect([...granted.matchAll(new RegExp(KEY_PATTERN, "gu"))]).toHaveLength(1);
    expect(ended).toContain("revoked");
    expect(sold).toContain("All is well: the balance of $7.50");
    expect(sold).toContain("task,key,answers,charged,refunded,net");
    expect([closed.includes("closed, prepaid"), closed.includes("open, prepaid")]).toEqual([true, true]);
    expect(http).toContain('"balance":7500000');
    expect(http).toContain('"amount":2500000,"repeat":false,"balance":10000000');
  });

  it("shows the expression that finds keys", () => {
    expect(selling.find(({ language }) => language === "regex")?.text.trim()).toBe(KEY_PATTERN);
  });
});

describe("use-a-key.md", () => {
  it("has commands that do what the page says", async () => {
    const [asked = "", prices = "", left = "", keys = ""] = await run(using);
    expect(asked).toMatch(/charge: 300;unit="usd-micro";id="chg_[0-9a-f]{32}";repeat=\?0/u);
    expect(asked).toContain("balance: 4999700");
    expect(prices).toContain('"price":500');
    expect(left).toContain('"balance":4999700');
    const csv = left.slice(left.indexOf("seq,kind"));
    expect(parseCsv(csv)).toEqual([expect.objectContaining({ kind: "charge", amount: "-300", task: "caption" })]);
    expect(keys).toContain('"status":"revoked"');
    const [again = ""] = await run(using.slice(0, 1));
    expect(again).toMatch(/charge: 0;.*;repeat\r\n/u);
    expect(again).not.toContain("balance: 4999");
  });
});

describe("webhooks.md", () => {
  it("has commands that do what the page says", async () => {
    const [secret = "", webhooks = "", tested = ""] = await run(telling);
    expect(JSON.parse(secret).secret).toMatch(/^whsec_/u);
    const [created = "", listed = ""] = webhooks.split(/(?<=\})(?=\{"webhooks")/u);
    expect(JSON.parse(created)).toMatchObject({
      url: "http://127.0.0.1:9000/",
      events: ["job.succeeded", "job.failed"],
    });
    expect(JSON.parse(listed)).toEqual({ webhooks: [JSON.parse(created)] });
    expect(JSON.parse(tested)).toMatchObject({ type: "webhook.test", status: "failed", last_error: "unreachable" });
  });
});

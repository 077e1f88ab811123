import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { ADMIN_KEY, openAccounts } from "../../../tools/fuzz/accounts.ts";
import { startMcp, withClient } from "./support/api.ts";

let running: Awaited<ReturnType<typeof startMcp>>;
let folder: string;
let key: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "florence-mcp-"));
  running = await startMcp({ ACCOUNTS: "on", ADMIN_KEY }, folder);
  key = (await openAccounts(running.server.url)).rich;
});
afterAll(async () => {
  await running.stop();
  await rm(folder, { recursive: true });
});

const cost = "florence-edge/charge_micro_usd";

it.each(["legacy", "2026-07-28"])(
  "the protocol's client, mode %s, pays with a key in its header, once",
  async (mode) => {
    const call = { name: "describe_image", arguments: { image: running.picture } };
    const { results, tools } = await withClient(mode, running.mcp, [call, call], key);
    expect(tools).toHaveLength(9);
    expect(results.map(({ result }) => result.isError ?? false)).toEqual([false, false]);
    expect(results[1]?.result["_meta"]).toMatchObject({ [cost]: 0 });
  },
);

it.each(["legacy", "2026-07-28"])(
  "the protocol's client, mode %s, lists the tools without a key, and calls none",
  async (mode) => {
    expect((await withClient(mode, running.mcp, [])).tools).toHaveLength(9);
    const call = { name: "describe_image", arguments: { image: running.picture } };
    await expect(withClient(mode, running.mcp, [call])).rejects.toThrow(/401|Unauthorized/u);
  },
);

import type { Workerd } from "./workerd.ts";

/** The admin key of the server with accounts, which lives as long as a run. */
export const ADMIN_KEY = "bench-".padEnd(32, "0");

/** A grant that no run uses up, in micro-US-dollars: a thousand dollars. */
const CREDITS = 1_000_000_000;

async function send(server: Workerd, path: string, body: object): Promise<Readonly<Record<string, unknown>>> {
  const headers = {
    authorization: `Bearer ${ADMIN_KEY}`,
    "content-type": "application/json",
    "idempotency-key": crypto.randomUUID(),
  };
  const url = new URL(`/admin/v1/accounts${path}`, server.url);
  const response = await fetch(url, { method: "POST", headers, body: JSON.stringify(body) });
  if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
  return response.json();
}

/** Opens an account with credits, and returns a key of it. */
export async function openAccount(server: Workerd): Promise<string> {
  const { id } = await send(server, "", { name: "bench", money: "test" });
  await send(server, `/${String(id)}/grants`, { amount: CREDITS });
  const { key } = await send(server, `/${String(id)}/keys`, { name: "bench" });
  return String(key);
}

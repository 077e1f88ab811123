import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ADMIN_KEY, openAccounts } from "../../../../tools/fuzz/accounts.ts";
import { startServer } from "../../../../tools/ready-server.ts";
import { root } from "../../../../tools/serve.ts";

/** The picture that all clients ask about. */
export const PICTURE = join(root, "test/pictures/street.jpg");

/** An API, started as by `npm start`. */
export interface Api {
  readonly origin: string;
  stop(): Promise<void>;
}

/** Starts the API without accounts. */
export async function startApi(): Promise<Api> {
  const server = await startServer({ port: 0 });
  return { origin: server.url.origin, stop: () => server.stop() };
}

/** Milliseconds between two questions that keep an account awake. */
const ASK_MS = 2000;

/** An API with accounts, and its keys. */
export interface PaidApi extends Api {
  /** A key with credits. */
  readonly rich: string;
  /** A key that may ask one question in an hour, and that is asked already. */
  readonly limited: string;
  readonly poor: string;
  readonly revoked: string;
}

/** Makes a key that may ask once in an hour, and asks with it: another question than those of the clients, whose repeats would be free. */
async function limitedKey(origin: string, account: string): Promise<string> {
  const created = await fetch(`${origin}/admin/v1/accounts/${account}/keys`, {
    method: "POST",
    headers: { authorization: `Bearer ${ADMIN_KEY}`, "content-type": "application/json", "idempotency-key": "limited" },
    body: JSON.stringify({ rates: [{ requests: 1, seconds: 3600 }] }),
  });
  const { key } = await created.json();
  const headers = { authorization: `Bearer ${key}`, "content-type": "image/jpeg" };
  const body = await readFile(PICTURE);
  const first = await fetch(`${origin}/v1/detailed-caption`, { method: "POST", headers, body });
  if (!first.ok) throw new Error(`The first question of the limited key: ${await first.text()}`);
  return String(key);
}

/** Starts the API with accounts. */
export async function startPaidApi(more: Readonly<Record<string, string>> = {}): Promise<PaidApi> {
  const folder = await mkdtemp(join(tmpdir(), "compat-"));
  const variables = { ACCOUNTS: "on", ADMIN_KEY, ...more };
  const server = await startServer({ port: 0, storage: join(folder, "objects"), variables });
  const { origin } = server.url;
  const { rich, poor, revoked, account } = await openAccounts(server.url);
  const limited = await limitedKey(origin, account);
  // An account that nobody asks for ten seconds is put away, and its rates are forgotten with it; some clients take as long to start.
  const ask = () =>
    fetch(`${origin}/v1/me`, { headers: { authorization: `Bearer ${limited}` } }).catch(() => undefined);
  const timer = setInterval(() => void ask(), ASK_MS);
  const stop = async (): Promise<void> => {
    clearInterval(timer);
    await server.stop();
    await rm(folder, { recursive: true });
  };
  return { origin, rich, poor, revoked, limited, stop };
}

import { randomBytes } from "node:crypto";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { randomBase62 } from "../../src/accounts/base62.ts";
import { isRunning } from "../is-running.ts";
import { UsageError } from "../run-command.ts";
import { root } from "../serve.ts";

/** Characters of an admin key after its prefix: 238 bits. */
const ADMIN_KEY_DIGITS = 40;

/** The folder of the accounts on this machine; git ignores it. Tests may name another. */
const folder = (): string => process.env["FLORENCE_EDGE_ACCOUNTS"] ?? join(root, ".wrangler/accounts");

const ADMIN_KEY = "admin-key";
const FIRST_KEY = "key";
const LOCK = "in-use";

/** Only this user may read keys. */
const SECRET = { mode: 0o600 } as const;

/** The path of a file of the folder, as a person in the repository's root writes it. */
function shown(name: string): string {
  const path = relative(process.cwd(), join(folder(), name));
  return path.startsWith("..") ? join(folder(), name) : path;
}

async function read(name: string): Promise<string | undefined> {
  const text = await readFile(join(folder(), name), "utf8").catch(() => "");
  return text.trim() || undefined;
}

/** Returns the admin key of the accounts on this machine; undefined if there are none. */
export function localAdminKey(): Promise<string | undefined> {
  return read(ADMIN_KEY);
}

/** The accounts on this machine, while one server uses them. */
export interface LocalState {
  readonly adminKey: string;
  /** Where the objects of accounts are stored. */
  readonly storage: string;
  /** The first key, if an earlier start has made it. */
  readonly firstKey: string | undefined;
  /** The files of the admin key and of the first key, for a person. */
  readonly paths: { readonly adminKey: string; readonly firstKey: string };
  keepFirstKey(key: string): Promise<void>;
  /** Notes where the server is, so that it is found if this process is killed. */
  listensAt(origin: string): Promise<void>;
  close(): Promise<void>;
}

/** How long a server may take to say that it is there, in milliseconds. */
const PROBE_MS = 2000;

/** Whether something answers at an address. */
async function answers(origin: string): Promise<boolean> {
  const probe = fetch(new URL("/healthz", origin), { signal: AbortSignal.timeout(PROBE_MS) });
  return probe.then(
    () => true,
    () => false,
  );
}

/**
 * Marks the accounts as used by this process. One that was killed leaves its mark, and may leave its server, which still writes: two servers must never write the
 * same objects.
 */
async function takeLock(): Promise<void> {
  const [pid = "", origin = ""] = ((await read(LOCK)) ?? "").split(" ");
  const isOwned = Number(pid) > 0 && Number(pid) !== process.pid && isRunning(Number(pid));
  if (isOwned) {
    throw new UsageError(
      `Process ${pid} uses the accounts in ${folder()}: stop that npm start first, or start this one without ACCOUNTS=on.`,
    );
  }
  if (origin !== "" && (await answers(origin))) {
    throw new UsageError(
      `A server that was left behind at ${origin} still uses the accounts in ${folder()}: end its workerd.`,
    );
  }
  await writeFile(join(folder(), LOCK), `${process.pid}\n`);
}

/** Opens the accounts on this machine for one server, and makes an admin key if there is none. Throws `UsageError` if another server uses them. */
export async function openLocalState(): Promise<LocalState> {
  await mkdir(folder(), { recursive: true, mode: 0o700 });
  await takeLock();
  const known = process.env["ADMIN_KEY"] || (await localAdminKey());
  const adminKey = known ?? `fe_admin_${randomBase62(ADMIN_KEY_DIGITS, randomBytes)}`;
  if (known === undefined) await writeFile(join(folder(), ADMIN_KEY), `${adminKey}\n`, SECRET);
  return {
    adminKey,
    storage: join(folder(), "objects"),
    firstKey: await read(FIRST_KEY),
    paths: { adminKey: shown(ADMIN_KEY), firstKey: shown(FIRST_KEY) },
    keepFirstKey: (key) => writeFile(join(folder(), FIRST_KEY), `${key}\n`, SECRET),
    listensAt: (origin) => writeFile(join(folder(), LOCK), `${process.pid} ${origin}\n`),
    close: () => rm(join(folder(), LOCK), { force: true }),
  };
}

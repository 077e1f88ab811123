import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { cp, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { listen } from "./listen.ts";
import { type Module, OBJECT_CLASSES } from "../../tools/serve.ts";

/** A Worker for workerd: its modules, the entry first, and the values of its bindings. */
export interface Site {
  readonly modules: readonly Module[];
  readonly compatibilityDate: string;
  readonly compatibilityFlags: readonly string[];
  readonly variables: Readonly<Record<string, string>>;
  /** The folder of the ASSETS binding. */
  readonly assets: string;
  /** Whether isolates coalesce requests to the backend through the Durable Object. */
  readonly coalesces: boolean;
  /** The file of `services/` that stands in for the Cache API. */
  readonly cache: "cache.js" | "no-cache.js";
  /** The limit of each isolate's JavaScript heap, in MB; without it, V8 collects garbage only once there are hundreds. */
  readonly maxHeapMegabytes?: number;
  /** Whether nothing is printed of what the Worker logs. */
  readonly isQuiet?: boolean;
}

/** A workerd process with one Worker. */
export interface Workerd {
  readonly url: URL;
  /** The process that runs now. */
  readonly process: ChildProcess;
  /** The folder in which Durable Objects store what they keep: a folder for each class, and in it a file for each object. Empty without accounts. */
  readonly objects: string;
  /** Kills the process as `kill -9` does, and starts another at the same address, with what Durable Objects have stored. Caches are empty again. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

/** workerd's fields for the types of modules. */
const moduleFields = { ESModule: "esModule", CompiledWasm: "wasm", Data: "data" } as const;

const objects = Object.entries(OBJECT_CLASSES);
const text = JSON.stringify;
const list = (items: readonly string[]): string => `[ ${items.join(", ")} ]`;

/** The configuration of a stand-in service: a Worker of one JavaScript file. */
function standIn(name: string, file: string, bindings: readonly string[] = []): string {
  const modules = list([`(name = "main", esModule = embed ${text(file)})`]);
  return `(name = ${text(name)}, worker = (modules = ${modules}, compatibilityDate = "2026-10-20", bindings = ${list(bindings)}))`;
}

/** Returns the configuration for `workerd serve`. Modules and stand-ins must be in its folder, because it embeds no files from elsewhere. */
function configuration({ modules, ...site }: Site, folder: string, port: number): string {
  const hasAccounts = site.variables["ACCOUNTS"] === "on";
  const files = modules.map(({ type, path }) => `(name = ${text(path)}, ${moduleFields[type]} = embed ${text(path)})`);
  const variables = Object.entries(site.variables).map(
    ([name, value]) => `(name = ${text(name)}, text = ${text(value)})`,
  );
  const bindings = [
    ...variables,
    `(name = "ASSETS", service = "assets")`,
    `(name = "GENERATIONS", kvNamespace = "kv")`,
    ...objects
      .filter(([name]) => site.coalesces || name !== "REQUEST_COORDINATOR")
      .map(([name, className]) => `(name = ${text(name)}, durableObjectNamespace = ${text(className)})`),
  ];
  const worker = [
    `modules = ${list(files)}`,
    `compatibilityDate = ${text(site.compatibilityDate)}`,
    `compatibilityFlags = ${list(site.compatibilityFlags.map((flag) => text(flag)))}`,
    `bindings = ${list(bindings)}`,
    `cacheApiOutbound = "cache"`,
    `durableObjectNamespaces = ${list(objects.map(([, name]) => `(className = ${text(name)}, uniqueKey = ${text(name)}, enableSql = true)`))}`,
    // In memory, workerd has no alarms; accounts need them.
    `durableObjectStorage = ${hasAccounts ? `(localDisk = "objects")` : "(inMemory = void)"}`,
  ];
  const services = [
    `(name = "main", worker = (${worker.join(", ")}))`,
    standIn("assets", "assets.js", [`(name = "DISK", service = "disk")`]),
    standIn("kv", "kv.js"),
    standIn("cache", site.cache),
    `(name = "disk", disk = (path = ${text(site.assets)}))`,
    ...(hasAccounts ? [`(name = "objects", disk = (path = ${text(join(folder, "objects"))}, writable = true))`] : []),
    // Private addresses are allowed because the backend is on this machine.
    `(name = "internet", network = (allow = ["public", "private"]))`,
  ];
  const socket = `(name = "http", address = "127.0.0.1:${port}", http = (), service = "main")`;
  const flags = site.maxHeapMegabytes === undefined ? [] : [text(`--max-heap-size=${site.maxHeapMegabytes}`)];
  return `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (v8Flags = ${list(flags)}, services = ${list(services)}, sockets = ${list([socket])});
`;
}

/** The path of the workerd binary that Miniflare runs: `node_modules/.bin/workerd` would add a Node process in front of it. */
export function workerdBinary(): string {
  const path: unknown = createRequire(import.meta.resolve("miniflare"))("workerd").default;
  if (typeof path !== "string") throw new Error("workerd does not say where its program is.");
  return path;
}

async function freePort(): Promise<number> {
  const server = createServer();
  const port = await listen(server);
  server.close();
  await once(server, "close");
  return port;
}

/** A process that a signal ended has no exit code. */
function hasEnded({ exitCode, signalCode }: ChildProcess): boolean {
  return exitCode !== null || signalCode !== null;
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (hasEnded(child)) return;
  child.kill(signal);
  await once(child, "exit");
}

async function waitUntilReady(url: URL, child: ChildProcess): Promise<void> {
  while (!hasEnded(child)) {
    const isReady = await fetch(url).then(
      () => true,
      () => false,
    );
    if (isReady) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error("workerd ended; what it says is above.");
}

/** Writes what `workerd serve` reads into a new folder, `config.capnp` among it, and returns it. Port 0 takes a free one. */
export async function writeSite(site: Site, port: number): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "florence-edge-workerd-"));
  await Promise.all(site.modules.map(({ path, contents }) => writeFile(join(folder, path), contents)));
  await cp(fileURLToPath(new URL("services", import.meta.url)), folder, { recursive: true });
  await mkdir(join(folder, "objects"));
  await writeFile(join(folder, "config.capnp"), configuration(site, folder, port));
  return folder;
}

/** Runs `workerd serve` without a proxy, an inspector or Node in between, which is the closest local setup to Cloudflare's own servers. */
export async function serveWithWorkerd(site: Site): Promise<Workerd> {
  const port = await freePort();
  const folder = await writeSite(site, port);
  const url = new URL(`http://127.0.0.1:${port}/`);
  const start = (): ChildProcess =>
    spawn(workerdBinary(), ["serve", join(folder, "config.capnp")], {
      stdio: site.isQuiet === true ? "ignore" : ["ignore", "inherit", "inherit"],
    });
  let child = start();
  const kill = (): void => void child.kill();
  process.once("exit", kill);
  const restart = async (): Promise<void> => {
    await end(child, "SIGKILL");
    child = start();
    await waitUntilReady(url, child);
  };
  const stop = async (): Promise<void> => {
    process.off("exit", kill);
    await end(child, "SIGTERM");
    await rm(folder, { recursive: true, force: true });
  };
  const running: Workerd = {
    url,
    get process() {
      return child;
    },
    objects: join(folder, "objects"),
    restart,
    stop,
  };
  try {
    await waitUntilReady(url, child);
    return running;
  } catch (error) {
    await stop();
    throw error;
  }
}

import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { unzipSync } from "fflate";
import { afterAll, beforeAll, expect, it } from "vitest";
import { startWorld, type World } from "../no-code/world.ts";
import { appFolder } from "./support/app-folder.ts";

const run = promisify(execFile);

let world: World;
let folder: string;

/** Runs a command of Zapier's CLI in the app's folder. */
function zapier(...given: readonly string[]): Promise<{ stdout: string }> {
  const command = join(appFolder, "node_modules/.bin/zapier-platform");
  return run(process.execPath, [command, ...given], { cwd: appFolder });
}

async function unpack(archive: string): Promise<void> {
  for (const [path, bytes] of Object.entries(unzipSync(await readFile(archive)))) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), bytes);
  }
}

beforeAll(async () => {
  world = await startWorld();
  folder = await mkdtemp(join(tmpdir(), "zapier-"));
});

afterAll(async () => {
  await Promise.all([world.stop(), rm(folder, { recursive: true })]);
});

it("the app is what Zapier's schema asks for", async () => {
  expect((await zapier("validate", "--without-style")).stdout).toContain("structurally sound");
});

it("the archive that is uploaded has all that an action needs", async () => {
  // Its validation is the one above and one on Zapier's servers.
  await zapier("build", "--skip-npm-install", "--skip-validation");
  await unpack(join(appFolder, "build/build.zip"));
  const bundle = {
    authData: { baseUrl: world.api.origin },
    inputData: { image: `${world.files.origin}/street.jpg` },
  };
  const event = { command: "execute", method: "creates.describe.operation.perform", bundle };
  const program = join(import.meta.dirname, "support/run-archive.mjs");
  const { stdout } = await run(process.execPath, [program, folder, JSON.stringify(event)]);
  expect(JSON.parse(stdout.trimEnd().split("\n").at(-1) ?? "")).toMatchObject({ task: "caption", answer_type: "text" });
});

import { execFile, spawn } from "node:child_process";
import { chmod, cp, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { root } from "../../../tools/serve.ts";

const preload = join(root, "tools/preload.cjs");

/** JavaScript that makes Node report another version. */
const pretend = (version: string) => `Object.defineProperty(process.versions, "node", { value: "${version}" });`;

/** What a program printed, and its exit status. */
interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

const endOf = (running: Promise<{ readonly stdout: string; readonly stderr: string }>): Promise<Ended> =>
  running.then(
    (printed) => ({ code: 0, ...printed }),
    ({ code, stdout, stderr }: Ended) => ({ code, stdout, stderr }),
  );

/** Runs the preloaded file as this version of Node would. */
function as(version: string): Promise<Ended> {
  const program = `${pretend(version)} require(${JSON.stringify(preload)})`;
  return endOf(promisify(execFile)(process.execPath, ["-e", program]));
}

/** A checkout without the Node of its packages, and a `node` in `bin/` that reports another version. */
async function checkoutWithNode(version: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "florence-edge-node-"));
  await mkdir(join(folder, "bin"));
  await writeFile(join(folder, "bin/pretend.cjs"), pretend(version));
  await writeFile(join(folder, "bin/node"), `#!/bin/sh\nexec ${process.execPath} -r ${folder}/bin/pretend.cjs "$@"\n`);
  await chmod(join(folder, "bin/node"), 0o755);
  for (const path of ["package.json", "tools/preload.cjs"]) await cp(join(root, path), join(folder, path));
  return folder;
}

describe("a Node that is too old", () => {
  it.each(["12.22.0", "20.20.2", "22.17.9"])("%s ends in one line with status 1", async (version) => {
    const { code, stdout, stderr } = await as(version);
    expect([code, stdout, stderr.includes(version), stderr.trim().split("\n").length]).toEqual([1, "", true, 1]);
  });

  it.each(["22.18.0", "23.0.0", "24.21.0"])("%s is not", async (version) => {
    expect(await as(version)).toEqual({ code: 0, stdout: "", stderr: "" });
  });

  it.each([[["start"]], [["run", "ask"]], [["run", "gpu"]]])(
    "is refused through npm %j in one line",
    async (command) => {
      const folder = await checkoutWithNode("20.20.2");
      const PATH = [join(folder, "bin"), process.env["PATH"]].join(delimiter);
      const child = spawn("npm", command, { cwd: folder, env: { ...process.env, PATH } });
      const printed = Promise.all([child.stdout, child.stderr].map((stream) => stream.setEncoding("utf8").toArray()));
      const status = await new Promise((resolve) => child.once("close", resolve));
      const [stdout, stderr] = (await printed).map((texts) => texts.join(""));
      expect([status, stdout]).toEqual([1, expect.stringContaining("tools/preload.cjs")]);
      expect(stderr).toMatch(/^.*needs Node 22\.18 or newer; this is 20\.20\.2.*\n$/u);
      await rm(folder, { recursive: true });
    },
  );

  it("is refused by every command of package.json that runs TypeScript", async () => {
    const { scripts }: { scripts: Record<string, string> } = JSON.parse(
      await readFile(join(root, "package.json"), "utf8"),
    );
    const commands = Object.values(scripts).flatMap((script) => script.split(" && "));
    const programs = commands.filter((command) => /^(?:exec )?node /u.test(command));
    expect(programs.length).toBeGreaterThan(10);
    expect(programs.filter((command) => !/^(?:exec )?node -r \.\/tools\/preload\.cjs /u.test(command))).toEqual([]);
  });
});

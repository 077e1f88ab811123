import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, it } from "vitest";
import { root } from "../../../tools/serve.ts";

const run = promisify(execFile);
const cwd = join(root, "integrations/node-red");

it("the package's comments are types that hold, with Node-RED's own", async () => {
  const { stdout } = await run(join(root, "node_modules/.bin/tsc"), ["-p", cwd]);
  expect(stdout).toBe("");
});

it("npm would publish what Node-RED's packaging guide asks for, and no more", async () => {
  const { stdout } = await run("npm", ["pack", "--dry-run", "--json"], { cwd });
  const packed: unknown = JSON.parse(stdout);
  const [archive] = Object.values(Object(packed));
  const { files } = Object(archive);
  const folders = new Set(Array.from(files, (file) => String(Object(file).path).split("/")[0]));
  expect(folders).toEqual(new Set(["LICENSE", "README.md", "examples", "lib", "nodes", "package.json", "resources"]));
});

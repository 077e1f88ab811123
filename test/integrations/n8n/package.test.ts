import { execFile } from "node:child_process";
import { promisify } from "node:util";
import * as z from "zod";
import { expect, it } from "vitest";
import { packageFolder, runTool } from "./support/install.ts";

const Packed = z.tuple([z.object({ files: z.array(z.object({ path: z.string() })) })]);

it("n8n's linter finds nothing", async () => {
  await expect(runTool("lint")).resolves.not.toContain("problem");
});

it("what is published is what was built, and what a user reads", async () => {
  const flags = ["pack", "--dry-run", "--json", "--ignore-scripts"];
  const { stdout } = await promisify(execFile)("npm", flags, { cwd: packageFolder });
  const [{ files }] = Packed.parse(JSON.parse(stdout));
  const paths = files.map(({ path }) => path);
  expect(paths.filter((path) => !path.startsWith("dist/"))).toEqual(["LICENSE", "README.md", "package.json"]);
  expect(paths).toEqual(
    expect.arrayContaining([
      "dist/nodes/FlorenceEdge/FlorenceEdge.node.js",
      "dist/nodes/FlorenceEdge/FlorenceEdge.node.json",
      "dist/nodes/FlorenceEdgeTrigger/FlorenceEdgeTrigger.node.js",
      "dist/credentials/FlorenceEdgeApi.credentials.js",
      "dist/icons/florence-edge.svg",
      "dist/icons/florence-edge.dark.svg",
    ]),
  );
});

import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, it } from "vitest";
import { appFolder } from "./support/app-folder.ts";

it("the app is what Zapier's schema asks for", async () => {
  const validate = [join(appFolder, "node_modules/.bin/zapier-platform"), "validate", "--without-style"];
  const { stdout } = await promisify(execFile)(process.execPath, validate, { cwd: appFolder });
  expect(stdout).toContain("structurally sound");
});

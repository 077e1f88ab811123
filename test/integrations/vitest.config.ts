import { join } from "node:path";
import { defineConfig } from "vitest/config";

/** The folders of clients. */
const folders = ["mcp", "compat", "webhooks"];

/**
 * Other people's clients, unchanged, against the API. Each folder is a project with a lock file of its own, whose first run installs it: `--project mcp` installs
 * and runs that one only.
 */
export default defineConfig({
  test: {
    // One at a time, for two cores.
    fileParallelism: false,
    projects: folders.map((name) => ({
      test: {
        name,
        root: join(import.meta.dirname, name),
        include: ["*.test.ts"],
        globalSetup: [join(import.meta.dirname, name, "support/install.ts")],
        testTimeout: 120_000,
        hookTimeout: 300_000,
      },
    })),
  },
});

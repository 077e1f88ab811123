import { defineConfig } from "vitest/config";

/** Third-party checkers compare the running API with its document. The first run installs them here; Schemathesis needs Python. */
export default defineConfig({
  test: {
    name: "contract-tools",
    root: import.meta.dirname,
    include: ["*.test.ts"],
    globalSetup: ["support/install.ts"],
    // One checker at a time, for two cores.
    fileParallelism: false,
    testTimeout: 900_000,
    hookTimeout: 300_000,
  },
});

import { defineConfig } from "vitest/config";

/** Other people's clients ask the built Worker. Each folder has a lock file of its own, and its first run installs them. */
export default defineConfig({
  test: {
    name: "integrations",
    root: import.meta.dirname,
    include: ["*/*.test.ts"],
    globalSetup: ["compat/support/install.ts"],
    // One after the other, for two cores.
    fileParallelism: false,
    testTimeout: 120_000,
    hookTimeout: 300_000,
  },
});

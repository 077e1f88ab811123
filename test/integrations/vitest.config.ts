import { defineConfig } from "vitest/config";

/** Other people's clients, unchanged, against the API as `npm start` runs it. The first run installs them, a folder for each protocol. */
export default defineConfig({
  test: {
    name: "integrations",
    root: import.meta.dirname,
    include: ["*/*.test.ts"],
    globalSetup: ["install.ts"],
    // One at a time, for two cores.
    fileParallelism: false,
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
});

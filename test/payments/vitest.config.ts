import { defineConfig } from "vitest/config";

/**
 * The ways to buy credits with programs that are not ours: Stripe's own stripe-mock and SDK, and localstripe, which sends signed events. The first run installs them here; it needs Go and
 * Python.
 */
export default defineConfig({
  test: {
    name: "payments",
    root: import.meta.dirname,
    include: ["*.test.ts"],
    globalSetup: ["support/install.ts"],
    // One at a time, for two cores.
    fileParallelism: false,
    testTimeout: 120_000,
    hookTimeout: 300_000,
  },
});

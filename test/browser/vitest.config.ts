import { defineConfig } from "vitest/config";

/** Tests of the pages in Chromium against the real server. Not part of `npm test`: it needs a browser (`CHROMIUM_PATH`, else Debian's). */
export default defineConfig({
  test: {
    name: "browser",
    root: import.meta.dirname,
    include: ["*.test.ts"],
    globalSetup: ["support/server.ts"],
    // Two cores: one page at a time.
    fileParallelism: false,
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
});

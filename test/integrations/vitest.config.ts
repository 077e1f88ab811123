import { defineConfig } from "vitest/config";
import { clientsIn } from "./project.ts";

/** The folders of clients. */
const folders = ["mcp", "compat", "webhooks", "zapier", "activepieces", "node-red", "google-sheets"];

/**
 * Other people's clients, unchanged, against the API. Each folder is a project with a lock file of its own, whose first run installs it: `--project mcp` installs
 * and runs that one only.
 */
export default defineConfig({
  test: {
    // One at a time, for two cores.
    fileParallelism: false,
    projects: folders.map(clientsIn),
  },
});

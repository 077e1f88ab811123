import { defineConfig } from "vitest/config";
import { clientsIn } from "../project.ts";

/** n8n itself, apart from the other clients: it takes 3.6 GB with the tools of its nodes, which the first run installs. */
export default defineConfig({ test: { fileParallelism: false, projects: [clientsIn("n8n")] } });

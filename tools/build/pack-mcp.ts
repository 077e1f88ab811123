import { dirname, basename, join } from "node:path";
import { build } from "vite";

const source = join(import.meta.dirname, "../../src/mcp");

/** Writes what the Worker uses of MCP's package into a file, minified. zod stays outside, since the Worker has it anyway. */
export async function packMcp(file: string): Promise<void> {
  await build({
    configFile: false,
    publicDir: false,
    logLevel: "warn",
    resolve: {
      conditions: ["workerd", "worker", "browser"],
      alias: { "@modelcontextprotocol/server/_shims": join(source, "package-shims.ts") },
    },
    build: {
      outDir: dirname(file),
      emptyOutDir: false,
      target: "esnext",
      minify: true,
      lib: { entry: join(source, "package-parts.ts"), formats: ["es"], fileName: () => basename(file) },
      rolldownOptions: { external: [/^zod(?:\/|$)/u] },
    },
  });
}

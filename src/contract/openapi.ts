import { OpenAPIHono } from "@hono/zod-openapi";
import { operations } from "./operations.ts";
import type { TaskRow } from "./service.ts";
import { analyzeOperation, taskOperation } from "./task-operations.ts";

/** The whole contract as an OpenAPI 3.1 document. */
export function openApiDocument(tasks: readonly TaskRow[], version: string) {
  const app = new OpenAPIHono();
  for (const route of [...tasks.map(taskOperation), analyzeOperation(tasks), ...Object.values(operations)]) {
    app.openAPIRegistry.registerPath(route);
  }
  return app.getOpenAPI31Document({
    openapi: "3.1.0",
    info: {
      title: "florence-edge",
      version,
      description: "One image, one task name, one typed answer.",
      license: { name: "Apache-2.0", url: "https://www.apache.org/licenses/LICENSE-2.0" },
    },
    servers: [{ url: "/" }],
    security: [],
  });
}

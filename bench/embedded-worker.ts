import api from "../functions/api.ts";
import { linearMemoryBytes } from "../src/runtime/ort-web.ts";

export { Account, AccountDirectory, BatchBook, JobBook, Payments, RequestCoordinator } from "../functions/api.ts";

/** The deployed Worker with an additional route, `/memory`, that returns the size of ONNX Runtime's linear memory. */
export default {
  fetch: (request: Request, env: Env, context: ExecutionContext) =>
    new URL(request.url).pathname === "/memory"
      ? Response.json({ linearMemoryBytes: linearMemoryBytes() })
      : api.fetch(request, env, context),
} satisfies ExportedHandler<Env>;

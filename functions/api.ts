import { env } from "cloudflare:workers";
import * as z from "zod";
import { version } from "../package.json";
import { createService, refusingService } from "../src/answer.ts";
import { Problem } from "../src/contract/problems.ts";
import type { Service } from "../src/contract/service.ts";
import { tasks } from "../src/florence/tasks.ts";
import { createApp } from "../src/http/app.ts";
import { ISOLATE_LIMITS } from "../src/image/intake.ts";
import { imageFetch } from "./image-fetch.ts";
import { cached, placements, Variables } from "./placements.ts";

const variables = Variables.safeParse(env);
if (!variables.success) console.error(z.prettifyError(variables.error));

function serviceOf(settings: z.infer<typeof Variables>): Service {
  const backend = placements[settings.PLACEMENT](settings);
  const limits = { ...ISOLATE_LIMITS, maxPixels: settings.MAX_IMAGE_PIXELS };
  const find = cached(backend, settings);
  return createService({ backend, find, limits, fetchImage: imageFetch(settings), now: Date.now });
}

export default createApp({
  tasks: Object.entries(tasks).map(([name, { summary, input, answers }]) => ({ name, summary, input, answers })),
  service: variables.success
    ? serviceOf(variables.data)
    : refusingService(new Problem("misconfigured", "A variable of this deployment is missing or wrong.")),
  version,
  newRequestId: () => crypto.randomUUID(),
  logError: (problem, requestId) => console.error(requestId, problem),
});

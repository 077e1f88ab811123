import { exports } from "cloudflare:workers";
import { describeClient } from "../../support/client-cases.ts";

/** Calls the Worker as another Worker does through a service binding. */
describeClient(() => ({ baseUrl: "https://api.test", fetch: (url, init) => exports.default.fetch(url, init) }));

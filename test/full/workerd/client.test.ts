import { exports } from "cloudflare:workers";
import { describeClient } from "../../support/client-cases.ts";

/** As a Worker asks another through a service binding. */
describeClient(() => ({ baseUrl: "https://api.test", fetch: (url, init) => exports.default.fetch(url, init) }));

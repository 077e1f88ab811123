import { defineApp, version } from "zapier-platform-core";
import packageJson from "../package.json" with { type: "json" };
import { authentication } from "./authentication.js";
import { creates } from "./creates.js";
import { addHeaders, throwForProblem } from "./middleware.js";

export default defineApp({
  version: packageJson.version,
  platformVersion: version,
  // Else core answers a 429 itself, before it is known what to do about it.
  flags: { throwForThrottlingEarly: false },
  authentication,
  beforeRequest: [addHeaders],
  afterResponse: [throwForProblem],
  creates,
});

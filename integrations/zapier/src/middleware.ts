import type { AfterResponseMiddleware, BeforeRequestMiddleware } from "zapier-platform-core";
import packageJson from "../package.json" with { type: "json" };
import { isApiUrl } from "./api.js";
import { throwProblem } from "./problem.js";

/** Says who asks and, to the API alone, with which key: the servers of users' files must not see it. */
export const addHeaders: BeforeRequestMiddleware = (request, _z, bundle) => {
  if (!isApiUrl(request.url, bundle)) return request;
  const key = (bundle.authData["apiKey"] ?? "").trim();
  const headers = {
    ...request.headers,
    "user-agent": `Zapier florence-edge/${packageJson.version}`,
    ...(key !== "" && { authorization: `Bearer ${key}` }),
  };
  return { ...request, headers };
};

/** Turns a failed answer of the API into an error that users understand, unless the request wants to see it. */
export const throwForProblem: AfterResponseMiddleware = (response, z, bundle) => {
  const isFailed = response.status >= 400 && isApiUrl(response.request.url ?? "", bundle);
  return isFailed && !response.skipThrowForStatus ? throwProblem(response, z) : response;
};

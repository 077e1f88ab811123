import type { Authentication, Bundle, ZObject } from "zapier-platform-core";
import { apiUrl } from "./api.js";
import { throwNotTheApi, throwProblem } from "./problem.js";

/** What the test of a connection finds out. */
interface Connected {
  /** Tells connections apart in lists: the host, and the account and key if there are any. */
  readonly label: string;
}

/** What the app reads of `GET /v1/me`. */
interface Me {
  readonly account: { readonly name: string };
  readonly key: { readonly name: string; readonly last4: string };
}

/** Asks whose key it is. An API without accounts has no such operation: then it is asked for its tasks. */
async function test(z: ZObject, bundle: Bundle): Promise<Connected> {
  const url = apiUrl(z, bundle, "/v1/me");
  const { host } = new URL(url);
  const response = await z.request<Partial<Me> | undefined>({ url, skipThrowForStatus: true });
  if (response.status === 404) {
    const { data } = await z.request<{ tasks?: unknown } | undefined>({ url: apiUrl(z, bundle, "/v1/tasks") });
    return Array.isArray(data?.tasks) ? { label: host } : throwNotTheApi(z);
  }
  if (response.status >= 400) throwProblem(response, z);
  const { account, key } = response.data ?? {};
  if (account === undefined || key === undefined) throwNotTheApi(z);
  return { label: `${host} (${account.name}, ${key.name} …${key.last4})` };
}

/** A connection: where the API is, and a key where it needs one. */
export const authentication = {
  type: "custom",
  test,
  connectionLabel: "{{label}}",
  fields: [
    {
      key: "baseUrl",
      label: "Base URL",
      type: "string",
      required: true,
      isNoSecret: true,
      placeholder: "https://florence.example.com",
      helpText: "Where your florence-edge API is. Zapier must be able to reach it over the internet.",
    },
    {
      key: "apiKey",
      label: "API Key",
      type: "password",
      required: false,
      isNoSecret: false,
      helpText: "The key from the API's operator (`fe_live_…`). Leave it empty if the API needs none.",
    },
  ],
} satisfies Authentication;

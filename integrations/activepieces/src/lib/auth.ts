import { PieceAuth, Property } from "@activepieces/pieces-framework";
import { problemOf } from "./problem";
import { type Connection, readAnswer, sendOnce } from "./request";

/** Returns what is wrong with a connection, undefined if nothing is. Throws if the API cannot be reached, or something else answers. */
async function faultOf(connection: Connection): Promise<string | undefined> {
  const me = await sendOnce(connection, "/v1/me");
  // An API without accounts has no such operation: then it is asked for its tasks.
  const response = me.status === 404 ? await sendOnce(connection, "/v1/tasks") : me;
  if (!response.ok) return (await problemOf(response)).message;
  await readAnswer(response);
  return undefined;
}

/** A connection: where the API is, and a key where it needs one. */
export const florenceEdgeAuth = PieceAuth.CustomAuth({
  required: true,
  description: "Where your florence-edge API is, and your key if it needs one.",
  props: {
    baseUrl: Property.ShortText({
      displayName: "Base URL",
      description: "As in `https://florence.example.com`. Activepieces must be able to reach it.",
      required: true,
    }),
    apiKey: PieceAuth.SecretText({
      displayName: "API Key",
      description: "The key from the API's operator (`fe_live_…`). Leave it empty if the API needs none.",
      required: false,
    }),
  },
  validate: async ({ auth }) => {
    const fault = await faultOf(auth).catch((error: unknown) =>
      error instanceof Error ? error.message : String(error),
    );
    return fault === undefined ? { valid: true } : { valid: false, error: fault };
  },
});

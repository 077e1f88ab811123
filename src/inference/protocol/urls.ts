import { InferenceFailure } from "./failure.ts";

/** Whether a text can be the base URL of a server: http(s)://host[:port][/path], without credentials, query and fragment. */
export function isBaseUrl(text: string): boolean {
  // Also an empty query or fragment, which the parsed URL does not have.
  if (/[?#]/u.test(text)) return false;
  try {
    const { protocol, username, password } = new URL(text);
    return /^https?:$/u.test(protocol) && username === "" && password === "";
  } catch {
    return false;
  }
}

/** Returns the server's base URL without a trailing slash. Throws `TypeError` for a URL that cannot be a base: a configuration error. */
export function parseBaseUrl(url: string): string {
  if (isBaseUrl(url)) return new URL(url).href.replace(/\/$/, "");
  throw new TypeError("The server's url must be http(s)://host[:port][/path]; credentials go into headers.");
}

/** `/v2/models/{model}[/versions/{version}]`. Throws `invalid-request` for a name or version that would change the path. */
export function modelPath(model: string, version?: string): string {
  // URL parsers resolve "." and ".." segments, percent-encoded or not.
  if (model === "" || model === "." || model === ".." || !model.isWellFormed()) {
    throw new InferenceFailure("invalid-request", `${JSON.stringify(model)} is no name of a model.`);
  }
  const path = `/v2/models/${encodeURIComponent(model)}`;
  if (version === undefined) return path;
  if (/^\d+$/.test(version)) return `${path}/versions/${version}`;
  throw new InferenceFailure("invalid-request", `A version is a number, not ${JSON.stringify(version)}.`);
}

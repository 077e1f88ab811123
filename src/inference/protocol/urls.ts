import { InferenceFailure } from "./failure.ts";

/** Returns the server's base URL without a trailing slash. Throws `TypeError` for a URL that cannot be a base: a configuration error. */
export function parseBaseUrl(url: string): string {
  const { protocol, search, hash, username, href } = new URL(url);
  const isHttp = protocol === "http:" || protocol === "https:";
  if (!isHttp || search !== "" || hash !== "" || username !== "") {
    throw new TypeError("The server's url must be http(s)://host[:port][/path]; credentials go into headers.");
  }
  return href.replace(/\/$/, "");
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

import { InferenceFailure } from "./failure.ts";

/** The server's address without its last slash. Throws `TypeError` for one that no request could go to: a mistake of whoever configures. */
export function baseOf(url: string): string {
  const { protocol, search, hash, username, href } = new URL(url);
  const isHttp = protocol === "http:" || protocol === "https:";
  if (!isHttp || search !== "" || hash !== "" || username !== "") {
    throw new TypeError("The server's url must be http(s)://host[:port][/path]; credentials go into headers.");
  }
  return href.replace(/\/$/, "");
}

/** `/v2/models/{model}[/versions/{version}]`. Throws `invalid-request` for names that would lead elsewhere. */
export function modelPath(model: string, version?: string): string {
  // URLs resolve these two, encoded or not.
  if (model === "" || model === "." || model === ".." || !model.isWellFormed()) {
    throw new InferenceFailure("invalid-request", `${JSON.stringify(model)} is no name of a model.`);
  }
  const path = `/v2/models/${encodeURIComponent(model)}`;
  if (version === undefined) return path;
  if (/^\d+$/.test(version)) return `${path}/versions/${version}`;
  throw new InferenceFailure("invalid-request", `A version is a number, not ${JSON.stringify(version)}.`);
}

import { type Digest, digestOf, etagText } from "./digest.ts";
import { PullError } from "./pull-error.ts";
import { follow, type Reply } from "./redirects.ts";
import { isMissing, refusal, type RequestedFile } from "./refusals.ts";
import { type Retries, retrying } from "./retries.ts";
import type { Source } from "./sources.ts";
import { stallWatch } from "./stall-watch.ts";

/** A model hub, and how to send requests to it. */
export interface Hub extends Retries {
  readonly url: URL;
  readonly token: string | undefined;
  readonly fetch: typeof fetch;
  /** A transfer is aborted after this many milliseconds without a byte. */
  readonly stallMs: number;
}

/** A file as the hub describes it. */
export interface RemoteFile {
  /** The path in the repository. */
  readonly path: string;
  readonly size: number;
  /** The hub's ETag; it changes when the bytes change. */
  readonly etag: string;
  readonly digest: Digest;
  /** The commit of the revision, if the hub reports it. */
  readonly commit: string | undefined;
}

/** Requests uncompressed bytes: a compressed response has another length. */
const commonHeaders = { "accept-encoding": "identity", "user-agent": "florence-edge" };

/** `resolve/<revision>/<path>`, the address of a file's bytes. */
function fileUrl({ url }: Hub, { repository, revision }: Source, path: string): URL {
  const segments = path.split("/").map((segment) => encodeURIComponent(segment));
  return new URL(`${repository}/resolve/${encodeURIComponent(revision)}/${segments.join("/")}`, url);
}

function requestedFile({ token }: Hub, { repository, revision }: Source, path: string): RequestedFile {
  return { repository, revision, path, hasToken: token !== undefined };
}

/** Sends one request for a file. Throws `Interrupted` and `PullError`, as `follow` does. */
export async function requestFile(
  hub: Hub,
  source: Source,
  path: string,
  init: { readonly method: "GET" | "HEAD"; readonly headers?: Record<string, string>; readonly signal: AbortSignal },
): Promise<Reply> {
  const { token, fetch: fetchOne } = hub;
  const headers = { ...commonHeaders, ...init.headers };
  return follow({ ...init, headers, token, fetch: fetchOne, url: fileUrl(hub, source, path) });
}

/** Throws the error for a status of 400 or above. */
export function requireSuccess(hub: Hub, source: Source, path: string, reply: Reply): void {
  if (reply.response.status >= 400) throw refusal(reply, requestedFile(hub, source, path));
}

function first(chain: readonly Headers[], name: string): string | undefined {
  return chain.map((headers) => headers.get(name) ?? undefined).find((value) => value !== undefined);
}

/** Returns the hub's own ETag, not that of the storage behind it. */
export function announcedEtag({ chain }: Reply): string | undefined {
  const etag = first(chain, "x-linked-etag") ?? chain.at(-1)?.get("etag") ?? undefined;
  return etag === undefined ? undefined : etagText(etag);
}

function announcedSize({ chain }: Reply): number | undefined {
  const text = first(chain, "x-linked-size") ?? chain.at(-1)?.get("content-length") ?? undefined;
  return text !== undefined && /^\d+$/u.test(text) ? Number(text) : undefined;
}

/** A pinned SHA-256 overrides the hub's digest. Throws `PullError` if the two contradict each other, or if there is neither. */
function requiredDigest({ repository, sha256 }: Source, path: string, announced: Digest | undefined): Digest {
  const pinned = sha256[path];
  if (pinned === undefined) {
    if (announced !== undefined) return announced;
    throw new PullError(`The hub says no digest of ${path}: pin its sha256 in sources.json, under its path.`);
  }
  if (announced?.algorithm === "sha256" && announced.hex !== pinned) {
    throw new PullError(
      `${path} in ${repository} is another file than sources.json pins: expected sha256 ${pinned}, offered ${announced.hex}. ` +
        "Name the revision that had it, or take the pin out if you trust the new one.",
    );
  }
  return { algorithm: "sha256", hex: pinned };
}

function remoteFile(source: Source, path: string, reply: Reply): RemoteFile {
  const [size, etag] = [announcedSize(reply), announcedEtag(reply) ?? ""];
  if (size === undefined) throw new PullError(`${reply.host} does not say how large ${path} is.`);
  const digest = requiredDigest(source, path, digestOf(etag));
  return { path, size, etag, digest, commit: first(reply.chain, "x-repo-commit") };
}

/** Requests the description of a file from the hub; undefined if the hub does not have it. Throws `PullError`. */
export async function describeFile(hub: Hub, source: Source, path: string): Promise<RemoteFile | undefined> {
  return retrying(hub, async () => {
    const watch = stallWatch(hub.stallMs);
    try {
      const reply = await requestFile(hub, source, path, { method: "HEAD", signal: watch.signal });
      if (isMissing(reply)) return undefined;
      requireSuccess(hub, source, path, reply);
      return remoteFile(source, path, reply);
    } finally {
      watch.end();
    }
  });
}

import { announcedEtag, type Hub, type RemoteFile, requestFile, requireSuccess } from "./hub.ts";
import type { PartialFile } from "./partial-file.ts";
import { FileChanged, Interrupted, PullError } from "./pull-error.ts";
import { interrupted, type Reply } from "./redirects.ts";
import type { Source } from "./sources.ts";
import { stallWatch } from "./stall-watch.ts";

const PARTIAL_CONTENT = 206;
const RANGE_NOT_SATISFIABLE = 416;

/** One file that is being downloaded. */
export interface Transfer {
  readonly hub: Hub;
  readonly source: Source;
  readonly remote: RemoteFile;
  readonly partial: PartialFile;
  /** Called after each chunk with the number of bytes downloaded so far. */
  readonly advance: (bytes: number) => void;
}

/** Headers for the rest of the file. With `If-Range`, the storage sends the whole file if its bytes have changed. */
function rangeHeaders(partial: PartialFile): Record<string, string> {
  const validator = partial.validator();
  if (partial.bytes() === 0) return {};
  return { range: `bytes=${partial.bytes()}-`, ...(validator === undefined ? {} : { "if-range": validator }) };
}

/** Returns the ETag if it is strong: a weak one must not be used to resume (RFC 9110, 13.1.5). */
function strongEtag(headers: Headers): string | undefined {
  const etag = headers.get("etag") ?? "W/";
  return etag.startsWith("W/") ? undefined : etag;
}

/** Whether a 206 starts where the partial file ends and its ETag, if both are known, is the same. */
function continues({ headers }: Response, partial: PartialFile): boolean {
  const start = /^bytes (\d+)-/u.exec(headers.get("content-range") ?? "")?.[1];
  const [etag, validator] = [strongEtag(headers), partial.validator()];
  return Number(start) === partial.bytes() && (etag === undefined || validator === undefined || etag === validator);
}

/** Prepares the partial file for the bytes of a reply. */
async function begin({ hub, source, remote, partial }: Transfer, reply: Reply): Promise<void> {
  const { response, host } = reply;
  if (response.status === RANGE_NOT_SATISFIABLE) {
    await partial.restart(undefined);
    throw new Interrupted(`${host} has fewer bytes of ${remote.path} than have come`);
  }
  requireSuccess(hub, source, remote.path, reply);
  if ((announcedEtag(reply) ?? remote.etag) !== remote.etag) throw new FileChanged(`${remote.path} has changed`);
  if (response.status !== PARTIAL_CONTENT) return partial.restart(strongEtag(response.headers));
  if (continues(response, partial)) return;
  await partial.restart(undefined);
  throw new Interrupted(`${host} sent another part of ${remote.path} than it was asked for`);
}

async function receive({ remote, partial, advance }: Transfer, reply: Reply, beat: () => void): Promise<void> {
  const reader = (reply.response.body ?? new ReadableStream<Uint8Array>()).getReader();
  for (;;) {
    const { done, value } = await reader.read().catch((error: unknown) => {
      throw interrupted(error, reply.host);
    });
    if (done) break;
    if (partial.bytes() + value.length > remote.size) {
      await partial.restart(undefined);
      throw new PullError(
        `${reply.host} sends more of ${remote.path} than the ${remote.size} bytes that it announced.`,
      );
    }
    await partial.append(value);
    beat();
    advance(partial.bytes());
  }
  if (partial.bytes() === remote.size) return;
  throw new Interrupted(`${reply.host} ended after ${partial.bytes()} of the ${remote.size} bytes of ${remote.path}`);
}

/**
 * Makes one attempt to download the missing bytes. Throws `Interrupted` if another attempt can continue, `FileChanged` if the
 * hub now has other bytes, `PullError` if neither helps.
 */
export async function transfer(each: Transfer): Promise<void> {
  const watch = stallWatch(each.hub.stallMs);
  const init = { method: "GET", headers: rangeHeaders(each.partial), signal: watch.signal } as const;
  try {
    const reply = await requestFile(each.hub, each.source, each.remote.path, init);
    await begin(each, reply);
    await receive(each, reply, watch.beat);
  } finally {
    watch.end();
  }
}

import { execFileSync } from "node:child_process";
import { createHash, randomUUID } from "node:crypto";
import { join } from "node:path";

/** What a sheet's script has done so far. */
export interface Diary {
  /** The requests of each call of `fetchAll`. */
  readonly fetched: (readonly SentRequest[])[];
  readonly sleptMs: number[];
  readonly cache: Map<string, string>;
}

/** A request as it left the script. */
export interface SentRequest {
  readonly url: string;
  readonly payload: string;
  readonly headers: Readonly<Record<string, string>>;
}

interface GivenRequest {
  readonly url: string;
  readonly method?: string;
  readonly contentType?: string;
  readonly payload?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly muteHttpExceptions?: boolean;
  readonly followRedirects?: boolean;
}

interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** The limits of developers.google.com/apps-script/reference/cache/cache. */
const [KEY_CHARACTERS, VALUE_BYTES, CACHE_SECONDS] = [250, 100 * 1024, 21_600];

/** Sends at once and waits for all, since a script of Google's has no promises. Throws if one gets no reply, as Google's does. */
function fetchAll(diary: Diary, given: readonly GivenRequest[]) {
  const requests = given.map(({ url, method = "get", contentType = "", payload = "", headers = {} }) => {
    return { url, method: method.toUpperCase(), payload, headers: { ...headers, "content-type": contentType } };
  });
  diary.fetched.push(requests);
  const program = join(import.meta.dirname, "fetch-all.ts");
  const stdout = execFileSync(process.execPath, [program], {
    input: JSON.stringify(requests),
    stdio: ["pipe", "pipe", "ignore"],
    maxBuffer: 1 << 26,
  });
  const replies: readonly Reply[] = JSON.parse(stdout.toString());
  return replies.map(({ status, headers, body }, index) => {
    if (status >= 400 && given[index]?.muteHttpExceptions !== true) throw new Error(`Request failed: ${status}`);
    return { getResponseCode: () => status, getContentText: () => body, getHeaders: () => ({ ...headers }) };
  });
}

function cacheOf({ cache }: Diary) {
  return {
    getAll: (keys: readonly string[]) =>
      Object.fromEntries(keys.flatMap((key) => (cache.has(key) ? [[key, cache.get(key)]] : []))),
    put: (key: string, value: string, seconds: number) => {
      const isAllowed =
        key.length <= KEY_CHARACTERS && Buffer.byteLength(value) <= VALUE_BYTES && seconds <= CACHE_SECONDS;
      if (!isAllowed) throw new Error("Argument too large");
      cache.set(key, value);
    },
  };
}

/** How long each call of `fetchAll` takes, in milliseconds of the script's clock. */
export interface Time {
  now: number;
  readonly fetchMs: number;
}

/** The services of Apps Script that a custom function may use. `Date` follows `time`, which only fetches and sleep advance. */
export function services(diary: Diary, properties: Readonly<Record<string, string>>, time: Time) {
  const { fetched: _, sleptMs } = diary;
  return {
    Date: { now: () => time.now },
    PropertiesService: { getScriptProperties: () => ({ getProperty: (name: string) => properties[name] ?? null }) },
    CacheService: { getScriptCache: () => cacheOf(diary) },
    UrlFetchApp: {
      fetchAll: (given: readonly GivenRequest[]) => {
        time.now += time.fetchMs;
        return fetchAll(diary, given);
      },
    },
    Utilities: {
      DigestAlgorithm: { SHA_256: "sha256" },
      Charset: { UTF_8: "utf8" },
      getUuid: () => randomUUID(),
      sleep: (ms: number) => {
        sleptMs.push(ms);
        time.now += ms;
      },
      // Bytes are signed there, as in Java.
      computeDigest: (algorithm: string, text: string) => [
        ...new Int8Array(createHash(algorithm).update(text).digest()),
      ],
      base64EncodeWebSafe: (bytes: readonly number[]) =>
        Buffer.from(bytes).toString("base64").replaceAll("+", "-").replaceAll("/", "_"),
    },
  };
}

import * as fc from "fast-check";
import { UPLOADS_PATH } from "../../../src/contract/uploads.ts";
import { anyHeaders, type Header } from "./any-headers.ts";
import { anyImage } from "./any-image.ts";
import type { FuzzRequest } from "./fuzz-request.ts";
import { weighted } from "./labelled.ts";

/** An address that an API gave out: the handle and its signature. */
export interface GivenAddress {
  readonly handle: string;
  readonly signature: string;
}

const handles = (given: readonly GivenAddress[]) => {
  const own = fc.constantFrom(...given);
  const changed = fc
    .tuple(own, fc.integer({ min: 7, max: 54 }), fc.constantFrom("A", "b", "-", "%41", "%00", "\u00e9"))
    .map(([{ handle, signature }, at, to]) => ({ handle: handle.slice(0, at) + to + handle.slice(at + 1), signature }));
  const odd = fc
    .tuple(own, fc.constantFrom("", "a", "%ff", "%", "__proto__", "upload_", "x".repeat(3000)))
    .map(([{ signature }, handle]) => ({ handle, signature }));
  const unsigned = fc
    .tuple(own, fc.constantFrom("", "a", "%00", "=", "x".repeat(3000)))
    .map(([{ handle }, signature]) => ({ handle, signature }));
  const swapped = fc.tuple(own, own).map(([{ handle }, { signature }]) => ({ handle, signature }));
  return weighted<GivenAddress>([8, own], [2, changed], [1, odd], [1, unsigned], [1, swapped]);
};

const transfers = weighted<FuzzRequest["transfer"]>(
  [12, fc.constant("length")],
  [2, fc.constant("chunked")],
  [1, fc.constant("cut")],
);

const files = weighted<Uint8Array | undefined>(
  [6, anyImage.map(({ value }) => value)],
  [2, fc.uint8Array({ maxLength: 2000 })],
  [1, fc.constantFrom(undefined, new Uint8Array(), new Uint8Array(10 * 1024 * 1024 + 1))],
);

const coding = weighted<readonly Header[]>(
  [8, fc.constant([])],
  [1, fc.constantFrom("gzip", "br", "identity", "x").map((value) => [["content-encoding", value]] as const)],
);

/** Requests to the operations of uploads, with addresses that the API gave out, changed ones and others. */
export function anyUploadRequest(given: readonly GivenAddress[]): fc.Arbitrary<FuzzRequest> {
  const put = handles(given).map(({ handle, signature }) => ({
    method: "PUT",
    target: `${UPLOADS_PATH}/${encodeURI(handle).replaceAll("%25", "%")}?signature=${signature}`,
  }));
  const other = fc.record({
    method: fc.constantFrom("POST", "POST", "POST", "GET", "DELETE", "HEAD", "OPTIONS", "PUT"),
    target: fc.constantFrom(UPLOADS_PATH, UPLOADS_PATH, `${UPLOADS_PATH}?a=1`, `${UPLOADS_PATH}/a`, `${UPLOADS_PATH}/`),
  });
  return fc
    .tuple(weighted([6, put], [4, other]), files, coding, anyHeaders, transfers)
    .map(([{ method, target }, file, coded, odd, transfer]): FuzzRequest => {
      const hasBody = method === "PUT" || (method === "POST" && (file?.length ?? 0) < 3000);
      return {
        what: `${method} ${target}, ${file?.length ?? "no"} bytes, ${transfer}`,
        method,
        target,
        headers: [...odd, ...coded],
        body: hasBody ? file : undefined,
        transfer: hasBody ? transfer : "length",
        isValid: false,
        stalls: false,
      };
    });
}

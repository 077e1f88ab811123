import { parseHeaderValue } from "./header-value.ts";

/** What a part's header says about the part. */
export interface PartHeader {
  /** Name of the field; undefined if the part has none. */
  readonly name: string | undefined;
  /** The part's file name, of which only the presence counts, however it is spelled; undefined if the part has none. */
  readonly fileName: string | undefined;
  /** In lower case; empty if the part has none. */
  readonly mediaType: string;
  /** Character encoding of a text, as in `TextDecoder`. */
  readonly charset: string;
  /** Content-Transfer-Encoding in lower case; empty if there is none. RFC 7578 deprecates it; mail libraries write it. */
  readonly transferEncoding: string;
}

/** `filename`, and its spellings of RFC 5987 and RFC 2231: `filename*`, `filename*0`, `filename*0*`. */
const FILE_NAME = /^filename(?:\*|$)/u;

/** Header lines by their names in lower case; of several with one name, the first. */
function linesOf(header: Uint8Array): ReadonlyMap<string, string> {
  // Names and file names in other encodings than UTF-8 become other names, which is no error: nothing depends on them.
  const unfolded = new TextDecoder().decode(header).replace(/\r?\n[ \t]+/gu, " ");
  const lines = unfolded.split(/\r?\n/u).flatMap((line): [string, string][] => {
    const colon = line.indexOf(":");
    return colon === -1 ? [] : [[line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim()]];
  });
  return new Map(lines.toReversed());
}

/** Parses the header of a form's part. Total: any bytes are a header. */
export function parsePartHeader(header: Uint8Array): PartHeader {
  const lines = linesOf(header);
  const { parameters } = parseHeaderValue(lines.get("content-disposition") ?? "");
  const type = parseHeaderValue(lines.get("content-type") ?? "");
  const fileName = [...parameters].find(([parameter]) => FILE_NAME.test(parameter));
  return {
    name: parameters.get("name"),
    fileName: fileName?.[1],
    mediaType: type.value,
    charset: type.parameters.get("charset") ?? "utf-8",
    transferEncoding: (lines.get("content-transfer-encoding") ?? "").toLowerCase(),
  };
}

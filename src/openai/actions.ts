import { Problem } from "../contract/problems.ts";
import { FILES } from "./paths.ts";
import { FLAT_CHARGE, isFlat } from "../contract/forms.ts";
import { isJsonObject } from "../contract/json-object.ts";
import type { Dialect, DialectRequest, TaskTranslation } from "../contract/dialect.ts";
import { jsonOf } from "./read-request.ts";
import { invalidParameter } from "../contract/parameter-problems.ts";

/** The address of the only file; undefined if there is none. Throws `invalid-request`. */
function fileIn(files: unknown): string | undefined {
  if (files === undefined) return undefined;
  if (!Array.isArray(files) || files.length > 1) throw invalidParameter(FILES, "Send one image.");
  const [file] = files;
  if (file === undefined) return undefined;
  const link: unknown = isJsonObject(file) ? file["download_link"] : file;
  if (typeof link === "string") return link;
  throw invalidParameter(FILES, "A file has a `download_link`.");
}

/** The task in a path: its last part. */
function taskIn({ pathname }: URL): string {
  return pathname.slice(pathname.lastIndexOf("/") + 1);
}

function translate(request: DialectRequest): TaskTranslation {
  const { [FILES]: files, ...options } = jsonOf(request).given;
  const file = fileIn(files);
  if (file !== undefined && options["image"] !== undefined) {
    throw invalidParameter("image", `Send either \`image\` or \`${FILES}\`.`);
  }
  return {
    kind: "task",
    task: taskIn(request.url),
    given: { format: "flat", ...options, ...(file === undefined ? {} : { image: file }) },
    reply: (form) => ({
      json: form,
      says: form,
      ...(isFlat(form) && { withCharge: (amount) => ({ ...form, [FLAT_CHARGE]: amount }) }),
    }),
    stream: () => {
      throw invalidParameter("stream", "Actions are not streamed.");
    },
  };
}

/** The actions of GPTs: each task with the user's file, and a flat answer. Problems are as in our own API, since models read them well. */
export function createActions(): Dialect {
  return {
    translate: (_, request) => translate(request),
    read: () => {
      throw new Problem("not-found", "Actions are sent with POST.");
    },
    problem: (details) => ({ status: details.status, headers: {}, json: details }),
    headers: () => ({}),
  };
}

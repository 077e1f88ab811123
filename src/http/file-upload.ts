import { excerpt } from "../bytes/excerpt.ts";
import { BATCH_PURPOSE, KEPT_FILE_SECONDS, MAX_FILE_BYTES, MIN_FILE_SECONDS } from "../contract/batches.ts";
import type { Batches, BatchOwner, FileFacts, FileReceiver } from "../contract/batches-port.ts";
import { Problem } from "../contract/problems.ts";
import { invalidRequest } from "./invalid-request.ts";
import { type FormTaker, receiveForm, type ReceiveFormOptions } from "./receive-form.ts";

/** Bytes of a form beside its file: fields and headers. */
const FORM_BYTES = 64 * 1024;

/** Memory that a file takes while it passes, in bytes: the part that is not sent to the storage yet, and a copy of it on the way. */
export const UPLOAD_MEMORY_BYTES = 10 * 1024 * 1024;

const UNKNOWN_FIELD = "The form has the fields `file`, `purpose` and `expires_after`.";

const SECONDS = "expires_after[seconds]";

/** The fields of the form. Those of `expires_after` are spelled as OpenAI's clients write an object into a form. */
interface Fields {
  purpose?: string;
  keptSeconds?: number;
}

const readers: Readonly<Record<string, (text: string, fields: Fields) => void>> = {
  purpose: (text, fields) => {
    if (text !== BATCH_PURPOSE) throw invalidRequest("purpose", `Send "${BATCH_PURPOSE}": files are for batches here.`);
    fields.purpose = text;
  },
  "expires_after[anchor]": (text) => {
    if (text !== "created_at") throw invalidRequest("expires_after.anchor", 'Send "created_at".');
  },
  [SECONDS]: (text, fields) => {
    const seconds = /^\d+$/u.test(text) ? Number(text) : 0;
    if (seconds < MIN_FILE_SECONDS) {
      throw invalidRequest("expires_after.seconds", `Send a whole number, ${MIN_FILE_SECONDS} or more.`);
    }
    fields.keptSeconds = Math.min(seconds, KEPT_FILE_SECONDS);
  },
};

/** Creates what takes a file with its fields, in any order. */
function createTaker(begin: () => Promise<FileReceiver>) {
  const fields: Fields = {};
  let file: { readonly receiver: FileReceiver; readonly filename: string } | undefined;
  const taker: FormTaker = {
    file: async ({ name, fileName }) => {
      if (name !== "file") throw invalidRequest(name ?? "", "Send the file in the field `file`.");
      if (file !== undefined) throw invalidRequest("file", "Send one file.");
      file = { receiver: await begin(), filename: excerpt(fileName ?? "") || "batch.jsonl" };
    },
    bytes: async (bytes) => file?.receiver.write(bytes),
    field: (name, text) => {
      const read = Object.hasOwn(readers, name) ? readers[name] : undefined;
      if (read === undefined) throw invalidRequest(name, UNKNOWN_FIELD);
      read(text, fields);
    },
  };
  return {
    taker,
    commit: async (): Promise<FileFacts> => {
      if (file === undefined) throw invalidRequest("file", "Send a file of lines, one JSON object in each.");
      if (fields.purpose === undefined) throw invalidRequest("purpose", `Send "${BATCH_PURPOSE}".`);
      const { filename, receiver } = file;
      return receiver.commit({ filename, keptSeconds: fields.keptSeconds ?? KEPT_FILE_SECONDS });
    },
    abort: async (): Promise<void> => file?.receiver.abort(),
  };
}

/** Receives a file for batches, which is never in memory as a whole. Throws `Problem`. */
export async function receiveUpload(
  request: Request,
  batches: Batches,
  { owner, ...options }: ReceiveFormOptions & { readonly owner: BatchOwner },
): Promise<FileFacts> {
  if (Number(request.headers.get("content-length") ?? 0) > MAX_FILE_BYTES + FORM_BYTES) {
    throw new Problem("file-too-large", `A file may have at most ${MAX_FILE_BYTES} bytes.`);
  }
  options.place.count.addBytes?.(UPLOAD_MEMORY_BYTES);
  const { taker, commit, abort } = createTaker(() => batches.receive(owner));
  try {
    await receiveForm(request, taker, options);
    return await commit();
  } catch (thrown) {
    await abort();
    throw thrown;
  }
}

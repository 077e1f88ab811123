import { call, type CallOptions, type Connection } from "./call.ts";
import type { PreparedUpload, UploadedFile } from "./contract.ts";
import { FlorenceError } from "./florence-error.ts";
import { type Image, resolveImage } from "./image.ts";

const UPLOADS_PATH = "/v1/uploads";

/** The address of an upload below the client's own base URL, which may be that of a proxy. */
function pathOf({ put_url: url }: PreparedUpload): string {
  const { pathname, search } = new URL(url);
  return pathname.slice(pathname.indexOf(UPLOADS_PATH)) + search;
}

/** Prepares an upload and sends the file. Rejects with `image-required` for an image that is a text: that needs no upload. */
export async function upload(connection: Connection, image: Image, options: CallOptions) {
  const sent = await resolveImage(image);
  if (sent.kind === "text") {
    throw new FlorenceError("image-required", "An image that is a text is not uploaded.", {
      fix: "Give a file or its bytes; an https URL or base64 is an image as it is.",
    });
  }
  const { data } = await call<PreparedUpload>(connection, { method: "POST", path: UPLOADS_PATH }, options);
  const { file: body, mediaType } = sent;
  const put = { method: "PUT", path: pathOf(data), mediaType, body } as const;
  return call<UploadedFile>(connection, put, options);
}

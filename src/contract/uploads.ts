import * as z from "zod";

/** Path of the operation that prepares an upload; the file is put below it, at the handle's own path. */
export const UPLOADS_PATH = "/v1/uploads";

/** The path at which a file is put. */
export const UPLOAD_PATH = `${UPLOADS_PATH}/{upload}`;

/** How long a handle works, in seconds: long enough for a conversation about a picture. */
export const UPLOAD_SECONDS = 3600;

/** Largest file in bytes: as large as an image may be (`image/image.ts`). */
export const MAX_UPLOAD_BYTES = 10 * 1024 * 1024;

/** What a handle begins with. In base64, which an image as a string may be too, no image file does. */
const PREFIX = /^\s*upload_/u;

/** Whether an image given as a string is meant as a handle. */
export function isUploadHandle(image: string): boolean {
  return PREFIX.test(image);
}

/** A handle as it is written: 36 bytes in base64url. */
export const UploadHandle = z
  .string()
  .trim()
  .regex(/^upload_[\w-]{48}$/, "Send the handle as POST /v1/uploads answered it: `upload_…`.")
  .meta({
    id: "UploadHandle",
    description:
      "The handle of an uploaded file, from POST /v1/uploads. It works for an hour, for the account that it was made for.",
    example: "upload_5hX0n0eQd0cZ8bC2mJr1fGks9v2Zl3hYb7Qx0tTnVwEoRiAu",
  });

/** The reply to a request for an upload. */
export const PreparedUpload = z
  .object({
    image: z.string().meta({ description: "The handle: send it as `image`, once the file is uploaded." }),
    put_url: z
      .string()
      .meta({ description: "Where to PUT the file's bytes. It needs no key: whoever has it may send the file." }),
    expires_in: z
      .int()
      .positive()
      .meta({ description: "Seconds for which handle and address work; then the file is deleted." }),
    max_bytes: z.int().positive().meta({ description: "Largest file, in bytes." }),
    curl: z.string().meta({ description: "A command that sends the file; replace FILE by its path." }),
  })
  .meta({ id: "PreparedUpload" });
export type PreparedUpload = z.infer<typeof PreparedUpload>;

/** The reply to an uploaded file. */
export const UploadedFile = z
  .object({
    image: z.string().meta({ description: "The handle: send it as `image`." }),
    bytes: z.int().positive().meta({ description: "Bytes of the file." }),
  })
  .meta({ id: "UploadedFile" });

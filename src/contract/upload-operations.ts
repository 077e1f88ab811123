import type { RouteConfig } from "@asteasolutions/zod-to-openapi";
import * as z from "zod";
import { KEY_HEADER_SCHEME, KEY_SCHEME } from "./account-operation.ts";
import { requestIdHeader, requestIdParameter } from "./problem-details.ts";
import { problemResponses } from "./problem-responses.ts";
import { tags } from "./tags.ts";
import {
  MAX_UPLOAD_BYTES,
  PreparedUpload,
  UPLOAD_SECONDS,
  UPLOAD_PATH,
  UploadedFile,
  UPLOADS_PATH,
} from "./uploads.ts";

const lifetime = `${UPLOAD_SECONDS / 60} minutes`;
const image = "upload_5hX0n0eQd0cZ8bC2mJr1fGks9v2Zl3hYb7Qx0tTnVwEoRiAu";
const putUrl = `https://florence.example.com${UPLOADS_PATH}/${image}?signature=Zq0X9h2mR4c`;
const prepared: PreparedUpload = {
  image,
  put_url: putUrl,
  expires_in: UPLOAD_SECONDS,
  max_bytes: MAX_UPLOAD_BYTES,
  curl: `curl -T FILE '${putUrl}'`,
};

/** Returns the operation that makes a handle. */
export function prepareUploadOperation(hasAccounts: boolean): RouteConfig {
  return {
    method: "post",
    path: UPLOADS_PATH,
    operationId: "prepareUpload",
    tags: [tags.uploads.name],
    summary: "Prepare the upload of an image",
    description: `Answers a handle, and an address to which the file is sent with PUT. Then send the handle as \`image\` of any operation, as often as you like; both work for ${lifetime}. So a file need not go through a language model, nor be sent again for each question. Takes no body, and costs nothing.`,
    ...(hasAccounts && { security: [{ [KEY_SCHEME]: [] }, { [KEY_HEADER_SCHEME]: [] }] }),
    request: { headers: z.object(requestIdParameter) },
    responses: {
      201: {
        description: "The handle and the address",
        headers: requestIdHeader,
        content: { "application/json": { schema: PreparedUpload, examples: { json: { value: prepared } } } },
      },
      ...problemResponses("Upload", hasAccounts),
    },
  };
}

/** Returns the operation that takes the file. */
export function putUploadOperation(): RouteConfig {
  return {
    method: "put",
    path: UPLOAD_PATH,
    operationId: "putUpload",
    tags: [tags.uploads.name],
    summary: "Upload the image",
    description: `Send the bytes of a JPEG, PNG, WebP or GIF to the \`put_url\` that came with the handle, with their Content-Length and any content type. No key is needed. The file is looked at when it is asked about. A second file replaces the first. After ${lifetime} the file is deleted.`,
    request: {
      params: z.object({ upload: z.string().meta({ description: "The handle." }) }),
      query: z.object({ signature: z.string().meta({ description: "As in `put_url`." }) }),
      headers: z.object(requestIdParameter),
      body: { required: true, content: { "application/octet-stream": { schema: {} } } },
    },
    responses: {
      200: {
        description: "The file is stored",
        headers: requestIdHeader,
        content: {
          "application/json": { schema: UploadedFile, examples: { json: { value: { image, bytes: 81_234 } } } },
        },
      },
      ...problemResponses("UploadFile"),
    },
  };
}

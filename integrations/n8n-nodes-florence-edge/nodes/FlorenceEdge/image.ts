import type { IExecuteSingleFunctions, IHttpRequestOptions, INodeProperties } from "n8n-workflow";
import { writtenQuery } from "./api/query";
import { textParameter } from "./parameter";

/** Puts the item's file into the body. The API looks at the bytes first, so that a file whose type is not known is one of bytes. */
export async function sendFile(
  this: IExecuteSingleFunctions,
  options: IHttpRequestOptions,
): Promise<IHttpRequestOptions> {
  const field = textParameter(this, "binaryPropertyName", "data");
  const { mimeType } = this.helpers.assertBinaryData(field);
  const body = await this.helpers.getBinaryDataBuffer(field);
  const type = mimeType.startsWith("image/") ? mimeType : "application/octet-stream";
  return { ...options, body, headers: { ...options.headers, "content-type": type } };
}

/** Writes the options as the API reads them in a query. */
export async function writeQuery(
  this: IExecuteSingleFunctions,
  options: IHttpRequestOptions,
): Promise<IHttpRequestOptions> {
  return { ...options, qs: writtenQuery(options.qs ?? {}) };
}

/** Jobs are asked about, and not images. */
const ofJobs = { resource: ["job"] };
const fromFile = { imageFrom: ["binary"] };

/** Which image is asked about. A tool of an agent takes addresses alone, since no file passes from an agent to its tools. */
export const imageProperties: INodeProperties[] = [
  {
    displayName: "Image From",
    name: "imageFrom",
    type: "options",
    options: [
      { name: "Binary File", value: "binary", description: "A file of the previous node" },
      { name: "URL", value: "url", description: "An address that the API can fetch" },
    ],
    default: "binary",
    displayOptions: { hide: { "@tool": [true], ...ofJobs } },
  },
  {
    displayName: "Input Binary Field",
    name: "binaryPropertyName",
    type: "string",
    default: "data",
    required: true,
    hint: "The name of the input field with the image",
    description: "A JPEG, PNG, WebP or GIF of at most 10 MiB",
    displayOptions: { show: fromFile, hide: { "@tool": [true], ...ofJobs } },
    routing: { send: { preSend: [sendFile] } },
  },
  {
    displayName: "Image URL",
    name: "imageUrl",
    type: "string",
    default: "",
    required: true,
    placeholder: "https://example.com/picture.jpg",
    description: "The https address of the image file itself, or the handle of an upload to the API",
    displayOptions: { show: { imageFrom: ["url"] }, hide: { "@tool": [true], ...ofJobs } },
    routing: { send: { type: "body", property: "image" } },
  },
  {
    displayName: "Image URL",
    name: "imageUrl",
    type: "string",
    default: "",
    required: true,
    placeholder: "https://example.com/picture.jpg",
    description: "The https address of the image file itself, or the handle of an upload to the API",
    displayOptions: { show: { "@tool": [true] }, hide: ofJobs },
    routing: { send: { type: "body", property: "image" } },
  },
];

import type { createApp } from "../../src/http/app.ts";
import { ORIGIN } from "./later-app.ts";
import { sampleImage } from "./sample-images.ts";

/** Headers by their names. */
export type Headers = Readonly<Record<string, string>>;

/** Whatever has an application. */
export interface Asked {
  readonly app: ReturnType<typeof createApp>;
}

/** A picture that these requests are about. */
export const jpeg = new Uint8Array(sampleImage("street.jpg"));

/** The same as base64. */
export const imageText = btoa(String.fromCharCode(...jpeg));

/** A JSON body with the picture and more. */
export const withImage = (extra: object = {}): string => JSON.stringify({ image: imageText, ...extra });

/** A request with a JSON body. */
export const asJson = (body: string, headers: Headers = {}): RequestInit => ({
  method: "POST",
  headers: { "content-type": "application/json", ...headers },
  body,
});

/** A request whose body is the picture. */
export const asFile = (headers: Headers = {}): RequestInit => ({
  method: "POST",
  headers: { "content-type": "image/jpeg", ...headers },
  body: jpeg,
});

/** A form with the picture, and whether its answer comes later. */
export function asForm(async: string): RequestInit {
  const body = new FormData();
  body.set("image", new Blob([jpeg], { type: "image/jpeg" }), "street.jpg");
  body.set("async", async);
  return { method: "POST", body };
}

/** Asks for a caption later. */
export async function askLater({ app }: Asked, headers: Headers = {}, query = ""): Promise<Response> {
  return app.request(`${ORIGIN}/v1/caption${query}`, asFile({ prefer: "respond-async", ...headers }));
}

/** Asks for a caption later, and returns the path of the job. */
export async function acceptedAt(asked: Asked, headers: Headers = {}): Promise<string> {
  const response = await askLater(asked, headers);
  const location = response.headers.get("location");
  if (response.status !== 202 || location === null) throw new Error(`It was not accepted: ${await response.text()}`);
  return location;
}

/** Asks for the job at a path. */
export async function jobAt({ app }: Asked, location: string | null, init: RequestInit = {}): Promise<Response> {
  return app.request(`${ORIGIN}${location ?? ""}`, init);
}

/** Cancels the job at a path. */
export function cancelAt(asked: Asked, location: string): Promise<Response> {
  return jobAt(asked, location, { method: "DELETE" });
}

/** The status and code of a problem. */
export async function codeOf(response: Response | Promise<Response>): Promise<readonly [number, unknown]> {
  const answered = await response;
  const body = await answered.json();
  return [answered.status, body.code];
}

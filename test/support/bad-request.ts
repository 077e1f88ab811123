import type { ProblemDetails } from "../../src/contract/problem-details.ts";

/** A request that must be refused, and the code of its problem. */
export interface BadRequest {
  readonly what: string;
  readonly path: string;
  readonly method?: string;
  readonly type?: string;
  /** Content-Encoding. */
  readonly coding?: string;
  readonly body?: BodyInit | (() => Promise<BodyInit>);
  readonly code: ProblemDetails["code"];
}

/** The path of a task that needs only an image. */
export const detection = "/v1/object-detection";

/** A JSON body. */
export const jsonBody = (value: unknown) => ({ type: "application/json", body: JSON.stringify(value) });

/** A body with the content type of an image. */
export const image = (body: BodyInit | (() => Promise<BodyInit>)) => ({ type: "image/jpeg", body });

import type { ProblemDetails } from "../../src/contract/problem-details.ts";

/** A request that must be refused, and the code it is refused with. */
export interface BadRequest {
  readonly what: string;
  readonly path: string;
  readonly method?: string;
  readonly type?: string;
  readonly body?: BodyInit | (() => Promise<BodyInit>);
  readonly code: ProblemDetails["code"];
}

/** A task that needs nothing but an image. */
export const detection = "/v1/object-detection";

/** A body of JSON. */
export const jsonBody = (value: unknown) => ({ type: "application/json", body: JSON.stringify(value) });

/** A body that calls itself an image. */
export const image = (body: BodyInit | (() => Promise<BodyInit>)) => ({ type: "image/jpeg", body });

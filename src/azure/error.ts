import type { ProblemDetails } from "../contract/problem-details.ts";
import { problemText } from "../contract/problem-text.ts";
import type { ProblemCode } from "../contract/problems.ts";
import type { DialectProblem } from "../contract/dialect.ts";

/** How a problem is told: Azure's status, where it is another, and its inner code. */
interface ErrorRow {
  readonly status?: number;
  readonly inner: string;
}

/** Problems that Azure has, too: it answers 400 to every image that it cannot read. Inner codes are those of `ComputerVisionInnerErrorCodeValue`. */
const rows: ReadonlyMap<string, ErrorRow> = new Map<ProblemCode, ErrorRow>([
  ["invalid-request", { inner: "BadArgument" }],
  ["invalid-json", { inner: "BadArgument" }],
  ["image-required", { inner: "InvalidImageFormat" }],
  ["image-corrupt", { status: 400, inner: "InvalidImageFormat" }],
  ["unsupported-image", { status: 400, inner: "InvalidImageFormat" }],
  ["unsupported-media-type", { inner: "InvalidImageFormat" }],
  ["image-url-refused", { inner: "InvalidImageUrl" }],
  ["image-url-unreachable", { status: 400, inner: "InvalidImageUrl" }],
  ["image-url-not-an-image", { status: 400, inner: "InvalidImageUrl" }],
  ["image-url-timeout", { status: 400, inner: "InvalidImageUrl" }],
  ["image-too-many-pixels", { status: 400, inner: "InvalidImageSize" }],
  ["body-too-large", { status: 400, inner: "InvalidImageSize" }],
  ["backend-timeout", { inner: "Timeout" }],
  ["deadline-exceeded", { inner: "Timeout" }],
  ["backend-failed", { inner: "FailedToProcess" }],
  ["internal", { inner: "InternalServerError" }],
]);

/** Inner codes of parameters that ask for what cannot be done, by the parameter. */
const unsupported: ReadonlyMap<string, string> = new Map([
  ["features", "NotSupportedVisualFeature"],
  ["smartcrops-aspect-ratios", "NotSupportedVisualFeature"],
  ["language", "NotSupportedLanguage"],
]);

function rowOf({ code, issues }: ProblemDetails): ErrorRow {
  if (code === "unsupported-parameter") return { inner: unsupported.get(issues[0]?.path ?? "") ?? "BadArgument" };
  return rows.get(code) ?? { inner: code };
}

/** The outer code: of the gateway, a status; of the service, that of the request or of the server. */
function outerCode(status: number): string {
  if (status >= 500) return "InternalServerError";
  return [401, 402, 403, 404, 405, 408, 409, 429, 499].includes(status) ? String(status) : "InvalidRequest";
}

/** The header of every response that names the request. */
export function requestHeaders(requestId: string): Readonly<Record<string, string>> {
  return { "apim-request-id": requestId };
}

/** A problem as Azure's error. What is no error of Azure has our code as its inner one. */
export function azureError(details: ProblemDetails): DialectProblem {
  const { status = details.status, inner } = rowOf(details);
  const code = outerCode(status);
  const message = problemText(details);
  return {
    status,
    headers: { ...requestHeaders(details.request_id), "x-ms-error-code": code },
    json: { error: { code, message, innererror: { code: inner, message: details.detail } } },
  };
}

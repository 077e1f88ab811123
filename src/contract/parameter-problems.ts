import { Problem, type ProblemCode } from "./problems.ts";

function problemAt(code: ProblemCode, path: string, message: string): Problem {
  return new Problem(code, `${path}: ${message}`, { issues: [{ path, message }] });
}

/** The problem of a parameter whose value cannot be read, in the protocol of others. */
export function invalidParameter(path: string, message: string): Problem {
  return problemAt("invalid-request", path, message);
}

/** The problem of a parameter that asks for what cannot be done, in the protocol of others. */
export function unsupportedParameter(path: string, message: string): Problem {
  return problemAt("unsupported-parameter", path, message);
}

import { dialectOperation } from "../../test/support/dialect-check.ts";
import { pathOf } from "../../test/support/fuzz/fuzz-request.ts";
import { count } from "./count.ts";
import type { NumberedRequest } from "./numbered-requests.ts";
import { documentOf, type Received, type Violation, type ViolationKind } from "./violations.ts";
import type { Sent } from "./send.ts";

/** The aim for the slowest request, in milliseconds. */
export const AIM_MS = 2000;

/** How many of the slowest requests are kept. */
const SLOWEST = 10;

/** How many requests are kept for violations of one kind with the same detail, and how many such groups; all are counted. */
const KEPT_REQUESTS = 4;
const KEPT_GROUPS = 60;

/** A request with its result. */
export interface Finished extends NumberedRequest {
  readonly sent: Sent;
  readonly answer: Received | undefined;
  readonly violations: readonly Violation[];
}

/** Violations of one kind with the same detail. */
export interface ViolationGroup extends Violation {
  readonly count: number;
  /** The first requests. */
  readonly examples: readonly Finished[];
}

/** The counts of a campaign so far. */
export interface Counts {
  readonly requests: number;
  /** By operation, then by status; "cut" and "none" for no response. */
  readonly statuses: ReadonlyMap<string, ReadonlyMap<string, number>>;
  /** By code, of all problems. */
  readonly codes: ReadonlyMap<string, number>;
  readonly violationCounts: ReadonlyMap<ViolationKind, number>;
  readonly violations: readonly ViolationGroup[];
  readonly slowest: readonly Finished[];
  readonly aboveAim: number;
}

/** Counts results. */
export interface Tally {
  add(finished: Finished): void;
  counts(): Counts;
}

/** The operation of a request; all that the document does not have are two. */
function operationOf({ api, request }: NumberedRequest): string {
  const dialect = dialectOperation(request.method, pathOf(request));
  if (dialect !== undefined) return dialect;
  const { declared, declaredPath } = documentOf(api);
  const path = declaredPath(pathOf(request));
  const methods = declared.get(path);
  if (methods === undefined) return "(other paths)";
  return methods.includes(request.method) ? `${request.method} ${path}` : "(other methods)";
}

/** How long a request took, in milliseconds; 0 if it was cut off. */
export const msOf = ({ sent }: Finished): number => (sent.type === "cut" ? 0 : sent.ms);

/** The status as a column of the report. */
const statusOf = ({ answer, sent }: Finished): string =>
  answer === undefined ? (sent.type === "cut" ? "cut" : "none") : String(answer.response.status);

/** Groups violations by kind and detail. */
function createViolationGroups() {
  const groups = new Map<string, ViolationGroup>();
  const add = (violation: Violation, finished: Finished): void => {
    const key = `${violation.kind}: ${violation.detail}`;
    const group = groups.get(key);
    if (group === undefined && groups.size >= KEPT_GROUPS) return;
    const examples = [...(group?.examples ?? []), finished].slice(0, KEPT_REQUESTS);
    groups.set(key, { ...violation, count: (group?.count ?? 0) + 1, examples });
  };
  return { add, groups };
}

/** Counts a campaign's results as they come. */
export function createTally(): Tally {
  const statuses = new Map<string, Map<string, number>>();
  const codes = new Map<string, number>();
  const violationCounts = new Map<ViolationKind, number>();
  const { add: addViolation, groups } = createViolationGroups();
  let [requests, aboveAim] = [0, 0];
  let slowest: readonly Finished[] = [];
  const add = (finished: Finished): void => {
    requests += 1;
    const operation = operationOf(finished);
    const row = statuses.get(operation) ?? new Map<string, number>();
    statuses.set(operation, row);
    count(row, statusOf(finished));
    if (finished.answer?.code !== undefined) count(codes, finished.answer.code);
    for (const violation of finished.violations) {
      count(violationCounts, violation.kind);
      addViolation(violation, finished);
    }
    if (finished.request.stalls) return;
    if (msOf(finished) > AIM_MS) aboveAim += 1;
    slowest = [...slowest, finished].toSorted((one, other) => msOf(other) - msOf(one)).slice(0, SLOWEST);
  };
  const violations = () => [...groups.values()];
  return {
    add,
    counts: () => ({ requests, statuses, codes, violationCounts, violations: violations(), slowest, aboveAim }),
  };
}

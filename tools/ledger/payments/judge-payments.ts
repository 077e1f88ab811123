import { type Finding, finding } from "../finding.ts";
import { PRICE, type PaidAttempt, type PaidRequest, type PaidRequests } from "./payers.ts";

function describe({ number, isStream, attempts }: PaidRequest): string {
  const told = attempts.map(({ outcome, status, code }) => `${outcome} ${status ?? ""} ${code ?? ""}`.trim());
  return `payment ${number}${isStream ? " (stream)" : ""}: ${told.join(", ")}`;
}

/** Whether somebody was told that a payment was taken: by an answer, or the head of one. */
function isTold({ status }: PaidAttempt): boolean {
  return status === 200;
}

/**
 * Times that the model may have worked for a payment: once, and once more for each attempt that a kill, a lost reply or a failure ended, after which the payment was
 * let go or its lease has ended. An attempt that was refused because the payment was in use has done nothing.
 */
function allowedWorks({ attempts }: PaidRequest): number {
  return 1 + attempts.filter(({ outcome, code }) => outcome !== "answered" && code !== "payment-in-use").length;
}

/** Whether a request was told this problem. */
function isTold402({ attempts }: PaidRequest, code: string): boolean {
  return attempts.some((each) => each.code === code);
}

/** Judges payments without an account, against the book of whoever moves the money. */
export function judgePayments({ requests, verified, settled, paid }: PaidRequests): readonly Finding[] {
  const told = requests.filter(({ attempts }) => attempts.some(isTold));
  const found = (is: (request: PaidRequest) => boolean): readonly string[] => requests.filter(is).map(describe);
  return [
    finding("answers told without a payment", told.filter(({ nonce }) => !settled.has(nonce)).map(describe)),
    finding(
      "payments taken without an answer when it is asked for again",
      found(({ nonce, attempts }) => {
        return settled.has(nonce) && !attempts.some(({ outcome }) => outcome === "answered");
      }),
    ),
    finding(
      "payments told as invalid that were taken",
      found((request) => {
        return isTold402(request, "payment-invalid") && settled.has(request.nonce);
      }),
    ),
    finding(
      "payments that were asked for twice",
      found((request) => isTold402(request, "payment-required")),
    ),
    finding(
      "works for one payment that no kill explains",
      found((request) => {
        return (verified.get(request.nonce) ?? 0) > allowedWorks(request);
      }),
    ),
    finding(
      "answers that tell no payment",
      found(({ attempts }) => attempts.some((each) => isTold(each) && !each.isReceipted)),
    ),
    finding(
      "money that is not the price of the payments",
      paid === settled.size * PRICE ? [] : [`${paid} for ${settled.size}`],
    ),
  ];
}

/** What is reported of payments without an account. */
export function paymentLines({ requests, verified, settled, paid }: PaidRequests): readonly string[] {
  if (requests.length === 0) return [];
  const attempts = requests.flatMap((request) => request.attempts);
  const counts = [...Map.groupBy(attempts, ({ outcome, code }) => code ?? outcome)].map(
    ([name, all]) => `${name} ${all.length}`,
  );
  const works = [...verified.values()].reduce((sum, each) => sum + each, 0);
  return [
    `${requests.length} payments without an account in ${attempts.length} requests: ${counts.join(", ")}`,
    `  settled ${settled.size}, received ${paid}, checked ${works} times (${[...verified.values()].filter((each) => each > 1).length} payments more than once)`,
  ];
}

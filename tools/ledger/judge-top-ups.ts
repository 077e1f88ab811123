import { type Finding, finding } from "./finding.ts";
import type { Campaign, Entry } from "./observation.ts";

function grants({ received }: Campaign["topUps"][number]): number {
  return received.filter((each) => each === "written").length;
}

/** Judges payments by what was told of them: each is one entry, of its amount, in its account. */
export function judgeTopUps({ topUps, books }: Campaign): readonly Finding[] {
  const entries = books.flatMap(({ after }, account) =>
    after.filter(({ kind }) => kind === "top-up").map((entry): readonly [number, Entry] => [account, entry]),
  );
  const byPayment = Map.groupBy(entries, ([, { id }]) => id);
  const known = new Set(topUps.map(({ payment }) => payment));
  const isRight = ({ payment, account, amount }: Campaign["topUps"][number]): boolean => {
    const [entry, ...others] = byPayment.get(payment) ?? [];
    return others.length === 0 && entry?.[0] === account && entry[1].amount === amount;
  };
  return [
    finding(
      "payments told as received that are not exactly one entry",
      topUps.filter((each) => !isRight(each)).map((each) => JSON.stringify(each)),
    ),
    finding(
      "payments of which two events were told to be the first, or one to concern nobody",
      topUps
        .filter((each) => grants(each) > 1 || each.received.includes("ignored"))
        .map((each) => JSON.stringify(each)),
    ),
    finding(
      "top-ups of no payment",
      entries.filter(([, { id }]) => !known.has(id)).map(([, entry]) => JSON.stringify(entry)),
    ),
  ];
}

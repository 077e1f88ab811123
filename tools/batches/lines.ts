import { createHash } from "node:crypto";
import { fileOf } from "../ledger/send.ts";

/** What the lines of a campaign ask. */
export const ENDPOINT = "/v1/caption-to-phrase-grounding";

/** One line of a campaign's file. */
export interface CampaignLine {
  readonly customId: string;
  /** The line itself, without its line feed. */
  readonly text: string;
  /** What it asks, as the body of a direct request; undefined for a line that is broken. */
  readonly body: string | undefined;
}

/** Every so many lines, one asks what the line before has asked, and one is broken. */
const REPEAT_EVERY = 50;
const BROKEN_EVERY = 100;

/** Kinds of broken lines; each has its `custom_id` first. */
const broken: readonly ((id: string) => string)[] = [
  (id) => `{"custom_id":${JSON.stringify(id)},"method":"POST"`,
  (id) => JSON.stringify({ custom_id: id, method: "POST", url: "/v1/ocr", body: {} }),
  (id) => JSON.stringify({ custom_id: id, method: "POST", url: ENDPOINT, body: { image: "aGVsbG8=", text: "x" } }),
  (id) => JSON.stringify({ custom_id: id, method: "POST", url: ENDPOINT, body: { image: "x".repeat(600_000) } }),
];

function digest(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 8);
}

/** Returns the line of a number; the seed determines the questions. */
export function campaignLine(seed: number, number: number): CampaignLine {
  const customId = `line ${number} ${digest(`${seed} ${number}`)}`;
  if (number % BROKEN_EVERY === BROKEN_EVERY - 1) {
    const text = broken[Math.floor(number / BROKEN_EVERY) % broken.length]?.(customId) ?? "";
    return { customId, text, body: undefined };
  }
  const asked = number % REPEAT_EVERY === 1 ? number - 1 : number;
  const image = Buffer.from(fileOf(asked)).toString("base64");
  const body = { image, text: `thing ${seed} ${asked}` };
  const text = JSON.stringify({ custom_id: customId, method: "POST", url: ENDPOINT, body });
  return { customId, text, body: JSON.stringify(body) };
}

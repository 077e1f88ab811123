import { randomInt } from "node:crypto";
import { UsageError } from "./run-command.ts";

/** A flag whose value is a whole number. */
export interface NumberFlag {
  /** The value of a flag that is not given. */
  readonly standard: number;
  /** 1 by default. */
  readonly min?: number;
  readonly max: number;
}

/** Parses the value of a flag, given as text. Throws `UsageError`. */
export function numberFrom(name: string, text: string | undefined, { standard, min = 1, max }: NumberFlag): number {
  const value = text === undefined ? standard : Number(text);
  if (Number.isInteger(value) && value >= min && value <= max) return value;
  throw new UsageError(`--${name} is ${JSON.stringify(text)}; it must be a whole number from ${min} to ${max}.`);
}

const MAX_SEED = 0x7fffffff;

/** Parses the seed of generated requests, by default a random one. Throws `UsageError`. */
export function seedFrom(text: string | undefined): number {
  return numberFrom("seed", text, { standard: randomInt(MAX_SEED), min: 0, max: MAX_SEED });
}

import { crc32 } from "../bytes/crc32.ts";
import { sha256 } from "../bytes/sha256.ts";
import { base62, randomBase62, type RandomBytes } from "./base62.ts";

/** Numbers of base-62 digits of a key's parts. An account has 65 bits, a key within its account 35, a secret 178. */
const digits = { account: 11, keyId: 6, secret: 30, checksum: 6 } as const;

/** Length of every key: the prefix and 53 digits. */
export const KEY_CHARACTERS = 61;

/**
 * A regular expression that finds keys in any text, for scanners of secrets. It has no look-around, so that engines without backtracking (RE2, Rust)
 * take it. A match whose checksum is wrong is no key: `parseKey` says so.
 */
export const KEY_PATTERN = String.raw`\bfe_(?:live|test)_[0-9A-Za-z]{53}\b`;

const DIGIT = "[0-9A-Za-z]";
const wholeKey = new RegExp(
  `^fe_(?<mode>live|test)_(?<account>${DIGIT}{${digits.account}})(?<keyId>${DIGIT}{${digits.keyId}})(?<secret>${DIGIT}{${digits.secret}})${DIGIT}{${digits.checksum}}$`,
  "u",
);

/** Whether a key's account holds money, or play money to try the API with. */
export type KeyMode = "live" | "test";

/** The parts of a key, of which only `secret` is secret. */
export interface KeyParts {
  readonly mode: KeyMode;
  /** The account's id: 11 base-62 digits. It names the account's Durable Object, so that a key needs no registry. */
  readonly account: string;
  /** The key's id within its account: 6 base-62 digits. */
  readonly keyId: string;
  readonly secret: string;
}

function checksumOf(text: string): string {
  return base62(crc32(new TextEncoder().encode(text)), digits.checksum);
}

/** Returns a key as its owner sends it: the prefix, account, key id, secret, and the CRC-32 of all these in base 62. */
export function formatKey({ mode, account, keyId, secret }: KeyParts): string {
  const text = `fe_${mode}_${account}${keyId}${secret}`;
  return text + checksumOf(text);
}

/** Returns the parts of a key; `undefined` if its length, alphabet, prefix or checksum is wrong. Reads nothing but the text, so a mistyped key costs no I/O. */
export function parseKey(text: string): KeyParts | undefined {
  const { mode, account, keyId, secret } = wholeKey.exec(text)?.groups ?? {};
  if (account === undefined || keyId === undefined || secret === undefined) return undefined;
  const parts: KeyParts = { mode: mode === "live" ? "live" : "test", account, keyId, secret };
  return formatKey(parts) === text ? parts : undefined;
}

/** Returns the id of a new account. */
export function newAccountId(random: RandomBytes): string {
  return randomBase62(digits.account, random);
}

const wholeAccountId = new RegExp(`^${DIGIT}{${digits.account}}$`, "u");

/** Whether a text is spelled like the id of an account. */
export function isAccountId(text: string): boolean {
  return wholeAccountId.test(text);
}

/** Returns a new key of an account. Its id is one of 5 x 10^10: who stores the key checks that the account has no other with it. */
export function newKey({ mode, account }: Pick<KeyParts, "mode" | "account">, random: RandomBytes): KeyParts {
  return { mode, account, keyId: randomBase62(digits.keyId, random), secret: randomBase62(digits.secret, random) };
}

/** Returns what is stored of a key: the SHA-256 of its whole text, as 64 hexadecimal digits. A slow hash is for passwords; nobody guesses 178 random bits. */
export function keyHash(parts: KeyParts): Promise<string> {
  return sha256(formatKey(parts));
}

/** Returns the end of a key, by which its owner recognises it in a list. It is of the checksum, so it tells 24 bits about the secret's 178 at most. */
export function lastFour(parts: KeyParts): string {
  return formatKey(parts).slice(-4);
}

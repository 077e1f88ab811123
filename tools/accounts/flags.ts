import type { accountOptions } from "./usage-text.ts";

type Options = typeof accountOptions;
type FlagOf<Type extends string> = {
  [Name in keyof Options]: Options[Name]["type"] extends Type ? Name : never;
}[keyof Options];

/** The values of the options. */
export type AccountFlags = { readonly [Name in FlagOf<"string">]?: string | undefined } & {
  readonly [Name in FlagOf<"boolean">]: boolean;
};

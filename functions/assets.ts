import { env } from "cloudflare:workers";
import type { Site } from "../src/http/site.ts";
import type { ReadAsset } from "../src/weights/shards.ts";
import { documents, ORIGIN } from "../src/site/documents.ts";
import { assetFolders } from "../src/site/folders.ts";
import { pages } from "../src/site/pages.ts";

// The host is ignored: the binding serves the folder that wrangler.toml names.
function assetAt(folder: keyof typeof assetFolders, path: string): string {
  return `https://assets.local/${assetFolders[folder]}/${path}`;
}

/** Reads a model file from the static assets. */
export const readModelFile: ReadAsset = (path) => env.ASSETS.fetch(assetAt("models", path));

/** The pages of this deployment, and the documents of a deployment with accounts or without. */
export function siteOf({ hasAccounts }: { readonly hasAccounts: boolean }): Site {
  const files = Object.entries(documents).map(([path, { free, paid }]) => [path, hasAccounts ? paid : free] as const);
  return {
    pages,
    documents: { placeholder: ORIGIN, files: Object.fromEntries(files) },
    read: (file, headers) => env.ASSETS.fetch(assetAt("site", file), { headers }),
  };
}

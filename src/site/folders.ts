/** Subfolders of the Worker's static assets. Only the folder `site` is served to callers; see `http/site.ts`. */
export const assetFolders = {
  /** `manifest.json` and the models' shards. */
  models: "models",
  /** Pages with their scripts, styles and images. */
  site: "site",
} as const;

/** The Worker's static assets: what lies where below its one folder. Only pages are shown to callers; see `http/site.ts`. */
export const assetFolders = {
  /** `manifest.json` and the models' parts. */
  models: "models",
  /** Pages, and what they load. */
  site: "site",
} as const;

/** The address in documents of other formats, in whose place the API puts its own. */
export const ORIGIN = "https://florence-edge.example";

/** The documents for GPT Actions and Power Automate, by their paths: files of `src/site/public/`, without accounts and with them. */
export const documents = {
  "/openapi.actions.json": { free: "openapi.actions.json", paid: "openapi.actions.accounts.json" },
  "/swagger.power-automate.json": { free: "swagger.power-automate.json", paid: "swagger.power-automate.accounts.json" },
} as const satisfies Readonly<Record<string, { readonly free: string; readonly paid: string }>>;

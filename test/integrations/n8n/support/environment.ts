/** The environment for n8n's programs: without what vitest sets, since n8n and its linter work differently in tests of their own. */
export function environment(): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(([name]) => name !== "NODE_ENV" && !name.includes("VITEST"));
  return Object.fromEntries(kept);
}

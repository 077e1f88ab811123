/** Whether the object has tables: one read of an object that was never used. */
export function hasTables(sql: SqlStorage): boolean {
  return sql.exec("SELECT 1 FROM sqlite_master WHERE name = 'migrations'").toArray().length > 0;
}

/** Runs the steps that have not been run, and writes down which were. Call it in a transaction: a step that throws leaves nothing. */
export function migrate(sql: SqlStorage, steps: readonly string[], nowMs: number): void {
  sql.exec("CREATE TABLE IF NOT EXISTS migrations (step INTEGER PRIMARY KEY, appliedMs INTEGER NOT NULL) STRICT");
  const { done } = sql.exec<{ done: number }>("SELECT coalesce(max(step), 0) AS done FROM migrations").one();
  for (const [index, step] of steps.entries()) {
    if (index < done) continue;
    sql.exec(step);
    sql.exec("INSERT INTO migrations VALUES (?, ?)", index + 1, nowMs);
  }
}

import { join } from "node:path";
import { installFolder } from "../../install.ts";

/** Installs the clients of MCP unless exactly these are installed. */
export const setup = (): Promise<void> => installFolder(join(import.meta.dirname, ".."));

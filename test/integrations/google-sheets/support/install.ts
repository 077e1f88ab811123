import { join } from "node:path";
import { installFolder } from "../../install.ts";

/** Installs the types of Apps Script's services (2 MB) unless exactly these are installed. */
export const setup = (): Promise<void> => installFolder(join(import.meta.dirname, ".."));

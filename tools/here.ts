/** The folder in which the user ran the command; npm runs scripts in the repository root. */
export const here = process.env["INIT_CWD"] ?? process.cwd();

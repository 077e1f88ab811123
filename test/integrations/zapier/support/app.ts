import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { appFolder } from "./app-folder.ts";

/** What a run is given: the connection, and the values of the fields. */
export interface Bundle {
  readonly authData?: Readonly<Record<string, string>>;
  readonly inputData?: Readonly<Record<string, unknown>>;
}

type Run = (z: never, bundle: never) => unknown;

/** A field of an action, or a function that returns fields. */
type InputField = { readonly key: string; readonly required?: boolean; readonly type?: string } | Run;

/** The parts of the app that the tests run. */
export interface App {
  readonly authentication: { readonly test: Run; readonly connectionLabel: string };
  readonly creates: Readonly<
    Record<
      string,
      {
        readonly operation: {
          readonly inputFields: readonly InputField[];
          readonly outputFields: readonly { readonly key: string }[];
          readonly sample: Readonly<Record<string, unknown>>;
          readonly perform: Run;
        };
      }
    >
  >;
}

interface Core {
  readonly createAppTester: (app: App) => (run: Run, bundle: Bundle) => Promise<unknown>;
}

/** The app, and how Zapier runs a part of it: with its requests, middleware and errors. */
export interface Tester {
  readonly app: App;
  readonly run: (run: Run, bundle: Bundle) => Promise<unknown>;
}

const hrefOf = (path: string): string => pathToFileURL(join(appFolder, path)).href;

/** Loads the compiled app and the tester of Zapier's core. */
export async function loadApp(): Promise<Tester> {
  const { default: app }: { default: App } = await import(hrefOf("dist/index.js"));
  const { default: core }: { default: Core } = await import(hrefOf("node_modules/zapier-platform-core/index.mjs"));
  return { app, run: core.createAppTester(app) };
}

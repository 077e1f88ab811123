/*
 * Stands in the Worker for the module `_shims` of `@modelcontextprotocol/server` (tools/build/pack-mcp.ts). The package's own has a validator of JSON Schemas,
 * 41 kB, for forms that a server asks its users to fill in, which this one never does; and it reads `self.location`, of which onnxruntime-web makes something
 * that is no address.
 */

/** Takes the place of the validator. */
export class DefaultJsonSchemaValidator {
  getValidator(): never {
    throw new Error("This server asks for no forms.");
  }
}

import SwaggerParser from "@apidevtools/swagger-parser";
import { API, print } from "./asking.mjs";

/** What the validator of OpenAPI says of a document: its version, or what is wrong. */
async function validate(path) {
  const document = await (await fetch(API + path)).json();
  return SwaggerParser.validate(document).then(
    ({ swagger, openapi, paths }) => ({ version: swagger ?? openapi, paths: Object.keys(paths).length }),
    ({ message }) => ({ message }),
  );
}

print({ actions: await validate("/openapi.actions.json"), connector: await validate("/swagger.power-automate.json") });

// Imported as a URL, not bundled: the file is already built, and bundling would not make it smaller.
import swaggerUiUrl from "swagger-ui-dist/swagger-ui-bundle.js?url";

/** The options used of Swagger UI, which has no type declarations. */
interface SwaggerUiOptions {
  readonly url: string;
  readonly domNode: Element;
  readonly deepLinking: boolean;
  readonly defaultModelsExpandDepth: number;
  readonly displayRequestDuration: boolean;
  readonly tryItOutEnabled: boolean;
  readonly validatorUrl: null;
}

declare global {
  interface Window {
    readonly SwaggerUIBundle: (options: SwaggerUiOptions) => void;
  }
}

/** Loads a classic script: Swagger UI is not a module, and defines a global function in `window`. */
async function loadScript(url: string): Promise<void> {
  const script = document.createElement("script");
  script.src = url;
  await new Promise((resolve, reject) => {
    script.addEventListener("load", resolve, { once: true });
    script.addEventListener("error", reject, { once: true });
    document.head.append(script);
  });
}

const main = document.querySelector("#document");
if (main !== null) {
  await loadScript(swaggerUiUrl);
  window.SwaggerUIBundle({
    url: "/openapi.json",
    domNode: main,
    deepLinking: true,
    defaultModelsExpandDepth: 0,
    displayRequestDuration: true,
    tryItOutEnabled: true,
    // By default, Swagger UI sends the document to its vendor's validator.
    validatorUrl: null,
  });
}

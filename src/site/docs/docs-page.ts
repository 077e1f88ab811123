// The file as it is: it has been built already, and would be no smaller for being built again.
import swaggerUiAddress from "swagger-ui-dist/swagger-ui-bundle.js?url";

/** What is used of Swagger UI, which brings no types. */
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

/** Swagger UI is a script of the old kind: it leaves its function in `window`. */
async function loadScript(address: string): Promise<void> {
  const script = document.createElement("script");
  script.src = address;
  await new Promise((resolve, reject) => {
    script.addEventListener("load", resolve, { once: true });
    script.addEventListener("error", reject, { once: true });
    document.head.append(script);
  });
}

const main = document.querySelector("#document");
if (main !== null) {
  await loadScript(swaggerUiAddress);
  window.SwaggerUIBundle({
    url: "/openapi.json",
    domNode: main,
    deepLinking: true,
    defaultModelsExpandDepth: 0,
    displayRequestDuration: true,
    tryItOutEnabled: true,
    // Otherwise the document would be sent to a server of theirs.
    validatorUrl: null,
  });
}

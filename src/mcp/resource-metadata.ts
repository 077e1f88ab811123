import type { ProtocolCall } from "../contract/protocol.ts";

/** Where RFC 9728 (section 3.1) places the metadata of the resource `/mcp`. */
export const METADATA_PATH = "/.well-known/oauth-protected-resource/mcp";

const pathOf = (request: Request, path: string): string => new URL(path, request.url).href;

/** Adds to a refusal where the resource is described (RFC 9728, section 5.1). */
export function withMetadata(refusal: Response, request: Request): Response {
  const challenge = refusal.headers.get("www-authenticate") ?? "Bearer";
  const separator = challenge.includes(" ") ? ", " : " ";
  refusal.headers.set(
    "www-authenticate",
    `${challenge}${separator}resource_metadata="${pathOf(request, METADATA_PATH)}"`,
  );
  return refusal;
}

/**
 * Answers `GET` of the metadata. It names no authorization server, because there is none: keys are made by the operator or with the API. Once there is one, its
 * issuer is `authorization_servers`, and nothing else changes.
 */
export async function answerMetadata({ request }: ProtocolCall): Promise<Response> {
  return Response.json({
    resource: pathOf(request, "/mcp"),
    resource_name: "florence-edge",
    bearer_methods_supported: ["header"],
    scopes_supported: ["infer"],
    resource_documentation: pathOf(request, "/docs"),
  });
}

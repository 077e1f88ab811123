import type {
  ICredentialDataDecryptedObject,
  ICredentialTestRequest,
  ICredentialType,
  Icon,
  IHttpRequestOptions,
  INodeProperties,
} from "n8n-workflow";

/** Where the API is, and the key that it asks for, if it asks for one. */
export class FlorenceEdgeApi implements ICredentialType {
  name = "florenceEdgeApi";

  displayName = "Florence Edge API";

  icon: Icon = { light: "file:../icons/florence-edge.svg", dark: "file:../icons/florence-edge.dark.svg" };

  documentationUrl = "https://github.com/florence-edge/n8n-nodes-florence-edge?tab=readme-ov-file#connect";

  properties: INodeProperties[] = [
    {
      displayName: "Base URL",
      name: "baseUrl",
      type: "string",
      default: "",
      required: true,
      placeholder: "https://florence.example.com",
      description: "The address of your florence-edge API, without a path",
    },
    {
      displayName: "API Key",
      name: "apiKey",
      type: "string",
      typeOptions: { password: true },
      default: "",
      placeholder: "fe_live_…",
      description: "Leave it empty if the API needs no key",
    },
    {
      displayName: "Webhook Secret",
      name: "webhookSecret",
      type: "string",
      typeOptions: { password: true },
      default: "",
      placeholder: "whsec_…",
      description:
        "Only for the Florence Edge Trigger: what the API signs its events with. POST /v1/webhooks/secret makes one and shows it once.",
    },
  ];

  /** A function, since n8n's generic form would send `Authorization` without a key as well. */
  authenticate = async (
    { apiKey }: ICredentialDataDecryptedObject,
    options: IHttpRequestOptions,
  ): Promise<IHttpRequestOptions> => {
    const key = typeof apiKey === "string" ? apiKey.trim() : "";
    if (key === "") return options;
    return { ...options, headers: { ...options.headers, authorization: `Bearer ${key}` } };
  };

  test: ICredentialTestRequest = {
    request: {
      baseURL: '={{ $credentials.baseUrl.trim().replace(/\\/+$/, "") }}',
      // With a key: what its account has. Without one: a document of 28 kB that says whether answers need a key, since an API without accounts has no /v1/me.
      url: '={{ ($credentials.apiKey || "").trim() ? "/v1/me" : "/openapi.actions.json" }}',
    },
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- n8n reads lists with rules of both kinds, but its type names lists of one kind
    rules: [
      {
        type: "responseCode",
        properties: {
          value: 401,
          message:
            "The API does not know this key: copy the whole key, 61 characters that begin with fe_live_ or fe_test_",
        },
      },
      {
        type: "responseCode",
        properties: {
          value: 404,
          message: "There are no accounts at this address: leave API Key empty, or correct Base URL",
        },
      },
      {
        type: "responseSuccessBody",
        properties: {
          key: "components.securitySchemes.key.type",
          value: "http",
          message: "This API needs a key: fill in API Key",
        },
      },
    ] as NonNullable<ICredentialTestRequest["rules"]>,
  };
}

import { type INodeType, type INodeTypeDescription, NodeConnectionTypes } from "n8n-workflow";
import { version } from "../../package.json";
import { answerProperties } from "./answer";
import { ask } from "./ask";
import { imageProperties, writeQuery } from "./image";
import { jobProperties } from "./job";
import { laterProperties } from "./later";
import { inputProperties, operationProperties, optionProperties, resourceProperty } from "./generated";

/** Asks a florence-edge API about images. */
export class FlorenceEdge implements INodeType {
  description: INodeTypeDescription = {
    displayName: "Florence Edge",
    name: "florenceEdge",
    icon: { light: "file:../../icons/florence-edge.svg", dark: "file:../../icons/florence-edge.dark.svg" },
    group: ["transform"],
    version: 1,
    subtitle: '={{ $parameter["operation"] }}',
    description: "Describe images, read their text, find and outline objects with the Florence-2 vision model",
    defaults: { name: "Florence Edge" },
    usableAsTool: true,
    inputs: [NodeConnectionTypes.Main],
    outputs: [NodeConnectionTypes.Main],
    credentials: [{ name: "florenceEdgeApi", required: true }],
    requestDefaults: {
      baseURL: '={{ $credentials.baseUrl.trim().replace(/\\/+$/, "") }}',
      method: "POST",
      headers: { "user-agent": `n8n-nodes-florence-edge/${version}` },
    },
    requestOperations: { pagination: ask },
    properties: [
      // What concerns every request.
      { ...resourceProperty, routing: { send: { preSend: [writeQuery], paginate: true } } },
      ...operationProperties,
      ...imageProperties,
      ...inputProperties,
      ...jobProperties,
      ...answerProperties,
      ...laterProperties,
      ...optionProperties,
    ],
  };
}

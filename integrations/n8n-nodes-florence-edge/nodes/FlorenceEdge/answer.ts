import type { INodeProperties } from "n8n-workflow";
import { objectOperations, textOperations } from "./generated";

const simplified = {
  name: "Simplified",
  value: "simplified",
  description: "One level of texts and numbers, with the same names for every operation",
  routing: { send: { type: "query" as const, property: "format", value: "flat" } },
};

const full = { name: "Full", value: "full", description: "The answer with its lists and boxes" };

const byObject = {
  name: "One Item per Object",
  value: "objects",
  description: "As many items as objects were found, none if there are none",
};

const ofObjects = { operation: objectOperations };
const whole = { ...ofObjects, return: ["simplified", "full"] };

/** What the node puts out. */
export const answerProperties: INodeProperties[] = [
  {
    displayName: "Return",
    name: "return",
    type: "options",
    options: [full, byObject, simplified],
    default: "simplified",
    displayOptions: { show: ofObjects },
  },
  {
    displayName: "Return",
    name: "return",
    type: "options",
    options: [full, simplified],
    default: "simplified",
    displayOptions: { show: { operation: textOperations } },
  },
  {
    displayName: "Also Return Drawing",
    name: "drawing",
    type: "boolean",
    default: false,
    description: "Whether to put the image with the shapes and labels drawn over it into a binary field",
    displayOptions: { show: whole, hide: { "@tool": [true], answerLater: ["job"] } },
  },
  {
    displayName: "Drawing Format",
    name: "drawingFormat",
    type: "options",
    options: [
      {
        name: "PNG",
        value: "png",
        description: "For tools that show no SVG. Not every deployment of the API draws it.",
      },
      { name: "SVG", value: "svg", description: "Sharp at every size, with the image inside" },
    ],
    default: "svg",
    displayOptions: { show: { ...whole, drawing: [true] }, hide: { answerLater: ["job"] } },
  },
  {
    displayName: "Put Drawing in Field",
    name: "drawingField",
    type: "string",
    default: "drawing",
    required: true,
    hint: "The name of the output binary field",
    displayOptions: { show: { ...whole, drawing: [true] }, hide: { answerLater: ["job"] } },
  },
];

import type { INodeProperties } from "n8n-workflow";
import { objectOperations, textOperations } from "./generated";

const everyOperation = { operation: [...objectOperations, ...textOperations] };

/** Whether the answer comes later. An agent waits for its tools in any case. */
export const laterProperties: INodeProperties[] = [
  {
    displayName: "Answer Later",
    name: "answerLater",
    type: "options",
    options: [
      { name: "No", value: "no", description: "The request stays open until the answer is there" },
      {
        name: "Return the Job",
        value: "job",
        description: "The workflow goes on at once, with a job that will have the answer",
        routing: { send: { type: "query", property: "async", value: "true" } },
      },
      {
        name: "Wait",
        value: "wait",
        description: "The node asks until the answer is there: for slow models, and connections that break",
        routing: { send: { type: "query", property: "async", value: "true" } },
      },
    ],
    default: "no",
    displayOptions: { show: everyOperation, hide: { "@tool": [true] } },
  },
  {
    displayName: "Most Minutes to Wait",
    name: "waitMinutes",
    type: "number",
    typeOptions: { minValue: 1, maxValue: 1440 },
    default: 10,
    description: "After that the node fails, with the job's ID; the job goes on",
    displayOptions: { show: { ...everyOperation, answerLater: ["wait"] }, hide: { "@tool": [true] } },
  },
  {
    displayName: "Tell This Address",
    name: "webhook",
    type: "string",
    default: "",
    placeholder: "{{ $execution.resumeUrl }}",
    description:
      "A public https address that is told the end of the job. Of a Wait node that follows and resumes <i>On Webhook Call</i> by <i>POST</i>: <code>{{ $execution.resumeUrl }}</code>.",
    displayOptions: { show: { ...everyOperation, answerLater: ["job"] }, hide: { "@tool": [true] } },
    routing: { send: { type: "query", property: "webhook" } },
  },
];

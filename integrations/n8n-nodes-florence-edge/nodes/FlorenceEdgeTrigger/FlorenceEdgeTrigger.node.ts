import {
  NodeConnectionTypes,
  type IHookFunctions,
  type INodeType,
  type INodeTypeDescription,
  type IWebhookFunctions,
  type IWebhookResponseData,
} from "n8n-workflow";
import { receive } from "./receive";
import { isRegistered, register, remove } from "./register";

/** Starts a workflow when a job of the account has ended. */
export class FlorenceEdgeTrigger implements INodeType {
  description: INodeTypeDescription = {
    displayName: "Florence Edge Trigger",
    name: "florenceEdgeTrigger",
    icon: { light: "file:../../icons/florence-edge.svg", dark: "file:../../icons/florence-edge.dark.svg" },
    group: ["trigger"],
    version: 1,
    subtitle: '={{ $parameter["events"].join(", ") }}',
    description: "Starts the workflow when a job or batch of the account has ended",
    defaults: { name: "Florence Edge Trigger" },
    inputs: [],
    outputs: [NodeConnectionTypes.Main],
    credentials: [{ name: "florenceEdgeApi", required: true }],
    webhooks: [{ name: "default", httpMethod: "POST", responseMode: "onReceived", path: "webhook" }],
    properties: [
      {
        displayName:
          "The credential needs Webhook Secret, and a key with the scopes <code>usage:read</code> and <code>keys:write</code>. n8n has to have a public https address.",
        name: "needs",
        type: "notice",
        default: "",
      },
      {
        displayName: "Events",
        name: "events",
        type: "multiOptions",
        required: true,
        options: [
          { name: "Batch Cancelled", value: "batch.cancelled" },
          { name: "Batch Completed", value: "batch.completed" },
          { name: "Batch Expired", value: "batch.expired" },
          { name: "Batch Failed", value: "batch.failed" },
          { name: "Job Cancelled", value: "job.cancelled" },
          { name: "Job Failed", value: "job.failed" },
          { name: "Job Succeeded", value: "job.succeeded" },
        ],
        default: ["job.succeeded", "job.failed"],
        description: "The ends that start the workflow, of all jobs and batches of the account",
      },
    ],
  };

  webhookMethods = {
    default: {
      async checkExists(this: IHookFunctions): Promise<boolean> {
        return await isRegistered(this);
      },
      async create(this: IHookFunctions): Promise<boolean> {
        return await register(this);
      },
      async delete(this: IHookFunctions): Promise<boolean> {
        return await remove(this);
      },
    },
  };

  async webhook(this: IWebhookFunctions): Promise<IWebhookResponseData> {
    return await receive(this);
  }
}

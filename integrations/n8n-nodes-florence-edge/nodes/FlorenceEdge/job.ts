import type { INodeProperties } from "n8n-workflow";

const ofJobs = { resource: ["job"] };
const url = '=/v1/jobs/{{ encodeURIComponent($parameter["jobId"].trim()) }}';

/** What can be asked about a job, the answer to a question with *Answer Later*. */
export const jobProperties: INodeProperties[] = [
  {
    displayName: "Operation",
    name: "operation",
    type: "options",
    noDataExpression: true,
    displayOptions: { show: ofJobs },
    options: [
      {
        name: "Cancel",
        value: "cancelJob",
        description: "End a job that has not ended",
        action: "Cancel a job",
        routing: { request: { method: "DELETE", url } },
      },
      {
        name: "Get",
        value: "getJob",
        description: "Get how a job is, and its answer once it has ended",
        action: "Get a job",
        routing: { request: { method: "GET", url } },
      },
    ],
    default: "getJob",
  },
  {
    displayName: "Job ID",
    name: "jobId",
    type: "string",
    default: "",
    required: true,
    placeholder: "job_…",
    description: "As <i>Return the Job</i> and the trigger put it out",
    displayOptions: { show: ofJobs },
  },
  {
    displayName: "Most Minutes to Wait",
    name: "jobMinutes",
    type: "number",
    typeOptions: { minValue: 0, maxValue: 1440 },
    default: 0,
    description: "How long to wait for the end of the job; 0 gets it as it is now",
    displayOptions: { show: { ...ofJobs, operation: ["getJob"] } },
  },
];

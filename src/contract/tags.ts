/** The groups of operations in the document. */
export const tags = {
  tasks: { name: "Tasks", description: "One image, one task, one typed answer." },
  several: { name: "Several at once", description: "Several tasks in one request, with a result for each." },
  uploads: { name: "Uploads", description: "An image that is sent once and asked about by its handle, for an hour." },
  jobs: {
    name: "Jobs",
    description: "Requests that are answered later: each has an address, where its answer will be.",
  },
  webhooks: {
    name: "Webhooks",
    description: "Addresses that are told the end of jobs and batches, with signed requests.",
  },
  service: { name: "Service", description: "Tasks, models and health checks." },
} as const;

/** The groups of the operations that only a deployment with accounts has. */
export const accountTags = {
  prices: { name: "Prices", description: "What a request costs, before it is sent. No key is needed." },
  account: {
    name: "Account",
    description: "The account of your key: its credits, usage, charges and keys. Costs nothing.",
  },
  payments: { name: "Payments", description: "How credits are bought." },
  administration: { name: "Administration", description: "For the operator, with the deployment's ADMIN_KEY." },
} as const;

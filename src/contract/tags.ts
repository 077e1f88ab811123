/** The groups of operations in the document. */
export const tags = {
  tasks: { name: "Tasks", description: "One image, one task, one typed answer." },
  several: { name: "Several at once", description: "Several tasks in one request, with a result for each." },
  service: { name: "Service", description: "Tasks, models and health checks." },
} as const;

import { DurableObject } from "cloudflare:workers";

/** One Durable Object per owner of batches: their files, lines and counts. */
export class BatchBook extends DurableObject {}

import { excerpt } from "../bytes/excerpt.ts";
import { Problem } from "../contract/problems.ts";
import { ATTEMPT_SECONDS, attemptErrors, MAX_WEBHOOKS } from "../contract/webhooks.ts";
import type { Webhooks } from "../contract/webhooks-port.ts";
import type { CheckAddress } from "./attempt.ts";
import type { WebhookRefusal, WebhookVerbs } from "./book.ts";

/** Where the webhooks of a deployment are. */
export interface WebhooksOptions {
  /** The webhooks of an account, or of whoever has a job where there are no accounts; undefined for what is no id of one. They are called through, and throw what the platform throws. */
  readonly bookOf: (owner: { readonly account: string } | { readonly job: string }) => WebhookVerbs | undefined;
  readonly check: CheckAddress;
  readonly timeout: (milliseconds: number) => AbortSignal;
}

/**
 * Returns an address as it is stored, normalised. Throws `webhook-url-refused` for one that is not on the public network or does not exist. One that cannot be looked up now passes: it is
 * looked at again before each attempt.
 */
export async function checkedAddress(
  url: string,
  { check, timeout }: Pick<WebhooksOptions, "check" | "timeout">,
): Promise<string> {
  const error = URL.canParse(url)
    ? await check(url, timeout(ATTEMPT_SECONDS * 1000)).catch(() => undefined)
    : "refused";
  if (error !== undefined) throw new Problem("webhook-url-refused", `${excerpt(url)}: ${attemptErrors[error]}`);
  return new URL(url).href;
}

function refused<Reply extends object>(reply: Reply | WebhookRefusal): Reply {
  if (!("code" in reply)) return reply;
  if (reply.code === "too-many-webhooks") {
    throw new Problem(reply.code, `The account has ${MAX_WEBHOOKS} webhooks; it may have ${MAX_WEBHOOKS}.`);
  }
  throw new Problem(reply.code, "The account has no webhook with this id.");
}

/** Calls an owner's object. One that cannot be reached is a storage that is away. */
async function reached<Reply>(call: Promise<Reply>): Promise<Reply> {
  try {
    return await call;
  } catch (cause) {
    throw new Problem("storage-unavailable", "The place where webhooks are kept did not reply.", { cause });
  }
}

/** The webhooks of a deployment, over its objects. */
export function createWebhooks(options: WebhooksOptions): Webhooks {
  const bookOf = (owner: Parameters<WebhooksOptions["bookOf"]>[0]): WebhookVerbs => {
    const book = options.bookOf(owner);
    if (book === undefined) throw new Problem("unknown-job", "There is no job or batch with this id.");
    return book;
  };
  const of = (account: string): WebhookVerbs => bookOf({ account });
  return {
    create: async (account, { url, events }) => {
      const address = await checkedAddress(url, options);
      return refused(await reached(of(account).createWebhook({ url: address, events })));
    },
    list: (account) => reached(of(account).webhooks()),
    remove: async (account, id) => refused(await reached(of(account).removeWebhook(id))),
    newSecret: (account) => reached(of(account).newWebhookSecret()),
    test: async (account, target) => {
      const checked = "url" in target ? { url: await checkedAddress(target.url, options) } : target;
      return refused(await reached(of(account).testWebhook(checked)));
    },
    deliveries: async (account, page) => {
      const { job } = page;
      if (account === undefined && job === undefined) {
        throw new Problem("list-needs-account", "Without accounts, name the job whose deliveries are listed.");
      }
      const book = account === undefined ? bookOf({ job: job ?? "" }) : of(account);
      const rows = await reached(book.deliveries({ ...page, limit: page.limit + 1 }));
      return { deliveries: rows.slice(0, page.limit), hasMore: rows.length > page.limit };
    },
  };
}

import { expect, it } from "vitest";
import { ADMIN_KEY, openAccounts } from "../../../tools/fuzz/accounts.ts";
import { bundle } from "../../../tools/bundle.ts";
import { serve } from "../../../tools/serve.ts";
import { createDocumentCheck } from "../../support/document-check.ts";
import { anyWebhookRequest } from "../../support/fuzz/any-webhook-request.ts";
import { pathOf } from "../../support/fuzz/fuzz-request.ts";
import { sendAll } from "../../support/fuzz/send-all.ts";
import { startWebhookReceiver } from "../../support/webhook-receiver.ts";

/** `FUZZ_REQUESTS` sets another number. */
const REQUESTS = Number(process.env["FUZZ_REQUESTS"] ?? 1000);

it.each(["on", "off"])(
  "/v1/webhooks is answered as documented, with accounts %s",
  { timeout: 240_000 },
  async (accounts) => {
    await using stack = new AsyncDisposableStack();
    const receiver = stack.use(await startWebhookReceiver());
    const variables = { ALLOW_HTTP_IMAGES: "true", ACCOUNTS: accounts, ADMIN_KEY };
    const server = await serve(await bundle(), { port: 0, variables });
    stack.defer(() => server.stop());
    const words = accounts === "on" ? await openAccounts(server.url) : undefined;
    const keys = words === undefined ? ["none"] : [words.rich, words.rich, words.side, words.narrow, words.revoked];
    const { declaredStatuses, expectAsDocumented } = createDocumentCheck(accounts === "on");
    const extent = { url: server.url, seed: 31, count: REQUESTS };
    const { statuses, wrong } = await sendAll(
      anyWebhookRequest(keys, receiver.url),
      extent,
      async (request, response) => {
        const path = pathOf(request);
        expect(declaredStatuses(request.method, path)).toContain(response.status);
        await expectAsDocumented(response, request.method, path);
      },
    );
    expect(wrong).toEqual([]);
    const common = [400, 403, 404, 405];
    expect([...statuses.keys()]).toEqual(
      expect.arrayContaining(accounts === "on" ? [200, 201, 401, ...common] : common),
    );
  },
);

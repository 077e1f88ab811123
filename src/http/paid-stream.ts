import type { Payment } from "../charging/payment.ts";
import type { AnswerPart, CacheReport, EmitPart } from "../contract/service.ts";

/** The parts of an answer, which are held back until it is paid. */
interface HeldParts {
  readonly emit: EmitPart;
  /** Resolves when all parts so far were sent. Rejects with the reason why nothing may be sent. */
  readonly sent: () => Promise<void>;
}

function holdParts(pay: () => Promise<void>, emit: EmitPart): HeldParts {
  const waiting: (readonly [AnswerPart, CacheReport])[] = [];
  let isPaid = false;
  let paying: Promise<unknown> | undefined;
  const payAndSend = async (): Promise<unknown> => {
    try {
      await pay();
      isPaid = true;
      for (const [part, cache] of waiting) emit(part, cache);
    } catch (thrown) {
      return thrown;
    }
    return undefined;
  };
  return {
    emit: (part, cache) => {
      if (isPaid) return emit(part, cache);
      waiting.push([part, cache]);
      paying ??= payAndSend();
    },
    sent: async () => {
      const failure = await paying;
      if (failure !== undefined) throw failure;
    },
  };
}

/**
 * Runs a stream that is paid before its first part: the price is known and does not change. If it fails afterwards, what it cost is given back before the
 * failure is thrown. A caller who leaves has paid, and gets the whole answer for nothing when he asks again.
 */
export async function paidStream(
  payment: Payment,
  emit: EmitPart,
  work: (emit: EmitPart) => Promise<void>,
): Promise<void> {
  const parts = holdParts(() => payment.prepay(), emit);
  try {
    await work(parts.emit);
    await parts.sent();
  } catch (thrown) {
    // If the payment failed, that is why: whatever the work says, nothing was sent.
    const failure = await parts.sent().then(
      () => thrown,
      (reason: unknown) => reason,
    );
    await payment.refund();
    throw failure;
  }
}

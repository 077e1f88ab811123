import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  decodeReply,
  decodeRequest,
  encodeReply,
  encodeRequest,
} from "../../../src/inference/protocol/binary-extension.ts";
import type { EncodedMessage } from "../../../src/inference/protocol/binary-extension.ts";
import type { NamedTensor } from "../../../src/inference/protocol/datatypes.ts";
import {
  allDatatypes,
  jsonDatatypes,
  messagesTensors,
  plain,
  tensors,
  valueOf,
} from "../../support/protocol-tensors.ts";

/** Decodes an encoded reply whose body starts at byte `shift` of its buffer: at an unaligned offset the data cannot be a view. */
function decoded({ body, headers }: EncodedMessage, shift: number): readonly unknown[] {
  const shifted = new Uint8Array(body.length + shift);
  shifted.set(body, shift);
  return valueOf(decodeReply(shifted.subarray(shift), new Headers(headers))).outputs.map(plain);
}

const encoded = (outputs: readonly NamedTensor[], isBinary: (name: string) => boolean): EncodedMessage =>
  valueOf(encodeReply({ modelName: "m", outputs }, isBinary));

describe("a tensor", () => {
  it.each(allDatatypes)("%s round-trips through binary data bit for bit, at every alignment", (datatype) => {
    fc.assert(
      fc.property(tensors(datatype, { withNonFinite: true }), fc.integer({ min: 0, max: 8 }), (tensor, shift) => {
        expect(
          decoded(
            encoded([tensor], () => true),
            shift,
          ),
        ).toEqual([plain(tensor)]);
      }),
    );
  });

  it.each(jsonDatatypes)("%s round-trips through JSON value for value", (datatype) => {
    fc.assert(
      fc.property(tensors(datatype, { withNonFinite: false }), (tensor) => {
        expect(
          decoded(
            encoded([tensor], () => false),
            0,
          ),
        ).toEqual([plain(tensor)]);
      }),
    );
  });
});

const identity = fc.record(
  {
    id: fc.string(),
    parameters: fc.dictionary(fc.stringMatching(/^[a-z_]{1,8}$/), fc.oneof(fc.string(), fc.boolean(), fc.integer()), {
      minKeys: 1,
    }),
  },
  { requiredKeys: [] },
);

describe("a message", () => {
  it("round-trips with any subset of its tensors as binary data", () => {
    fc.assert(
      fc.property(messagesTensors, fc.func(fc.boolean()), (all, isBinary) => {
        expect(decoded(encoded(all, isBinary), 1)).toEqual(all.map(plain));
      }),
    );
  });

  it("preserves id, parameters and outputs of a request", () => {
    const outputs = fc.uniqueArray(fc.record({ name: fc.string({ minLength: 1 }) }), {
      minLength: 1,
      selector: ({ name }) => name,
    });
    fc.assert(
      fc.property(identity, outputs, (common, requested) => {
        const { body, headers } = valueOf(encodeRequest({ ...common, inputs: [], outputs: requested }, () => true));
        expect(valueOf(decodeRequest(body, new Headers(headers)))).toEqual({
          ...common,
          inputs: [],
          outputs: requested,
        });
      }),
    );
  });

  it("preserves id, parameters and version of a reply", () => {
    fc.assert(
      fc.property(identity, fc.string(), (common, modelVersion) => {
        const reply = { modelName: "m", modelVersion, ...common, outputs: [] };
        const { body, headers } = valueOf(encodeReply(reply, () => true));
        expect(valueOf(decodeReply(body, new Headers(headers)))).toEqual(reply);
      }),
    );
  });

  it("decodes or fails without throwing, for arbitrary bytes", () => {
    const length = fc.option(fc.oneof(fc.nat(60).map(String), fc.string()), { nil: undefined });
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 50 }), length, (body, header) => {
        const headers = { get: () => header ?? null };
        expect([true, false]).toContain(decodeReply(body, headers).ok);
      }),
    );
  });

  it("decodes or fails without throwing, for arbitrary JSON", () => {
    const entry = fc.record(
      {
        name: fc.oneof(fc.constantFrom("a", "b", ""), fc.jsonValue()),
        datatype: fc.oneof(fc.constantFrom<string>(...allDatatypes), fc.jsonValue()),
        shape: fc.oneof(fc.array(fc.integer({ min: -1, max: 4 }), { maxLength: 3 }), fc.jsonValue()),
        data: fc.jsonValue(),
        parameters: fc.oneof(fc.record({ binary_data_size: fc.integer({ min: -1, max: 16 }) }), fc.jsonValue()),
      },
      { requiredKeys: ["name", "datatype", "shape"] },
    );
    fc.assert(
      fc.property(fc.array(entry, { maxLength: 3 }), fc.uint8Array({ maxLength: 16 }), (outputs, section) => {
        const json = new TextEncoder().encode(JSON.stringify({ model_name: "m", outputs }));
        const body = Uint8Array.from([...json, ...section]);
        const headers = new Headers({ "inference-header-content-length": String(json.length) });
        expect([true, false]).toContain(decodeReply(body, headers).ok);
      }),
    );
  });
});

import { isDeepStrictEqual } from "node:util";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { arbitraryMessage } from "./arbitrary.fixture.ts";
import {
  type BodyCodec,
  CallCommand,
  type Codec,
  CommandTemplate,
  codecOf,
  FRAME_HEADER_BYTES,
  FrameDecoder,
  type FutureMessage,
  GetEagerStateKeysCommand,
  InputCommand,
  MessageType,
  Notification,
  OutputCommand,
  REQUESTED_ACK,
  SleepCommand,
  Start,
  Suspension,
} from "./index.ts";

const CODECS: readonly (readonly [name: string, codec: Codec<unknown>])[] = Object.entries(MessageType).map(
  ([name, type]) => [name, codecOf(type) as Codec<unknown>],
);
const BODY_CODECS: readonly (readonly [name: string, codec: BodyCodec<unknown>])[] = [
  ...CODECS,
  ["Notification", Notification as BodyCodec<unknown>],
];
const RUNS = 30;

/** Fields that no message has: a number far out, and every wire type. */
const STRANGE = Buffer.from("8a7d03616263" + "907d9601" + "9d7d01020304" + "997d0102030405060708", "hex");

/** Vitest compares Buffers byte by byte and slowly; its report is only wanted for a difference. */
function expectSame(actual: unknown, expected: unknown): void {
  if (!isDeepStrictEqual(actual, expected)) expect(actual).toStrictEqual(expected);
}

describe("every message", () => {
  it.each(CODECS)("%s has a codec for its type", (name, codec) => {
    expect(codec.type).toBe(MessageType[name as keyof typeof MessageType]);
  });

  it.each(BODY_CODECS)("%s decodes to what was encoded", (_name, codec) => {
    fc.assert(
      fc.property(arbitraryMessage(codec.fields), (message) => {
        expectSame(codec.decode(codec.encode(message)), message);
      }),
      { numRuns: RUNS },
    );
  });

  it.each(CODECS)("%s is framed as header and body", (_name, codec) => {
    fc.assert(
      fc.property(arbitraryMessage(codec.fields), fc.constantFrom(0, REQUESTED_ACK, 0x1234), (message, flags) => {
        const frame = codec.frame(message, flags);
        const decoder = new FrameDecoder(1 << 20);
        decoder.push(frame);
        expectSame(decoder.next(), { type: codec.type, flags, body: codec.encode(message) });
        expect(decoder.pendingBytes).toBe(0);
      }),
      { numRuns: RUNS },
    );
  });

  it.each(BODY_CODECS)("%s keeps fields that it does not know", (_name, codec) => {
    fc.assert(
      fc.property(arbitraryMessage(codec.fields), (message) => {
        const known = codec.encode(message);
        const decoded = codec.decode(Buffer.concat([known, STRANGE]));
        expectSame(decoded, { ...message, unknownFields: STRANGE });
        expectSame(codec.encode(decoded as object), Buffer.concat([known, STRANGE]));
        // Unknown fields in front move to the end; nothing is lost or changed.
        const reordered = codec.decode(Buffer.concat([STRANGE, known, STRANGE]));
        expectSame(codec.encode(reordered as object), Buffer.concat([known, STRANGE, STRANGE]));
      }),
      { numRuns: RUNS },
    );
  });

  it.each(BODY_CODECS)("%s left out altogether is the message of defaults", (_name, codec) => {
    const empty = codec.decode(Buffer.alloc(0)) as Record<string, unknown>;
    for (const [name, field] of Object.entries(codec.fields)) {
      const isAbsent = empty[name] === undefined;
      expect(isAbsent, name).toBe(field.optional);
    }
    expect(codec.encode({})).toHaveLength(0);
    expect(codec.encode(empty)).toHaveLength(0);
  });
});

describe("a decoded message", () => {
  it("has views of the body, not copies", () => {
    const body = OutputCommand.encode({ value: Buffer.from("payload") });
    const { value } = OutputCommand.decode(body);
    body.write("PAYLOAD", body.length - 7);
    expect(value?.toString()).toBe("PAYLOAD");
  });

  it("does not depend on where the body lies in its memory, nor on being a Buffer", () => {
    const body = InputCommand.encode({ headers: [{ key: "a", value: "b" }], value: Buffer.from("x") });
    const padded = Buffer.concat([Buffer.from("noise"), body, Buffer.from("noise")]).subarray(5, 5 + body.length);
    expect(InputCommand.decode(padded)).toStrictEqual(InputCommand.decode(body));
    expect(InputCommand.decode(new Uint8Array(body))).toStrictEqual(InputCommand.decode(body));
  });

  it("has at most one member of a oneof: the last on the wire", () => {
    const value = Notification.encode({ completionId: 1, value: Buffer.from("v") });
    const failure = Notification.encode({ signalName: "s", failure: { code: 500, message: "m" } });
    const last = Notification.decode(Buffer.concat([value, failure]));
    expect(last).toMatchObject({ signalName: "s", failure: { code: 500 } });
    expect(last.completionId).toBeUndefined();
    expect(last.value).toBeUndefined();
    const first = Notification.decode(Buffer.concat([failure, value]));
    expect(first.value).toEqual(Buffer.from("v"));
    expect(first.failure).toBeUndefined();
  });

  it("tells an empty value from none", () => {
    expect(OutputCommand.decode(OutputCommand.encode({ value: Buffer.alloc(0) })).value).toEqual(Buffer.alloc(0));
    expect(OutputCommand.decode(OutputCommand.encode({})).value).toBeUndefined();
    const noKeys = GetEagerStateKeysCommand.encode({ value: [] });
    expect(GetEagerStateKeysCommand.decode(noKeys).value).toEqual([]);
    expect(GetEagerStateKeysCommand.decode(Buffer.alloc(0)).value).toBeUndefined();
  });

  it("merges a message field that occurs twice, as Protobuf has it", () => {
    const parts = [
      Suspension.encode({ awaitingOn: { waitingCompletions: [1], combinatorType: 1 } }),
      Suspension.encode({ awaitingOn: { waitingCompletions: [2], nestedFutures: [{ waitingSignals: [17] }] } }),
    ];
    expect(Suspension.decode(Buffer.concat(parts)).awaitingOn).toMatchObject({
      waitingCompletions: [1, 2],
      nestedFutures: [{ waitingSignals: [17] }],
      combinatorType: 1,
    });
  });

  it("accepts lists of numbers packed and one by one, and writes them packed", () => {
    const message = { waitingCompletions: [1, 300, 4294967295], waitingSignals: [17] };
    const packed = Suspension.encode(message);
    expect(packed.toString("hex")).toBe("0a08" + "01ac02ffffffff0f" + "120111");
    const single = Buffer.from("0801" + "08ac02" + "08ffffffff0f" + "1011", "hex");
    expect(Suspension.decode(single)).toStrictEqual(Suspension.decode(packed));
    const mixed = Buffer.from("0a0101" + "08ac02" + "0a05ffffffff0f" + "1011", "hex");
    expect(Suspension.decode(mixed)).toStrictEqual(Suspension.decode(packed));
  });

  it("keeps what it does not know inside a value and inside nested messages", () => {
    // Output { value: Value { content: "v", 9: 1 } }, then once more with only the unknown field.
    const body = Buffer.from("7205" + "0a0176" + "4801" + "7202" + "4802", "hex");
    const decoded = OutputCommand.decode(body);
    expect(decoded.value).toEqual(Buffer.from("v"));
    const again = OutputCommand.encode(decoded);
    expect(again.toString("hex")).toBe("7203" + "0a0176" + "7202" + "4801" + "7202" + "4802");
    expect(OutputCommand.decode(again)).toStrictEqual(decoded);

    const failure = Buffer.from("7a04" + "0805" + "4801", "hex");
    expect(OutputCommand.decode(failure).failure).toMatchObject({ code: 5, unknownFields: Buffer.from("4801", "hex") });
    expect(OutputCommand.encode(OutputCommand.decode(failure))).toEqual(failure);
  });

  it("treats a known field of another wire type as unknown", () => {
    const body = Buffer.from("1201" + "78" + "6205" + "616c696365", "hex");
    const asSleep = SleepCommand.decode(Buffer.concat([Buffer.from("0a0178", "hex"), body]));
    expect(asSleep).toMatchObject({ wakeUpTime: 0, name: "alice", unknownFields: Buffer.from("0a0178120178", "hex") });
  });

  it("clamps times beyond what a number holds exactly", () => {
    const body = Buffer.from("08ffffffffffffffffff01", "hex");
    expect(SleepCommand.decode(body).wakeUpTime).toBe(Number.MAX_SAFE_INTEGER);
    const encode = (wakeUpTime: number) => SleepCommand.decode(SleepCommand.encode({ wakeUpTime })).wakeUpTime;
    expect([encode(-5), encode(1.5), encode(Number.POSITIVE_INFINITY)]).toEqual([0, 1, Number.MAX_SAFE_INTEGER]);
  });

  it("takes the lower half of an oversized uint32", () => {
    const body = Buffer.from("58ffffffffffffffffff01", "hex");
    expect(SleepCommand.decode(body).resultCompletionId).toBe(0xffffffff);
  });
});

describe("an encoded message", () => {
  it("is right on both sides of every length at which the writer changes its ways", () => {
    for (const length of [23, 24, 25, 125, 126, 127, 128, 129, 16_200, 16_383, 16_384, 16_400, 70_000]) {
      const text = `${"x".repeat(length - 1)}é`;
      const bytes = Buffer.alloc(length, 7);
      const message = { serviceName: text, parameter: bytes, headers: [{ key: text, value: "" }], name: "end" };
      const call = CallCommand.decode(CallCommand.encode(message));
      expectSame([call.serviceName, call.parameter, call.headers[0]?.key, call.name], [text, bytes, text, "end"]);
      const state = { stateMap: [{ key: bytes, value: bytes }], key: text };
      const start = Start.decode(Start.frame(state).subarray(FRAME_HEADER_BYTES));
      expectSame([start.stateMap[0]?.key, start.stateMap[0]?.value, start.key], [bytes, bytes, text]);
    }
  });

  it("is not changed by the messages encoded after it", () => {
    const first = OutputCommand.encode({ value: Buffer.from("first") });
    const copy = Buffer.from(first);
    for (let i = 0; i < 100; i++) OutputCommand.frame({ value: Buffer.alloc(i * 300, i) });
    expect(first).toEqual(copy);
  });

  it("survives an encoding that failed halfway", () => {
    const broken = { headers: [{ key: "k", value: undefined as unknown as string }, null] };
    expect(() => InputCommand.encode(broken as object)).toThrow(TypeError);
    expect(OutputCommand.decode(OutputCommand.encode({ value: Buffer.from("v") })).value?.toString()).toBe("v");
  });

  it("holds futures nested to any depth that the decoder accepts", () => {
    let future: Partial<FutureMessage> = { waitingCompletions: [1] };
    for (let i = 0; i < 99; i++) future = { nestedFutures: [future as FutureMessage], combinatorType: i % 5 };
    const message = { awaitingOn: future as FutureMessage };
    expect(Suspension.decode(Suspension.encode(message))).toMatchObject(message);
  });

  it("replaces lone surrogates, which have no UTF-8", () => {
    for (const text of ["", "long enough for the other way ".repeat(3)]) {
      expect(Start.decode(Start.encode({ key: `${text}\udfff` })).key).toBe(`${text}\ufffd`);
    }
  });
});

describe("the command template", () => {
  it("reads name and completion ids of any command, and of custom entries", () => {
    const call = CallCommand.encode({
      serviceName: "S",
      parameter: Buffer.alloc(1000),
      invocationIdNotificationIdx: 3,
      resultCompletionId: 4,
      name: "call it",
    });
    expect(CommandTemplate.decode(call)).toEqual({
      invocationIdNotificationIdx: 3,
      resultCompletionId: 4,
      entryName: "call it",
    });
    expect(CommandTemplate.decode(Buffer.concat([STRANGE, Buffer.from("620161", "hex")]))).toEqual({ entryName: "a" });
  });
});

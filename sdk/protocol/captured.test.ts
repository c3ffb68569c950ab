import { describe, expect, it } from "vitest";
import {
  codecOf,
  decodeAwakeableId,
  decodeInvocationId,
  encodeFrame,
  encodeInvocationId,
  encodeSignalAwakeableId,
  FrameDecoder,
  isCommand,
  isNotification,
  MessageType,
  Notification,
} from "./index.ts";

/**
 * Bodies that restate-server 1.7.12 and the official TypeScript SDK 1.17.2 exchanged (service protocol v6), with what
 * the SDK's code had asked for.
 */
const utf8 = (text: string) => Buffer.from(text);
const hex = (text: string) => Buffer.from(text, "hex");

const CAPTURED: readonly (readonly [type: number, body: string, expected: object])[] = [
  [
    MessageType.Start,
    "0a1826bb2b63cc9eb5fdbeae7b0eddb6e49f1b33ef95582d5f271226696e765f316c4d756c77547a52305a55316369636341434d644c4550" +
      "5748364469595267566f180128014001489ff68ecc89b9dacc45",
    {
      id: hex("26bb2b63cc9eb5fdbeae7b0eddb6e49f1b33ef95582d5f27"),
      debugId: "inv_1lMulwTzR0ZU1ciccACMdLEPWH6DiYRgVo",
      knownEntries: 1,
      partialState: true,
      durationSinceLastStoredEntry: 1,
      randomSeed: 5015155970343680799n,
    },
  ],
  [
    MessageType.Start,
    "0a186dcec853edb4590a4a70c1ee67bb4d55633cce9053ef9df61226696e765f31305435546877736269386437766d685572374a6e413472" +
      "5878746a694b4b346e55180122060a017612013332016b400148a8c7aba6f0c3dbde50",
    {
      id: hex("6dcec853edb4590a4a70c1ee67bb4d55633cce9053ef9df6"),
      debugId: "inv_10T5Thwsbi8d7vmhUr7JnA4rXxtjiKK4nU",
      knownEntries: 1,
      stateMap: [{ key: utf8("v"), value: utf8("3") }],
      key: "k",
      durationSinceLastStoredEntry: 1,
      randomSeed: 5817927373135995816n,
    },
  ],
  [
    MessageType.Start,
    "0a18da115fd10584b9a3ba60b210d9c220f679a33ec9adc994ec1226696e765f316533763956326e4845556937637162754358307154456f" +
      "4d385966436c76794d5718102801380540c18e0148fed4bccda8d9c990e901",
    {
      id: hex("da115fd10584b9a3ba60b210d9c220f679a33ec9adc994ec"),
      debugId: "inv_1e3v9V2nHEUi7cqbuCX0qTEoM8YfClvyMW",
      knownEntries: 16,
      partialState: true,
      retryCountSinceLastStoredEntry: 5,
      durationSinceLastStoredEntry: 18241,
      randomSeed: 16798750736403868286n,
    },
  ],
  [
    MessageType.InputCommand,
    "0a250a16782d726573746174652d696e67726573732d70617468120b2f50726f746f532f616c6c0a190a0a757365722d6167656e74120b63" +
      "75726c2f372e38382e310a0d0a0661636365707412032a2f2a0a200a0c636f6e74656e742d7479706512106170706c69636174696f6e2f" +
      "6a736f6e0a130a0e636f6e74656e742d6c656e67746812013172030a0131",
    {
      headers: [
        { key: "x-restate-ingress-path", value: "/ProtoS/all" },
        { key: "user-agent", value: "curl/7.88.1" },
        { key: "accept", value: "*/*" },
        { key: "content-type", value: "application/json" },
        { key: "content-length", value: "1" },
      ],
      value: utf8("1"),
    },
  ],
  [MessageType.OutputCommand, "72080a065b34322c355d", { value: utf8("[42,5]") }],
  [MessageType.OutputCommand, "7200", { value: Buffer.alloc(0) }],
  [MessageType.RunCommand, "5801620873746570206f6e65", { resultCompletionId: 1, name: "step one" }],
  [MessageType.ProposeRunCompletion, "080172023432", { resultCompletionId: 1, value: utf8("42") }],
  [
    MessageType.ProposeRunCompletion,
    "08027a1c08a20312076e6f20676f6f641a0e0a03776879120762656361757365",
    {
      resultCompletionId: 2,
      failure: { code: 418, message: "no good", metadata: [{ key: "why", value: "because" }] },
    },
  ],
  [MessageType.RunCompletion, "08012a040a023432", { completionId: 1, value: utf8("42") }],
  [
    MessageType.RunCompletion,
    "0802321c08a20312076e6f20676f6f641a0e0a03776879120762656361757365",
    { completionId: 2, failure: { code: 418, message: "no good", metadata: [{ key: "why", value: "because" }] } },
  ],
  [MessageType.SleepCommand, "08d1efedfca0345803", { wakeUpTime: 1795558176721, resultCompletionId: 3 }],
  [MessageType.SleepCompletion, "08032200", { completionId: 3, void: true }],
  [
    MessageType.CallCommand,
    "0a0650726f746f4f12036164641a01332a016b50045805",
    {
      serviceName: "ProtoO",
      handlerName: "add",
      parameter: utf8("3"),
      key: "k",
      invocationIdNotificationIdx: 4,
      resultCompletionId: 5,
    },
  ],
  [
    MessageType.CallInvocationIdCompletion,
    "0804820126696e765f31305435546877736269386437635638775657446f554936686d5456724e4c326f4e",
    { completionId: 4, invocationId: "inv_10T5Thwsbi8d7cV8wVWDoUI6hmTVrNL2oN" },
  ],
  [MessageType.CallCompletion, "08052a030a0135", { completionId: 5, value: utf8("5") }],
  [
    MessageType.OneWayCallCommand,
    "0a0650726f746f4f12036164641a013420fdefedfca03432016b3a046964656d5006",
    {
      serviceName: "ProtoO",
      handlerName: "add",
      parameter: utf8("4"),
      invokeTime: 1795558176765,
      key: "k",
      idempotencyKey: "idem",
      invocationIdNotificationIdx: 6,
    },
  ],
  [
    MessageType.OneWayCallCommand,
    "0a0650726f746f531205736d616c6c1a01012a060a01781201795007",
    {
      serviceName: "ProtoS",
      handlerName: "small",
      parameter: hex("01"),
      headers: [{ key: "x", value: "y" }],
      invocationIdNotificationIdx: 7,
    },
  ],
  [
    MessageType.CompleteAwakeableCommand,
    "0a2c7369676e5f31326846663051574575614f36594c495132634967396e6d6a50736d74795a547341414141455112070a052268657922",
    { awakeableId: "sign_12hFf0QWEuaO6YLIQ2cIg9nmjPsmtyZTsAAAAEQ", value: utf8('"hey"') },
  ],
  [
    MessageType.CompleteAwakeableCommand,
    "0a0b70726f6d5f31415a4a6d561a0908f40312046e6f7065",
    { awakeableId: "prom_1AZJmV", failure: { code: 500, message: "nope" } },
  ],
  [MessageType.SignalNotification, "10112a070a052268657922", { idx: 17, value: utf8('"hey"') }],
  [MessageType.GetEagerStateCommand, "0a01766a00", { key: utf8("v"), void: true }],
  [MessageType.GetEagerStateCommand, "0a017672030a0133", { key: utf8("v"), value: utf8("3") }],
  [MessageType.SetStateCommand, "0a01771a060a0422c3a922", { key: utf8("w"), value: utf8('"é"') }],
  [MessageType.GetEagerStateKeysCommand, "72060a01760a0177", { value: [utf8("v"), utf8("w")] }],
  [MessageType.ClearStateCommand, "0a0177", { key: utf8("w") }],
  [MessageType.PeekPromiseCommand, "0a01705801", { key: "p", resultCompletionId: 1 }],
  [MessageType.PeekPromiseCompletion, "08012200", { completionId: 1, void: true }],
  [
    MessageType.CompletePromiseCommand,
    "0a017012080a0622646f6e65225802",
    { key: "p", completionValue: utf8('"done"'), resultCompletionId: 2 },
  ],
  [MessageType.CompletePromiseCompletion, "08022200", { completionId: 2, void: true }],
  [MessageType.GetPromiseCommand, "0a01705803", { key: "p", resultCompletionId: 3 }],
  [MessageType.GetPromiseCompletion, "08032a080a0622646f6e6522", { completionId: 3, value: utf8('"done"') }],
  [MessageType.End, "", {}],
];

describe("messages between the real server and the official SDK", () => {
  it.each(CAPTURED)("type %i, %s, decodes to what was meant and encodes to the same bytes", (type, body, expected) => {
    const codec = codecOf(type);
    const decoded = codec?.decode(hex(body)) as Record<string, unknown>;
    expect(decoded).toMatchObject(expected);
    expect(decoded.unknownFields).toBeUndefined();
    // What was not expected has its default: a draft of the expected fields alone is the same message.
    expect(codec?.encode(expected).toString("hex")).toBe(body);
    expect(codec?.encode(decoded).toString("hex")).toBe(body);
  });

  it("any notification can be read through the template", () => {
    for (const [type, body, expected] of CAPTURED.filter(([type]) => isNotification(type))) {
      const decoded = Notification.decode(hex(body));
      const { idx, ...rest } = expected as { idx?: number };
      expect(decoded, String(type)).toMatchObject(idx === undefined ? rest : { signalId: idx, ...rest });
      expect(decoded.unknownFields, String(type)).toBeUndefined();
    }
  });

  it("the frames split into the messages they were made of", () => {
    const decoder = new FrameDecoder(1024);
    for (const [type, body] of CAPTURED) decoder.push(encodeFrame(type, hex(body)));
    for (const [type, body] of CAPTURED) expect(decoder.next()).toEqual({ type, flags: 0, body: hex(body) });
    expect(decoder.next()).toBeUndefined();
  });

  it("every captured journal entry is a command or a notification, and nothing else is", () => {
    const isEntry = (type: number) => isCommand(type) || isNotification(type);
    const controls: number[] = [MessageType.Start, MessageType.ProposeRunCompletion, MessageType.End];
    for (const [type] of CAPTURED) expect(isEntry(type), String(type)).toBe(!controls.includes(type));
  });
});

describe("ids of the real server", () => {
  it.each([
    ["26bb2b63cc9eb5fdbeae7b0eddb6e49f1b33ef95582d5f27", "inv_1lMulwTzR0ZU1ciccACMdLEPWH6DiYRgVo"],
    ["88065a7276c4d3646b72c01807f4396a15e1badf938306fb", "inv_18EHshVyGfyw7DG39VfgTJz1I739aSEBGb"],
    ["037b10121ea58db90dc21004d7fd950666790a50a414d69c", "inv_1fVH8UjvrPHl4LWDyYN3pnGQt4nVROlDR3"],
    ["6dcec853edb4590a01a20f9b77d40658bdc483b64984d8ec", "inv_10T5Thwsbi8d7cV8wVWDoUI6hmTVrNL2oN"],
  ])("%s is %s", (bytes, text) => {
    expect(encodeInvocationId(hex(bytes))).toBe(text);
    expect(decodeInvocationId(text)?.toString("hex")).toBe(bytes);
  });

  it("an awakeable id of the official SDK holds the invocation's id and the first free signal index", () => {
    const id = "sign_12hFf0QWEuaO6YLIQ2cIg9nmjPsmtyZTsAAAAEQ";
    const invocation = decodeInvocationId("inv_1e3v9V2nHEUi7cqbuCX0qTEoM8YfClvyMW") as Buffer;
    expect(decodeAwakeableId(id)).toEqual({ invocation, kind: "signal", index: 17 });
    expect(encodeSignalAwakeableId(invocation, 17)).toBe(id);
  });
});

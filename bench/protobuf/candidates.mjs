/**
 * The candidates, behind one face: for Start, Input and Output an encoder and a decoder, each as the library's
 * documentation would have one use it. A file per candidate is generated from this, so that each is measured in a
 * process that has loaded nothing else.
 */
export const CANDIDATES = {
  "@bufbuild/protobuf": `
    import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
    import { InputCommandMessageSchema, OutputCommandMessageSchema, StartMessageSchema } from "./es/messages_pb.js";
    export function encodeStart(m) {
      return toBinary(StartMessageSchema, create(StartMessageSchema, m));
    }
    export const decodeStart = (bytes) => fromBinary(StartMessageSchema, bytes);
    export function encodeInput({ headers, value }) {
      return toBinary(InputCommandMessageSchema, create(InputCommandMessageSchema, { headers, value: { content: value } }));
    }
    export const decodeInput = (bytes) => fromBinary(InputCommandMessageSchema, bytes);
    export function encodeOutput({ value }) {
      const result = { case: "value", value: { content: value } };
      return toBinary(OutputCommandMessageSchema, create(OutputCommandMessageSchema, { result }));
    }
    export const decodeOutput = (bytes) => fromBinary(OutputCommandMessageSchema, bytes);
    export const valueOf = (output) => output.result.value.content;
  `,
  "protobufjs static": `
    import { bench } from "./pbjs.js";
    import Long from "long";
    const { StartMessage, InputCommandMessage, OutputCommandMessage } = bench;
    // The seed has 64 bits: without Long it would lose its lowest.
    const long = (n) => Long.fromBits(Number(n & 0xffffffffn), Number(n >> 32n), true);
    export function encodeStart(m) {
      return StartMessage.encode({ ...m, durationSinceLastStoredEntry: Number(m.durationSinceLastStoredEntry), randomSeed: long(m.randomSeed) }).finish();
    }
    export const decodeStart = (bytes) => StartMessage.decode(bytes);
    export const encodeInput = ({ headers, value }) => InputCommandMessage.encode({ headers, value: { content: value } }).finish();
    export const decodeInput = (bytes) => InputCommandMessage.decode(bytes);
    export const encodeOutput = ({ value }) => OutputCommandMessage.encode({ value: { content: value } }).finish();
    export const decodeOutput = (bytes) => OutputCommandMessage.decode(bytes);
    export const valueOf = (output) => output.value.content;
  `,
  "pbf generated": `
    import Pbf from "pbf";
    import {
      readInputCommandMessage, readOutputCommandMessage, readStartMessage,
      writeInputCommandMessage, writeOutputCommandMessage, writeStartMessage,
    } from "./pbf.js";
    function encode(write, message) {
      const pbf = new Pbf();
      write(message, pbf);
      return pbf.finish();
    }
    // Its generated code knows uint64 as a number only, so the seed is not exact.
    export function encodeStart(m) {
      return encode(writeStartMessage, { ...m, durationSinceLastStoredEntry: Number(m.durationSinceLastStoredEntry), randomSeed: Number(m.randomSeed) });
    }
    export const decodeStart = (bytes) => readStartMessage(new Pbf(bytes));
    export const encodeInput = ({ headers, value }) => encode(writeInputCommandMessage, { headers, value: { content: value } });
    export const decodeInput = (bytes) => readInputCommandMessage(new Pbf(bytes));
    export const encodeOutput = ({ value }) => encode(writeOutputCommandMessage, { value: { content: value } });
    export const decodeOutput = (bytes) => readOutputCommandMessage(new Pbf(bytes));
    export const valueOf = (output) => output.value.content;
  `,
  "sdk/protocol (on pbf)": `
    import { InputCommand, OutputCommand, Start } from "../../../../../sdk/protocol/index.ts";
    export function encodeStart(m) {
      return Start.encode({ ...m, durationSinceLastStoredEntry: Number(m.durationSinceLastStoredEntry) });
    }
    export const decodeStart = (bytes) => Start.decode(bytes);
    export const encodeInput = (m) => InputCommand.encode(m);
    export const decodeInput = (bytes) => InputCommand.decode(bytes);
    export const encodeOutput = (m) => OutputCommand.encode(m);
    export const decodeOutput = (bytes) => OutputCommand.decode(bytes);
    export const valueOf = (output) => output.value;
  `,
};

/** Names of the output files. */
export const FILES = Object.fromEntries(Object.keys(CANDIDATES).map((name, i) => [name, `candidate-${i}`]));

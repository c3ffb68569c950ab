import { type Frame, type FrameDecoder, FrameError, MessageType } from "../../sdk/protocol/index.ts";
import type { AttemptFailure } from "../engine/types.ts";
import { transportFailure } from "./failure.ts";

/** Types up to this are control messages; the rest (commands, notifications, custom entries) is for the engine. */
const LAST_CONTROL_TYPE = 0x03ff;

/** Whether a message is the last one of an attempt. */
export function isTerminal(type: number): boolean {
  return type === MessageType.End || type === MessageType.Suspension || type === MessageType.Error;
}

/** Moves complete frames to `frames`, up to a terminal one; returns what is wrong with the next. */
export function takeFrames(decoder: FrameDecoder, frames: Frame[]): AttemptFailure | undefined {
  try {
    for (let frame = decoder.next(); frame !== undefined; frame = decoder.next()) {
      if (frame.type <= LAST_CONTROL_TYPE && !isFromSdk(frame.type)) {
        const code = `0x${frame.type.toString(16)}`;
        return transportFailure("RT0012", `message encoding error: unknown protocol.message code ${code}`);
      }
      frames.push(frame);
      if (isTerminal(frame.type)) return undefined;
    }
    return undefined;
  } catch (error) {
    if (!(error instanceof FrameError)) throw error;
    return error.code === "FRAME_TOO_LARGE"
      ? transportFailure("RT0003", `message encoding error: hit message size limit: ${error.message}`)
      : transportFailure("RT0012", `message encoding error: ${error.message}`);
  }
}

function isFromSdk(type: number): boolean {
  switch (type) {
    case MessageType.Suspension:
    case MessageType.Error:
    case MessageType.End:
    case MessageType.ProposeRunCompletion:
    case MessageType.AwaitingOn:
      return true;
    default:
      return false;
  }
}

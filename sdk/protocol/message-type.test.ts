import { describe, expect, it } from "vitest";
import { isCommand, isCustomEntry, isNotification, MessageType, messageTypeName } from "./index.ts";

describe("message types", () => {
  it("have the names of the protocol", () => {
    expect(messageTypeName(0)).toBe("Start");
    expect(messageTypeName(0x040c)).toBe("SleepCommand");
    expect(messageTypeName(0x800e)).toBe("CallInvocationIdCompletion");
    expect(messageTypeName(0xfbff)).toBe("SignalNotification");
    expect(messageTypeName(0xfc01)).toBe("Custom(0xfc01)");
    expect(messageTypeName(0x0499)).toBe("Unknown(0x0499)");
    expect(messageTypeName(0x000f)).toBe("Unknown(0x000f)");
  });

  it("are commands, notifications or neither, by their range", () => {
    for (const [name, type] of Object.entries(MessageType)) {
      expect(isCommand(type), name).toBe(name.endsWith("Command"));
      expect(isNotification(type), name).toBe(type >= 0x8000);
      expect(isCustomEntry(type), name).toBe(false);
    }
    const kinds = [0x03ff, 0x0400, 0x7fff, 0x8000, 0xfbff, 0xfc00, 0xffff, 0x10000].map((type) =>
      [isCommand(type) && "command", isNotification(type) && "notification"].filter(Boolean).join(),
    );
    expect(kinds).toEqual(["", "command", "command", "notification", "notification", "command", "command", ""]);
  });
});

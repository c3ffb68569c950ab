import { expect, it } from "vitest";
import { Keys } from "./keys.ts";
import { TerminalView } from "./terminal-view.ts";

function view(columns = 80): { view: TerminalView; text(): string } {
  let text = "";
  const made = new TerminalView({
    write: (more) => {
      text += more;
    },
    isColored: false,
    programName: "app.ts",
    folder: "/app",
    columns: () => columns,
  });
  return {
    view: made,
    text: () => {
      const all = text;
      text = "";
      return all;
    },
  };
}

it("lines are written above the footer, which is cut to the width of the terminal", () => {
  const { view: made, text } = view(12);
  made.serves(1, [{ uri: "http://x", useHttp11: false }], ["  curl …"]);
  text();
  made.keeps([{ number: 0, count: 3 }]);
  expect(text()).toBe("\r\u001b[2Kversion 1 ·");
  made.programSays(2, "hello");
  expect(text()).toBe("\r\u001b[2K[app.ts 2] hello\nversion 1 ·");
  made.close();
  expect(text().endsWith("\r\u001b[2K")).toBe(true);
});

it("held lines come back when they are wanted", () => {
  const { view: made, text } = view();
  made.hold(true);
  made.say("one");
  made.say("two");
  expect(text()).not.toContain("one");
  expect(made.isHeld).toBe(true);
  made.hold(false);
  expect(text()).toContain("one\ntwo\n");
});

it("keys do what the help says, and clearing asks first", () => {
  const done: string[] = [];
  let isHeld = false;
  const note = (what: string) => () => void done.push(what);
  const keys = new Keys({
    isHeld: () => isHeld,
    hold: (held) => {
      isHeld = held;
    },
    openDashboard: note("dashboard"),
    restartMismatched: note("restart"),
    clearState: note("clear"),
    ask: (question) => void done.push(question === undefined ? "asked" : "ask"),
    say: () => {},
    quit: note("quit"),
  });
  for (const key of "poxr") keys.press(key);
  expect(isHeld).toBe(true);
  expect(done.splice(0)).toEqual(["dashboard", "restart"]);
  for (const key of "cncy") keys.press(key);
  expect(done.splice(0)).toEqual(["ask", "asked", "ask", "asked", "clear"]);
  for (const key of "cqq\u0003") keys.press(key);
  expect(done).toEqual(["ask", "asked", "quit", "quit"]);
});

/** What the keys do. */
export interface KeyActions {
  readonly isHeld: () => boolean;
  hold(isHeld: boolean): void;
  openDashboard(): void;
  restartMismatched(): void;
  clearState(): void;
  ask(question: string | undefined): void;
  say(line: string): void;
  quit(): void;
}

const KEY_HELP = [
  "  h, ?   this help",
  "  p      pause the output; again: show what has come meanwhile",
  "  o      open the dashboard in the browser",
  "  r      start again, from their input, invocations that are paused because the code changed",
  "  c      clear the state of all virtual objects and workflows",
  "  q      quit (also Ctrl-C; twice: at once)",
];

const CTRL_C = "\u0003";
/** Arrows and the like: more than a character, beginning with an escape. They mean nothing here. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: that is what terminals send
const LONG_KEYS = /\u001b(?:\[[0-?]*[ -/]*[@-~]|O.|.)?/g;

/** Reads keys; one at a time, as a terminal in raw mode sends them. */
export class Keys {
  readonly #actions: KeyActions;
  #isAsking = false;

  constructor(actions: KeyActions) {
    this.#actions = actions;
  }

  press(key: string): void {
    const actions = this.#actions;
    if (key === CTRL_C) {
      actions.quit();
      return;
    }
    if (this.#isAsking) {
      this.#isAsking = false;
      actions.ask(undefined);
      if (key === "y" || key === "Y") actions.clearState();
      else actions.say("Nothing was cleared.");
      return;
    }
    switch (key) {
      case "h":
      case "?":
        for (const line of KEY_HELP) actions.say(line);
        return;
      case "p":
        actions.hold(!actions.isHeld());
        return;
      case "o":
        actions.openDashboard();
        return;
      case "r":
        actions.restartMismatched();
        return;
      case "c":
        this.#isAsking = true;
        actions.ask("Clear the state of all keys? y / n ");
        return;
      case "q":
        actions.quit();
        return;
      default:
    }
  }
}

/**
 * Gives each key to `press` until the returned function is called.
 * @param gone is called when there is no terminal any more
 */
export function readKeys(input: NodeJS.ReadStream, press: (key: string) => void, gone: () => void): () => void {
  const onData = (text: string): void => {
    for (const key of text.replaceAll(LONG_KEYS, "")) press(key);
  };
  input.setRawMode(true);
  input.setEncoding("utf8");
  input.on("data", onData);
  input.on("end", gone);
  input.on("error", gone);
  input.resume();
  return () => {
    input.off("data", onData);
    // Of a terminal that is gone, too.
    try {
      input.setRawMode(false);
    } catch {}
    input.pause();
  };
}

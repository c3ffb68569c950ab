import type { Service, Settings } from "../../api/registry.ts";
import { DURATION_HINT, durationMs } from "../../ui/duration.ts";

export type DurationName =
  | "idempotency_retention"
  | "workflow_completion_retention"
  | "journal_retention"
  | "inactivity_timeout"
  | "abort_timeout";

export interface SettingText {
  readonly label: string;
  readonly meaning: string;
}

/** What `PATCH /services/{name}` takes besides `public`. */
export const SETTINGS: Readonly<Record<DurationName, SettingText>> = {
  idempotency_retention: {
    label: "Idempotency retention",
    meaning: "How long results stay for calls that come again with their idempotency key.",
  },
  workflow_completion_retention: {
    label: "Workflow retention",
    meaning: "How long an ended workflow stays: its result, state and promises.",
  },
  journal_retention: {
    label: "Journal retention",
    meaning: "How long journals of ended invocations stay to be looked at.",
  },
  inactivity_timeout: {
    label: "Inactivity timeout",
    meaning: "An attempt from which nothing comes for so long is asked to suspend.",
  },
  abort_timeout: {
    label: "Abort timeout",
    meaning: "One that has been asked and goes on for so long is cut off.",
  },
};

const DURATION_NAMES = Object.keys(SETTINGS) as readonly DurationName[];

/** Those that such a service has. */
export function namesFor({ ty }: Pick<Service, "ty">): readonly DurationName[] {
  return DURATION_NAMES.filter((name) => name !== "workflow_completion_retention" || ty === "Workflow");
}

export type SettingsDraft = Readonly<Record<DurationName, string>> & { readonly public: boolean };

export function draftOf(service: Service): SettingsDraft {
  const texts = DURATION_NAMES.map((name) => [name, service[name] ?? ""] as const);
  return { ...(Object.fromEntries(texts) as Record<DurationName, string>), public: service.public };
}

/** What is wrong with the drafts, by setting. */
export function settingProblems(service: Service, draft: SettingsDraft): Partial<Record<DurationName, string>> {
  const wrong = namesFor(service).filter((name) => {
    return draft[name] !== (service[name] ?? "") && durationMs(draft[name]) === undefined;
  });
  return Object.fromEntries(
    wrong.map((name) => [name, draft[name].trim() === "" ? `${DURATION_HINT}; 0 for none` : DURATION_HINT]),
  );
}

/** The body of the request: what is different from what the service has. */
export function settingChanges(service: Service, draft: SettingsDraft): Readonly<Record<string, string | boolean>> {
  const changed = namesFor(service).filter((name) => {
    const before = service[name];
    return before === undefined ? draft[name] !== "" : durationMs(draft[name]) !== durationMs(before);
  });
  return {
    ...(draft.public === service.public ? {} : { public: draft.public }),
    ...Object.fromEntries(changed.map((name) => [name, draft[name].trim()])),
  };
}

/** Which setting a refusal of the server is about: it names the field. */
export function settingOf(message: string): DurationName | undefined {
  return DURATION_NAMES.find((name) => message.includes(name));
}

/** What a handler has set for itself, and so does not take from its service. */
export function ownSettings(handler: Settings): readonly (readonly [DurationName, string])[] {
  return DURATION_NAMES.flatMap((name) => {
    const value = handler[name];
    return value === undefined ? [] : [[name, value] as const];
  });
}

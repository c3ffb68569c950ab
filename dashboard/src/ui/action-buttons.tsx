import { ACTIONS, type Action } from "../api/actions.ts";
import { Icon, type IconName } from "./icon.tsx";

const ICONS: Readonly<Record<Action, IconName>> = {
  cancel: "cancel",
  kill: "skull",
  pause: "pause",
  resume: "play",
  restart: "restart",
  purge: "trash",
};

/** A button for each action. */
export function ActionButtons(props: {
  readonly actions: readonly Action[];
  readonly onChoose: (action: Action) => void;
}) {
  return props.actions.map((name) => (
    <button
      key={name}
      type="button"
      className="button"
      data-destructive={ACTIONS[name].isDestructive || undefined}
      onClick={() => props.onChoose(name)}
    >
      <Icon name={ICONS[name]} size={14} /> {ACTIONS[name].verb}
    </button>
  ));
}

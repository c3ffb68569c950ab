import { DropdownMenu as Radix } from "radix-ui";
import type { ReactNode } from "react";
import { Icon } from "./icon.tsx";

/** A menu of things to do or to check. */
export function Menu(props: {
  readonly trigger: ReactNode;
  readonly children: ReactNode;
  readonly align?: "start" | "end";
  /** Where the focus goes then; at the trigger unless that is prevented. */
  readonly onClosed?: (event: Event) => void;
}) {
  return (
    <Radix.Root modal={false}>
      <Radix.Trigger asChild>{props.trigger}</Radix.Trigger>
      <Radix.Portal>
        <Radix.Content
          className="menu"
          align={props.align ?? "start"}
          sideOffset={4}
          collisionPadding={8}
          {...(props.onClosed === undefined ? {} : { onCloseAutoFocus: props.onClosed })}
        >
          {props.children}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}

export function MenuItem(props: {
  readonly onSelect: () => void;
  readonly children: ReactNode;
  readonly isDestructive?: boolean;
  readonly isDisabled?: boolean;
}) {
  return (
    <Radix.Item
      className="menu-item"
      data-destructive={props.isDestructive || undefined}
      disabled={props.isDisabled ?? false}
      onSelect={props.onSelect}
    >
      {props.children}
    </Radix.Item>
  );
}

/** Stays open, so that several can be checked. */
export function MenuCheck(props: {
  readonly isChecked: boolean;
  readonly onChange: (isChecked: boolean) => void;
  readonly children: ReactNode;
}) {
  return (
    <Radix.CheckboxItem
      className="menu-item"
      checked={props.isChecked}
      onCheckedChange={props.onChange}
      onSelect={(event) => event.preventDefault()}
    >
      <span className="menu-check">{props.isChecked && <Icon name="check" size={13} />}</span>
      {props.children}
    </Radix.CheckboxItem>
  );
}

export function MenuLabel({ children }: { readonly children: ReactNode }) {
  return <Radix.Label className="menu-label">{children}</Radix.Label>;
}

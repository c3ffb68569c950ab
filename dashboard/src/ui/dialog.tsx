import { Dialog as Radix } from "radix-ui";
import type { ReactNode } from "react";
import { Icon } from "./icon.tsx";

interface DialogProps {
  readonly isOpen: boolean;
  readonly onClose: () => void;
  readonly title: string;
  readonly description?: ReactNode;
  readonly children?: ReactNode;
  readonly size?: "narrow" | "wide";
}

/** Behind a dialog that took away what opened it, the keyboard goes on at the page. */
function focusPage(): void {
  window.setTimeout(() => {
    if (document.activeElement === document.body) document.getElementById("page")?.focus();
  });
}

/** A modal dialog: focus stays inside, Escape closes it, focus goes back. */
export function Dialog({ isOpen, onClose, title, description, children, size = "narrow" }: DialogProps) {
  return (
    <Radix.Root open={isOpen} onOpenChange={(open) => !open && onClose()}>
      <Radix.Portal>
        <Radix.Overlay className="overlay" />
        <Radix.Content
          className="dialog"
          data-size={size}
          onCloseAutoFocus={focusPage}
          {...(description === undefined ? { "aria-describedby": undefined } : {})}
        >
          <header className="dialog-head">
            <Radix.Title>{title}</Radix.Title>
            <Radix.Close className="icon-button" aria-label="Close">
              <Icon name="cross" />
            </Radix.Close>
          </header>
          {description !== undefined && (
            <Radix.Description asChild>
              <div className="dialog-text">{description}</div>
            </Radix.Description>
          )}
          {children}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}

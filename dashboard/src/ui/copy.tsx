import { useState } from "react";
import { Icon } from "./icon.tsx";
import { toast } from "./toasts.tsx";

export function CopyButton({ text, label }: { readonly text: string; readonly label: string }) {
  const [isCopied, setIsCopied] = useState(false);
  return (
    <button
      type="button"
      className="icon-button small"
      aria-label={isCopied ? "Copied" : `Copy ${label}`}
      title={isCopied ? "Copied" : `Copy ${label}`}
      onClick={async () => {
        try {
          await navigator.clipboard.writeText(text);
        } catch {
          // Of a page that came over plain HTTP from another machine, for one.
          toast("bad", "The browser does not let this page copy: it has to come from localhost or over HTTPS.");
          return;
        }
        setIsCopied(true);
        window.setTimeout(() => setIsCopied(false), 1500);
      }}
    >
      <Icon name={isCopied ? "check" : "copy"} size={14} />
    </button>
  );
}

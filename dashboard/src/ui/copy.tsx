import { useState } from "react";
import { Icon } from "./icon.tsx";

export function CopyButton({ text, label }: { readonly text: string; readonly label: string }) {
  const [isCopied, setIsCopied] = useState(false);
  return (
    <button
      type="button"
      className="icon-button small"
      aria-label={isCopied ? "Copied" : `Copy ${label}`}
      title={isCopied ? "Copied" : `Copy ${label}`}
      onClick={async () => {
        await navigator.clipboard.writeText(text);
        setIsCopied(true);
        window.setTimeout(() => setIsCopied(false), 1500);
      }}
    >
      <Icon name={isCopied ? "check" : "copy"} size={14} />
    </button>
  );
}

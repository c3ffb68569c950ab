import { type ReactNode, useEffect } from "react";

interface PageProps {
  readonly title: string;
  /** Instead of the title as a heading. */
  readonly heading?: ReactNode;
  readonly tools?: ReactNode;
  /** As high as the window, with a part that scrolls by itself. */
  readonly isFull?: boolean;
  readonly children: ReactNode;
}

/** The frame that all pages have in common. */
export function Page({ title, heading, tools, isFull = false, children }: PageProps) {
  useEffect(() => {
    document.title = `${title} · restate-lite`;
  }, [title]);
  return (
    <div className="page-frame" data-full={isFull || undefined}>
      <header className="page-head">
        {heading ?? <h1>{title}</h1>}
        {tools !== undefined && <div className="page-tools">{tools}</div>}
      </header>
      {children}
    </div>
  );
}

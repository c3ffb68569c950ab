/** What it means for a change of state that an invocation holds the key. */
export function Held({ by }: { readonly by: string | undefined }) {
  if (by === undefined) return null;
  return (
    <p>
      <strong>{by}</strong> holds the key, so the change waits in the inbox until it has ended. If the same entry is
      then not any more what you see here, nothing is written, and this page says so.
    </p>
  );
}

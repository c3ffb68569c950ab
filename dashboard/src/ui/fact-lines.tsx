/** Names and what they say, a line each. */
export function FactLines({ of }: { readonly of: readonly (readonly [name: string, says: string])[] }) {
  return (
    <dl className="facts facts-lines">
      {of.map(([name, says]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{says}</dd>
        </div>
      ))}
    </dl>
  );
}

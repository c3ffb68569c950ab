import type { Handler } from "../../api/registry.ts";
import { FactLines } from "../../ui/fact-lines.tsx";
import { Infos } from "./configuration.tsx";
import { SchemaView } from "./schema-view.tsx";

/** What a handler takes and gives. */
export function HandlerFacts({ handler }: { readonly handler: Handler }) {
  const sides = [
    ["Input", handler.input_description, handler.input_json_schema],
    ["Output", handler.output_description, handler.output_json_schema],
  ] as const;
  return (
    <section className="card" aria-label="Input and output">
      <h2>Input and output</h2>
      <Infos of={handler} />
      <div className="sides">
        {sides.map(([title, description, schema]) => (
          <div key={title} className="facts-side">
            <h3>
              {title} <code>{description ?? "none"}</code>
            </h3>
            {schema !== undefined && schema !== null ? (
              <SchemaView title={title} schema={schema} />
            ) : (
              <p className="muted">The handler names no schema for it.</p>
            )}
          </div>
        ))}
      </div>
      {Object.keys(handler.metadata ?? {}).length > 0 && <FactLines of={Object.entries(handler.metadata ?? {})} />}
    </section>
  );
}

import { type ReactNode, useState } from "react";
import { CopyButton } from "../../ui/copy.tsx";
import { Json } from "../../ui/json.tsx";
import { constraintsOf, resolved, type Shape, shapeOf, textOf } from "./schema.ts";

const OPEN_DEPTH = 4;

/** A JSON Schema to read: fields with their types and what else it says of them; as JSON below. */
export function SchemaView(props: {
  readonly title: string;
  readonly schema: unknown;
  /** The document that references are in, when it is not the schema itself. */
  readonly root?: unknown;
}) {
  const { title, schema, root = schema } = props;
  return (
    <div className="schema" role="group" aria-label={`${title}: schema`}>
      <Part schema={schema} root={root} depth={0} />
      <details>
        <summary>As JSON Schema</summary>
        <div className="schema-json">
          <CopyButton text={JSON.stringify(schema, null, 2)} label={`the schema of the ${title.toLowerCase()}`} />
          <Json value={schema} />
        </div>
      </details>
    </div>
  );
}

interface PartProps {
  readonly schema: unknown;
  readonly root: unknown;
  readonly depth: number;
  readonly name?: ReactNode;
}

function Part({ schema, root, depth, name }: PartProps) {
  const whole = resolved(schema, root) ?? {};
  const shape = shapeOf(schema, root);
  return (
    <div className="schema-part">
      <div className="schema-line">
        {name}
        <span className="schema-type">{typeOf(shape, whole)}</span>
        {constraintsOf(whole).map((text) => (
          <span key={text} className="tag">
            {text}
          </span>
        ))}
      </div>
      {typeof whole.description === "string" && <p className="muted">{whole.description}</p>}
      <Inside shape={shape} root={root} depth={depth} />
    </div>
  );
}

function Inside({ shape, root, depth }: { readonly shape: Shape; readonly root: unknown; readonly depth: number }) {
  const rows: readonly { readonly key: string; readonly name?: ReactNode; readonly schema: unknown }[] =
    shape.kind === "object"
      ? shape.fields.map(({ name, schema, isRequired }) => ({
          key: name,
          name: (
            <>
              <code>{name}</code>
              {!isRequired && <span className="muted">optional</span>}
            </>
          ),
          schema,
        }))
      : shape.kind === "array"
        ? [{ key: "item", name: <span className="muted">each</span>, schema: shape.item }]
        : shape.kind === "choice"
          ? shape.variants.map(({ label, schema }) => ({ key: label, name: <em>{label}</em>, schema }))
          : [];
  if (rows.length === 0) return null;
  const list = (
    <ul className="schema-fields">
      {rows.map(({ key, name, schema }) => (
        <li key={key}>
          <Part schema={schema} root={root} depth={depth + 1} name={name} />
        </li>
      ))}
    </ul>
  );
  // A schema that contains itself is shown as far as somebody opens it.
  return depth < OPEN_DEPTH ? list : <Deeper>{() => list}</Deeper>;
}

function Deeper({ children }: { readonly children: () => ReactNode }) {
  const [isOpen, setIsOpen] = useState(false);
  return isOpen ? (
    children()
  ) : (
    <button type="button" className="json-fold" aria-expanded="false" onClick={() => setIsOpen(true)}>
      … more
    </button>
  );
}

function typeOf(shape: Shape, whole: Readonly<Record<string, unknown>>): string {
  switch (shape.kind) {
    case "number":
      return shape.isInteger ? "integer" : "number";
    case "enum":
      return shape.values.map(textOf).join(" | ");
    case "const":
      return JSON.stringify(shape.value);
    case "choice":
      return "one of";
    case "other":
      return typeof whole.type === "string" ? whole.type : "any JSON";
    default:
      return shape.kind;
  }
}

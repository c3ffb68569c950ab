import { createContext, useContext, useId, useMemo, useRef, useState } from "react";
import { Icon } from "../../ui/icon.tsx";
import { bestVariant, isOf, pathOf, problemsOf } from "./problems.ts";
import { BooleanField, JsonField, NumberField, SelectField, TextField } from "./scalar-fields.tsx";
import { constraintsOf, exampleOf, isRecord, resolved, type Shape, shapeOf, type Variant } from "./schema.ts";

interface FormContext {
  readonly root: unknown;
  readonly problems: ReadonlyMap<string, string>;
  /** A field whose text is no value yet. */
  readonly onBroken: (path: string, isBroken: boolean) => void;
}

const Context = createContext<FormContext>({ root: true, problems: new Map(), onBroken: () => undefined });

interface SchemaFormProps {
  readonly schema: unknown;
  readonly initial: unknown;
  readonly onChange: (value: unknown) => void;
  /** Whether some field holds a text that is no value of its type. */
  readonly onBroken: (isBroken: boolean) => void;
}

/** A form for what a JSON Schema describes. It owns the value from its first rendering on. */
export function SchemaForm({ schema, initial, onChange, onBroken }: SchemaFormProps) {
  const [value, setValue] = useState(initial);
  const broken = useRef(new Set<string>());
  const tell = useRef(onBroken);
  tell.current = onBroken;
  const context = useMemo<FormContext>(() => {
    const problems = new Map<string, string>();
    for (const { path, message } of problemsOf(schema, value)) if (!problems.has(path)) problems.set(path, message);
    return {
      root: schema,
      problems,
      onBroken: (path, isBroken) => {
        if (isBroken) broken.current.add(path);
        else broken.current.delete(path);
        tell.current(broken.current.size > 0);
      },
    };
  }, [schema, value]);
  return (
    <Context.Provider value={context}>
      <div className="schema-form">
        <Part
          schema={schema}
          value={value}
          path=""
          label="Input"
          isRequired
          onChange={(next) => {
            setValue(next);
            onChange(next);
          }}
        />
      </div>
    </Context.Provider>
  );
}

interface PartProps {
  readonly schema: unknown;
  readonly value: unknown;
  /** `undefined`: it is not there any more. */
  readonly onChange: (value: unknown) => void;
  readonly path: string;
  readonly label: string;
  readonly isRequired: boolean;
  /** Of a choice, which has the frame. */
  readonly isVariant?: boolean;
}

function Part(props: PartProps) {
  const { schema, value, onChange, path, label, isRequired } = props;
  const { root, problems, onBroken } = useContext(Context);
  const id = useId();
  const whole = resolved(schema, root) ?? {};
  const shape = shapeOf(schema, root);
  const isHere = value !== undefined;
  // The format is what the kind of input says.
  const { format: _format, ...rest } = whole;
  const notes = [whole.description, ...constraintsOf(rest)].filter((note) => typeof note === "string");
  const field = {
    ...{ id, label, onChange, isRequired },
    description: notes.length === 0 ? undefined : notes.join(" · "),
    problem: problems.get(path),
    onBroken: (isBroken: boolean) => onBroken(path, isBroken),
  };
  if (isHere && !isOf(shape, value))
    return <JsonField {...field} value={value} onReset={() => onChange(exampleOf(schema, root))} />;
  switch (shape.kind) {
    case "string":
      return <TextField {...field} value={value as string | undefined} format={shape.format} />;
    case "number":
      return <NumberField {...field} value={value as number | undefined} isInteger={shape.isInteger} />;
    case "boolean":
      return <BooleanField {...field} value={value as boolean | undefined} />;
    case "enum":
      return <SelectField {...field} value={value} values={shape.values} />;
    case "other":
      return <JsonField {...field} value={value} />;
    case "const":
    case "null":
      if (isHere && isRequired) {
        return (
          <div className="form-field schema-field">
            <span>{label}</span>
            <code>{JSON.stringify(value)}</code>
          </div>
        );
      }
      return <Group {...props} shape={shape} description={field.description} problem={field.problem} />;
    default:
      return <Group {...props} shape={shape} description={field.description} problem={field.problem} />;
  }
}

type GroupShape = Extract<Shape, { kind: "object" | "array" | "choice" | "const" | "null" }>;

interface GroupProps extends PartProps {
  readonly shape: GroupShape;
  readonly description: string | undefined;
  readonly problem: string | undefined;
}

/** What has parts, or nothing to choose: it is there or not. */
function Group(props: GroupProps) {
  const { schema, value, onChange, path, label, isRequired, isVariant = false, shape, description, problem } = props;
  const { root } = useContext(Context);
  const notes = useId();
  const isHere = value !== undefined;
  const isBare = path === "" || isVariant;
  return (
    <fieldset className="schema-group" data-bare={isBare || undefined} aria-describedby={notes}>
      <legend className={isBare ? "visually-hidden" : undefined}>{label}</legend>
      {!isRequired && isHere && (
        <button type="button" className="icon-button small schema-remove" onClick={() => onChange(undefined)}>
          <Icon name="cross" size={13} />
          <span className="visually-hidden">Leave {label} out</span>
        </button>
      )}
      <div id={notes} className="schema-notes">
        {description !== undefined && <p className="muted">{description}</p>}
        {problem !== undefined && shape.kind !== "choice" && <p className="field-problem">{problem}</p>}
      </div>
      {isHere ? (
        <GroupParts {...props} />
      ) : (
        <button type="button" className="button quiet" onClick={() => onChange(exampleOf(schema, root))}>
          <Icon name="plus" size={13} /> Add {label}
        </button>
      )}
      {isHere && (shape.kind === "const" || shape.kind === "null") && (
        <code>{JSON.stringify(shape.kind === "const" ? shape.value : null)}</code>
      )}
    </fieldset>
  );
}

function GroupParts(props: GroupProps) {
  const { shape, value, onChange, path } = props;
  if (shape.kind === "object") {
    const object = isRecord(value) ? value : {};
    const known = new Set(shape.fields.map(({ name }) => name));
    const more = Object.fromEntries(Object.entries(object).filter(([name]) => !known.has(name)));
    const change = (name: string, next: unknown) => {
      if (next !== undefined) onChange({ ...object, [name]: next });
      else onChange(Object.fromEntries(Object.entries(object).filter(([other]) => other !== name)));
    };
    return (
      <>
        {shape.fields.length === 0 && Object.keys(more).length === 0 && <p className="muted">It has no fields.</p>}
        {shape.fields.map(({ name, schema, isRequired }) => (
          <Part
            key={name}
            {...{ schema, isRequired, label: name, value: object[name], path: pathOf(path, name) }}
            onChange={(next) => change(name, next)}
          />
        ))}
        {Object.keys(more).length > 0 && (
          <Part
            {...{ schema: true, isRequired: false, label: "Other fields", value: more, path: `${path}/*` }}
            onChange={(next) => {
              const rest = Object.entries(object).filter(([name]) => known.has(name));
              onChange({ ...Object.fromEntries(rest), ...(isRecord(next) ? next : {}) });
            }}
          />
        )}
      </>
    );
  }
  if (shape.kind === "array") return <Items {...props} item={shape.item} />;
  if (shape.kind === "choice") return <Choice {...props} variants={shape.variants} />;
  return null;
}

function Items({ item, value, onChange, path, label }: GroupProps & { readonly item: unknown }) {
  const { root } = useContext(Context);
  const items = Array.isArray(value) ? (value as unknown[]) : [];
  return (
    <>
      {items.length > 0 && (
        <ol className="schema-items">
          {items.map((one, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: items have no identity but their place.
            <li key={index}>
              <Part
                {...{ schema: item, value: one, isRequired: true, label: `${label} ${index + 1}` }}
                path={pathOf(path, index)}
                onChange={(next) => onChange(items.map((other, at) => (at === index ? next : other)))}
              />
              <button
                type="button"
                className="icon-button small"
                onClick={() => onChange(items.filter((_other, at) => at !== index))}
              >
                <Icon name="cross" size={13} />
                <span className="visually-hidden">
                  Remove {label} {index + 1}
                </span>
              </button>
            </li>
          ))}
        </ol>
      )}
      <button type="button" className="button quiet" onClick={() => onChange([...items, exampleOf(item, root)])}>
        <Icon name="plus" size={13} /> Add to {label}
      </button>
    </>
  );
}

function Choice({ variants, value, onChange, path, label }: GroupProps & { readonly variants: readonly Variant[] }) {
  const { root } = useContext(Context);
  const [chosen, setChosen] = useState(() => bestVariant(variants, value, root));
  /** What was typed into the others. */
  const kept = useRef(new Map<number, unknown>());
  const variant = variants[chosen];
  return (
    <>
      <select
        aria-label={`${label}: which`}
        value={chosen}
        onChange={(event) => {
          const next = Number(event.target.value);
          kept.current.set(chosen, value);
          setChosen(next);
          onChange(kept.current.has(next) ? kept.current.get(next) : exampleOf(variants[next]?.schema, root));
        }}
      >
        {variants.map((one, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a variant is known by its place.
          <option key={index} value={index}>
            {one.label}
          </option>
        ))}
      </select>
      {variant !== undefined && (
        <Part
          key={chosen}
          {...{ schema: variant.schema, value, onChange, path, isRequired: true, isVariant: true }}
          label={variant.label}
        />
      )}
    </>
  );
}

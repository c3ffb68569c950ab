import { Icon } from "./icon.tsx";

/** The search of a page, which `/` goes to. */
export function SearchField(props: {
  readonly label: string;
  readonly value: string;
  readonly onChange: (text: string) => void;
}) {
  const { label, value, onChange } = props;
  return (
    <label className="field field-search">
      <span className="visually-hidden">{label}</span>
      <Icon name="search" size={14} />
      <input
        type="search"
        value={value}
        placeholder={label}
        spellCheck={false}
        autoComplete="off"
        data-search=""
        onChange={(event) => onChange(event.target.value)}
        onKeyDown={(event) => event.key === "Escape" && event.currentTarget.blur()}
      />
      <kbd>/</kbd>
    </label>
  );
}

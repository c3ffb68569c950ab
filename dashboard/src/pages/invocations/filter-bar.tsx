import { type RefObject, useEffect, useRef, useState } from "react";
import { STATUSES, type Status } from "../../api/invocation.ts";
import { addressOf, deployments, services } from "../../api/registry.ts";
import { useLive } from "../../live/use-live.ts";
import { count } from "../../ui/format.ts";
import { Icon } from "../../ui/icon.tsx";
import { Menu, MenuItem } from "../../ui/menu.tsx";
import { StatusIcon, statusLabel, statusTone } from "../../ui/status.tsx";
import type { Counts } from "./counts.ts";
import { type Filter, type FilterSearch, isFiltered, sinceMs } from "./filter.ts";

interface FilterBarProps {
  readonly search: FilterSearch;
  readonly filter: Filter;
  readonly counts: Counts | undefined;
  readonly onChange: (change: FilterSearch) => void;
  readonly onClear: () => void;
}

const TIMES: readonly (readonly [string, string])[] = [
  ["", "Any time"],
  ["5m", "Last 5 minutes"],
  ["1h", "Last hour"],
  ["24h", "Last 24 hours"],
  ["7d", "Last 7 days"],
];

type RareName =
  | ("caller" | "idempotency" | "scope" | "until")
  | ("modified_since" | "modified_until" | "completed_since" | "completed_until");

interface RareFilter {
  readonly label: string;
  readonly placeholder: string;
  readonly isTime?: true;
}

function time(label: string): RareFilter {
  return { label, placeholder: `${label}: 15m, 7d, a time`, isTime: true };
}

/** Filters that are there when somebody asks for them. */
const RARE: Readonly<Record<RareName, RareFilter>> = {
  caller: { label: "Called by", placeholder: "Called by: target or id" },
  idempotency: { label: "Idempotency key", placeholder: "Idempotency key" },
  scope: { label: "Scope", placeholder: "Scope" },
  until: time("Created before"),
  modified_since: time("Modified after"),
  modified_until: time("Modified before"),
  completed_since: time("Completed after"),
  completed_until: time("Completed before"),
};

const RARE_NAMES = Object.keys(RARE) as readonly RareName[];

/** Each change is in the address at once, so that it can be shared and survives a reload. */
export function FilterBar({ search, filter, counts, onChange, onClear }: FilterBarProps) {
  const { data: known = [] } = useLive({ key: ["services"], fetch: services, onRegistry: true });
  const { data: deployed = [] } = useLive({ key: ["deployments"], fetch: deployments, onRegistry: true });
  const [added, setAdded] = useState<RareName>();
  const addedField = useRef<HTMLInputElement>(null);
  const isAdding = useRef(false);
  const names = withOwn(
    known.map(({ name }) => name),
    filter.service,
  );
  const service = known.find(({ name }) => name === filter.service);
  const handlers = withOwn(
    [...new Set((service === undefined ? known : [service]).flatMap((one) => one.handlers.map(({ name }) => name)))],
    filter.handler,
  );
  const isKnownTime = TIMES.some(([since]) => since === (filter.since ?? ""));
  return (
    <div className="filters" role="search">
      <StatusChips filter={filter} counts={counts} onChange={(status) => onChange({ status })} />
      <div className="filter-fields">
        <TextFilter
          label="Target or id"
          value={search.q ?? ""}
          onChange={(q) => onChange({ q })}
          isSearch
          placeholder="Search target or id"
        />
        <label className="field">
          <span className="visually-hidden">Service</span>
          <select
            value={filter.service ?? ""}
            onChange={(event) => onChange({ service: event.target.value, handler: "" })}
          >
            <option value="">All services</option>
            {names.map((name) => (
              <option key={name}>{name}</option>
            ))}
          </select>
        </label>
        <label className="field">
          <span className="visually-hidden">Handler</span>
          <select value={filter.handler ?? ""} onChange={(event) => onChange({ handler: event.target.value })}>
            <option value="">All handlers</option>
            {handlers.map((name) => (
              <option key={name}>{name}</option>
            ))}
          </select>
        </label>
        <TextFilter label="Key" value={search.key ?? ""} onChange={(key) => onChange({ key })} placeholder="Key" />
        {RARE_NAMES.filter((name) => search[name] !== undefined || name === added).map((name) => (
          <TextFilter
            key={name}
            label={RARE[name].label}
            value={search[name] ?? ""}
            onChange={(text) => onChange({ [name]: text })}
            placeholder={RARE[name].placeholder}
            field={name === added ? addedField : undefined}
            isWrong={RARE[name].isTime === true && isNoTime(search[name])}
          />
        ))}
        {(deployed.length > 1 || filter.deployment !== undefined) && (
          <label className="field">
            <span className="visually-hidden">Deployment</span>
            <select value={filter.deployment ?? ""} onChange={(event) => onChange({ deployment: event.target.value })}>
              <option value="">All deployments</option>
              {withOwn(
                deployed.map(({ id }) => id),
                filter.deployment,
              ).map((id) => {
                const one = deployed.find((other) => other.id === id);
                return (
                  <option key={id} value={id}>
                    {one === undefined ? id : `${addressOf(one)} (${id.slice(-5)})`}
                  </option>
                );
              })}
            </select>
          </label>
        )}
        <label className="field">
          <span className="visually-hidden">Created</span>
          <select value={filter.since ?? ""} onChange={(event) => onChange({ since: event.target.value })}>
            {TIMES.map(([since, label]) => (
              <option key={since} value={since}>
                {label}
              </option>
            ))}
            {!isKnownTime && <option value={filter.since}>Since {filter.since}</option>}
          </select>
        </label>
        <TextFilter
          label="Failure"
          value={search.failure ?? ""}
          onChange={(failure) => onChange({ failure })}
          placeholder="Failure contains…"
        />
        <label className="field">
          <span className="visually-hidden">Order</span>
          <select value={search.order ?? ""} onChange={(event) => onChange({ order: event.target.value })}>
            <option value="">Newest first</option>
            <option value="oldest">Oldest first</option>
          </select>
        </label>
        <Menu
          onClosed={(event) => {
            if (!isAdding.current) return;
            isAdding.current = false;
            event.preventDefault();
            addedField.current?.focus();
          }}
          trigger={
            <button type="button" className="button">
              More filters <Icon name="down" size={13} />
            </button>
          }
        >
          {RARE_NAMES.map((name) => (
            <MenuItem
              key={name}
              isDisabled={search[name] !== undefined || name === added}
              onSelect={() => {
                isAdding.current = true;
                setAdded(name);
              }}
            >
              {RARE[name].label}
            </MenuItem>
          ))}
        </Menu>
        {isFiltered(search) && (
          <button
            type="button"
            className="button quiet"
            onClick={() => {
              setAdded(undefined);
              onClear();
            }}
          >
            Clear filters
          </button>
        )}
      </div>
    </div>
  );
}

const isNoTime = (text: string | undefined): boolean => text !== undefined && sinceMs(text, 0) === undefined;

function withOwn(names: readonly string[], own: string | undefined): readonly string[] {
  return own === undefined || names.includes(own) ? names : [...names, own];
}

interface ChipsProps {
  readonly filter: Filter;
  readonly counts: Counts | undefined;
  readonly onChange: (status: string) => void;
}

/** The bar says how they are distributed, the chips choose. */
function StatusChips({ filter, counts, onChange }: ChipsProps) {
  const total = counts === undefined ? 0 : STATUSES.reduce((sum, status) => sum + counts[status], 0);
  function toggle(status: Status): void {
    const { statuses } = filter;
    const next = statuses.includes(status) ? statuses.filter((other) => other !== status) : [...statuses, status];
    onChange(STATUSES.filter((one) => next.includes(one)).join(","));
  }
  return (
    <div className="status-filter">
      <div className="status-bar" aria-hidden="true">
        {counts !== undefined &&
          total > 0 &&
          STATUSES.filter((status) => counts[status] > 0).map((status) => (
            <span key={status} data-tone={statusTone(status)} style={{ flexGrow: counts[status] }} />
          ))}
      </div>
      <fieldset className="chips">
        <legend className="visually-hidden">Statuses</legend>
        <button type="button" className="chip" aria-pressed={filter.statuses.length === 0} onClick={() => onChange("")}>
          All <span className="num">{counts === undefined ? "" : count(total)}</span>
        </button>
        {STATUSES.map((status) => (
          <button
            key={status}
            type="button"
            className="chip"
            data-empty={counts?.[status] === 0 || undefined}
            aria-pressed={filter.statuses.includes(status)}
            onClick={() => toggle(status)}
          >
            <StatusIcon status={status} />
            {statusLabel(status)} <span className="num">{counts === undefined ? "" : count(counts[status])}</span>
          </button>
        ))}
      </fieldset>
    </div>
  );
}

/** How long nothing is typed before the list is fetched. */
const TYPING_MS = 200;

interface TextFilterProps {
  readonly label: string;
  readonly value: string;
  readonly placeholder: string;
  readonly isSearch?: boolean;
  /** It is no value of the filter, which it leaves without effect. */
  readonly isWrong?: boolean;
  readonly field?: RefObject<HTMLInputElement | null> | undefined;
  readonly onChange: (text: string) => void;
}

function TextFilter({
  label,
  value,
  placeholder,
  isSearch = false,
  isWrong = false,
  field,
  onChange,
}: TextFilterProps) {
  const [text, setText] = useState(value);
  const timer = useRef<number | undefined>(undefined);
  const latest = useRef(onChange);
  latest.current = onChange;
  const told = useRef(value);
  // Only when somebody else has changed it: who goes on typing is ahead of the address.
  useEffect(() => {
    if (value === told.current) return;
    window.clearTimeout(timer.current);
    told.current = value;
    setText(value);
  }, [value]);
  useEffect(() => () => window.clearTimeout(timer.current), []);
  return (
    <label className={isSearch ? "field field-search" : "field"}>
      <span className="visually-hidden">{label}</span>
      {isSearch && <Icon name="search" size={14} />}
      <input
        {...(field === undefined ? {} : { ref: field })}
        type="search"
        value={text}
        placeholder={placeholder}
        aria-invalid={isWrong || undefined}
        title={isWrong ? "Not understood: write 15m, 24h, 7d, or a time such as 2026-11-25 10:00" : undefined}
        spellCheck={false}
        autoComplete="off"
        {...(isSearch ? { "data-search": "" } : {})}
        onChange={(event) => {
          const next = event.target.value;
          setText(next);
          window.clearTimeout(timer.current);
          timer.current = window.setTimeout(() => {
            told.current = next.trim();
            latest.current(told.current);
          }, TYPING_MS);
        }}
        onKeyDown={(event) => event.key === "Escape" && event.currentTarget.blur()}
      />
      {isSearch && <kbd>/</kbd>}
    </label>
  );
}

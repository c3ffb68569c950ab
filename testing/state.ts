import { serde as serdes } from "../sdk/core/index.ts";
import type { Serde, TypedState, UntypedState } from "../sdk/index.ts";

/** Where state is: in the memory of this process, or behind a server's admin API. */
export interface StateStore {
  read(service: string, key: string): Promise<[name: string, value: Uint8Array][]>;
  /** Replaces all of it, once no invocation holds the key. */
  write(service: string, key: string, entries: readonly (readonly [name: string, value: Uint8Array])[]): Promise<void>;
}

type ValueOf<TState extends TypedState, TValue, TKey extends keyof TState> = TState extends UntypedState
  ? TValue
  : TState[TKey];
type AnyValueOf<TState extends TypedState, TValues extends TypedState> = TState extends UntypedState
  ? TValues[keyof TValues]
  : TState[keyof TState];

/** The state of one key of a virtual object or workflow, to read and to write. */
export class StateProxy<TState extends TypedState> {
  readonly #store: StateStore;
  readonly #service: string;
  readonly #key: string;

  constructor(store: StateStore, service: string, key: string) {
    this.#store = store;
    this.#service = service;
    this.#key = key;
  }

  /** One value, or `null` when there is none. @param serde default: JSON */
  async get<TValue, TKey extends keyof TState = string>(
    name: TState extends UntypedState ? string : TKey,
    serde: Serde<ValueOf<TState, TValue, TKey>> = json(),
  ): Promise<ValueOf<TState, TValue, TKey> | null> {
    const entries = await this.#store.read(this.#service, this.#key);
    const found = entries.find(([candidate]) => candidate === String(name));
    return found === undefined ? null : serde.deserialize(found[1]);
  }

  /** All values by name. */
  async getAll<TValues extends TypedState>(
    serde: Serde<AnyValueOf<TState, TValues>> = json(),
  ): Promise<TState extends UntypedState ? TValues : TState> {
    const entries = await this.#store.read(this.#service, this.#key);
    // reason: the caller says what the state is; nothing at run time knows.
    return Object.fromEntries(
      entries.map(([name, value]) => [name, serde.deserialize(value)]),
    ) as TState extends UntypedState ? TValues : TState;
  }

  /**
   * Sets one value and leaves the others as they are at this moment. It applies at once while no invocation holds the
   * key, and otherwise when that has finished; resolving means that the change has been accepted.
   */
  async set<TValue, TKey extends keyof TState = string>(
    name: TState extends UntypedState ? string : TKey,
    value: ValueOf<TState, TValue, TKey>,
    serde: Serde<ValueOf<TState, TValue, TKey>> = json(),
  ): Promise<void> {
    const entries = new Map(await this.#store.read(this.#service, this.#key));
    entries.set(String(name), serde.serialize(value));
    await this.#store.write(this.#service, this.#key, [...entries]);
  }

  /** Replaces all values; see `set` for when. */
  async setAll<TValues extends TypedState>(
    values: TState extends UntypedState ? TValues : TState,
    serde: Serde<AnyValueOf<TState, TValues>> = json(),
  ): Promise<void> {
    const entries = Object.entries(values as TypedState).map(
      ([name, value]) => [name, serde.serialize(value)] as const,
    );
    await this.#store.write(this.#service, this.#key, entries);
  }
}

function json<T>(): Serde<T> {
  return serdes.json as Serde<T>;
}

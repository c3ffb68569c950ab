import type { Any, Serde } from "../core/index.ts";

/** State as a type: names and the types of their values. */
export type TypedState = Record<string, Any>;

/** No type was given for the state: every name is allowed, with the type that the call says. */
export type UntypedState = { _: never };

/** The state of a virtual object or workflow of one key. Handlers of a service have none. */
export interface KeyValueStore<TState extends TypedState> {
  /**
   * The value of a state entry, or `null` when there is none.
   *
   * @param serde default: the handler's default serde
   */
  get<TValue, TKey extends keyof TState = string>(
    name: TState extends UntypedState ? string : TKey,
    serde?: Serde<TState extends UntypedState ? TValue : TState[TKey]>,
  ): Promise<(TState extends UntypedState ? TValue : TState[TKey]) | null>;

  stateKeys(): Promise<Array<string>>;

  /** @param serde default: the handler's default serde */
  set<TValue, TKey extends keyof TState = string>(
    name: TState extends UntypedState ? string : TKey,
    value: TState extends UntypedState ? TValue : TState[TKey],
    serde?: Serde<TState extends UntypedState ? TValue : TState[TKey]>,
  ): void;

  clear<TKey extends keyof TState>(name: TState extends UntypedState ? string : TKey): void;

  clearAll(): void;
}

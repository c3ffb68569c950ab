import type { Clock } from "../seams.ts";
import { keep, type Storage } from "../storage/index.ts";
import { kafkaStatements } from "./rows.ts";
import type { KafkaCluster, Subscription } from "./types.ts";

/**
 * Kafka clusters and the subscriptions to their topics: kept and listed, not yet consumed. In memory and in SQLite.
 * Call what changes something inside `turns.apply`; the maps change after the commit.
 */
export class Kafka {
  readonly #storage: Pick<Storage, "db" | "turns">;
  readonly #clock: Clock;
  readonly #sql: ReturnType<typeof kafkaStatements>;
  readonly #clusters = new Map<string, KafkaCluster>();
  readonly #subscriptions = new Map<string, Subscription>();

  constructor(storage: Pick<Storage, "db" | "turns">, clock: Clock) {
    this.#storage = storage;
    this.#clock = clock;
    this.#sql = keep(kafkaStatements(storage.db));
    this.#load();
  }

  clusters(): KafkaCluster[] {
    return [...this.#clusters.values()];
  }

  cluster(name: string): KafkaCluster | undefined {
    return this.#clusters.get(name);
  }

  subscriptions(): Subscription[] {
    return [...this.#subscriptions.values()];
  }

  subscription(id: string): Subscription | undefined {
    return this.#subscriptions.get(id);
  }

  subscriptionsTo(clusterName: string): Subscription[] {
    return this.subscriptions().filter(({ source }) => source.startsWith(`kafka://${clusterName}/`));
  }

  /** Makes a cluster, or gives a known one other properties. */
  putCluster(name: string, properties: Readonly<Record<string, string>>): KafkaCluster {
    const createdAtMs = this.#clusters.get(name)?.createdAtMs ?? this.#clock.nowMs();
    this.#sql.putCluster.run(name, JSON.stringify(properties), createdAtMs);
    this.#changed();
    return { name, properties, createdAtMs };
  }

  removeCluster(name: string): void {
    this.#sql.removeCluster.run(name);
    this.#changed();
  }

  putSubscription({ id, source, sink, options }: Subscription): void {
    this.#sql.putSubscription.run(id, source, sink, JSON.stringify(options));
    this.#changed();
  }

  removeSubscription(id: string): void {
    this.#sql.removeSubscription.run(id);
    this.#changed();
  }

  #changed(): void {
    this.#storage.turns.afterCommit(() => this.#load());
  }

  #load(): void {
    this.#clusters.clear();
    this.#subscriptions.clear();
    for (const { name, properties, created_at } of this.#sql.clusters.all()) {
      this.#clusters.set(name, {
        name,
        properties: JSON.parse(properties) as Record<string, string>,
        createdAtMs: created_at,
      });
    }
    for (const { id, source, sink, options } of this.#sql.subscriptions.all()) {
      this.#subscriptions.set(id, { id, source, sink, options: JSON.parse(options) as Record<string, string> });
    }
  }
}

import type Database from "better-sqlite3";
import type { Deployment, Handler, Service } from "./types.ts";

export interface DeploymentRow {
  id: string;
  uri: string;
  protocol_mode: Deployment["protocolMode"];
  http_version: Deployment["httpVersion"];
  min_protocol_version: number;
  max_protocol_version: number;
  sdk_version: string | null;
  additional_headers: string;
  metadata: string;
  created_at: number;
}

export function registryStatements(db: Database.Database) {
  return {
    deployments: db.prepare<[], DeploymentRow>("SELECT * FROM deployment ORDER BY created_at"),
    revisions: db.prepare<[], { deployment: string; service: string }>(
      "SELECT deployment, service FROM service_revision ORDER BY name, revision",
    ),
    lastRevision: db
      .prepare<[name: string], number>("SELECT revision FROM service_revision_count WHERE name = ?")
      .pluck(),
    putDeployment: db.prepare<
      [
        id: string,
        uri: string,
        protocolMode: string,
        httpVersion: string,
        minProtocolVersion: number,
        maxProtocolVersion: number,
        sdkVersion: string | null,
        additionalHeaders: string,
        metadata: string,
        createdAt: number,
      ]
    >("INSERT OR REPLACE INTO deployment VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"),
    putRevision: db.prepare<[name: string, revision: number, deployment: string, service: string]>(
      "INSERT INTO service_revision (name, revision, deployment, service) VALUES (?, ?, ?, ?)",
    ),
    countRevision: db.prepare<[name: string, revision: number]>(
      "INSERT OR REPLACE INTO service_revision_count (name, revision) VALUES (?, ?)",
    ),
    revisionsOn: db
      .prepare<[deployment: string], string>("SELECT service FROM service_revision WHERE deployment = ?")
      .pluck(),
    edits: db.prepare<[], { name: string; revision: number; edit: string }>(
      "SELECT name, revision, edit FROM service_edit",
    ),
    edit: db
      .prepare<[name: string, revision: number], string>(
        "SELECT edit FROM service_edit WHERE name = ? AND revision = ?",
      )
      .pluck(),
    putEdit: db.prepare<[name: string, revision: number, edit: string]>(
      "INSERT OR REPLACE INTO service_edit (name, revision, edit) VALUES (?, ?, ?)",
    ),
    deleteOrphanedEdits: db.prepare<[]>(
      `DELETE FROM service_edit WHERE NOT EXISTS
         (SELECT 1 FROM service_revision r WHERE r.name = service_edit.name AND r.revision = service_edit.revision)`,
    ),
    deleteDeployment: db.prepare<[id: string]>("DELETE FROM deployment WHERE id = ?"),
    deleteRevisions: db.prepare<[deployment: string]>("DELETE FROM service_revision WHERE deployment = ?"),
  };
}

/** JSON has no maps: handlers are an array in it. */
export function storeService(service: Service): string {
  return JSON.stringify({ ...service, handlers: [...service.handlers.values()] });
}

export function restoreService(json: string): Service {
  const stored = JSON.parse(json) as Omit<Service, "handlers" | "given"> & {
    handlers: Handler[];
    /** Not in databases of the first versions. */
    given?: Service["given"];
  };
  return {
    ...stored,
    given: stored.given ?? {},
    handlers: new Map(stored.handlers.map((handler) => [handler.name, handler])),
  };
}

export interface LimitRuleRow {
  pattern: string;
  concurrency: number | null;
  description: string | null;
  disabled: number;
  version: number;
  modified_at: number;
}

export function limitRuleStatements(db: Database.Database) {
  return {
    all: db.prepare<[], LimitRuleRow>("SELECT * FROM limit_rule ORDER BY pattern"),
    byPattern: db.prepare<[pattern: string], LimitRuleRow>("SELECT * FROM limit_rule WHERE pattern = ?"),
    count: db.prepare<[], number>("SELECT count(*) FROM limit_rule").pluck(),
    put: db.prepare<
      [
        pattern: string,
        concurrency: number | null,
        description: string | null,
        disabled: number,
        version: number,
        modifiedAt: number,
      ]
    >("INSERT OR REPLACE INTO limit_rule VALUES (?, ?, ?, ?, ?, ?)"),
    remove: db.prepare<[pattern: string]>("DELETE FROM limit_rule WHERE pattern = ?"),
    bookVersion: db.prepare<[], number>("SELECT value FROM meta WHERE name = 'limit_rules_version'").pluck(),
    setBookVersion: db.prepare<[version: number]>(
      "INSERT OR REPLACE INTO meta (name, value) VALUES ('limit_rules_version', ?)",
    ),
  };
}

export interface KafkaClusterRow {
  name: string;
  properties: string;
  created_at: number;
}

export interface SubscriptionRow {
  id: string;
  source: string;
  sink: string;
  options: string;
}

export function kafkaStatements(db: Database.Database) {
  return {
    clusters: db.prepare<[], KafkaClusterRow>("SELECT * FROM kafka_cluster ORDER BY name"),
    putCluster: db.prepare<[name: string, properties: string, createdAt: number]>(
      "INSERT OR REPLACE INTO kafka_cluster VALUES (?, ?, ?)",
    ),
    removeCluster: db.prepare<[name: string]>("DELETE FROM kafka_cluster WHERE name = ?"),
    subscriptions: db.prepare<[], SubscriptionRow>("SELECT * FROM subscription ORDER BY id"),
    putSubscription: db.prepare<[id: string, source: string, sink: string, options: string]>(
      "INSERT INTO subscription VALUES (?, ?, ?, ?)",
    ),
    removeSubscription: db.prepare<[id: string]>("DELETE FROM subscription WHERE id = ?"),
  };
}

export function pausedQueueStatements(db: Database.Database) {
  return {
    all: db.prepare<[], string>("SELECT id FROM paused_vqueue").pluck(),
    pause: db.prepare<[id: string]>("INSERT OR IGNORE INTO paused_vqueue (id) VALUES (?)"),
    resume: db.prepare<[id: string]>("DELETE FROM paused_vqueue WHERE id = ?"),
  };
}

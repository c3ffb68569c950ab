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
    deleteDeployment: db.prepare<[id: string]>("DELETE FROM deployment WHERE id = ?"),
    deleteRevisions: db.prepare<[deployment: string]>("DELETE FROM service_revision WHERE deployment = ?"),
  };
}

/** JSON has no maps: handlers are an array in it. */
export function storeService(service: Service): string {
  return JSON.stringify({ ...service, handlers: [...service.handlers.values()] });
}

export function restoreService(json: string): Service {
  const stored = JSON.parse(json) as Omit<Service, "handlers"> & { handlers: Handler[] };
  return {
    ...stored,
    handlers: new Map(stored.handlers.map((handler) => [handler.name, handler])),
  };
}

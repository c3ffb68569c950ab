import { ServerError } from "../errors.ts";
import type { Clock, Ids } from "../seams.ts";
import { keep, type Storage } from "../storage/index.ts";
import { edited } from "./edit.ts";
import type { DiscoveredManifest, DiscoveredService } from "./manifest.ts";
import { registryStatements, restoreService, storeService } from "./rows.ts";
import type { Deployment, RegistryView, Service, ServiceEdit } from "./types.ts";

export interface RegistryParts {
  readonly storage: Pick<Storage, "db" | "turns">;
  readonly clock: Clock;
  readonly ids: Ids;
}

export interface Registration {
  readonly uri: string;
  readonly httpVersion: Deployment["httpVersion"];
  readonly sdkVersion: string | undefined;
  readonly additionalHeaders: Readonly<Record<string, string>>;
  readonly metadata: Readonly<Record<string, string>>;
  readonly manifest: DiscoveredManifest;
}

export interface RegistrationOptions {
  /** A deployment of the same address is replaced, and a changed service type accepted. */
  readonly force: boolean;
  /** A changed service type is accepted (META0006). */
  readonly breaking: boolean;
  /** Says what would happen and changes nothing. */
  readonly dryRun: boolean;
}

export interface Registered {
  readonly deployment: Deployment;
  readonly services: readonly Service[];
  /** `false`: it was there already, and nothing changed. */
  readonly isNew: boolean;
}

/** Everything registered, in memory for the call path, in SQLite for the next start. */
export class Registry implements RegistryView {
  readonly #parts: RegistryParts;
  readonly #sql: ReturnType<typeof registryStatements>;
  readonly #deployments = new Map<string, Deployment>();
  /** Latest revision by name. */
  readonly #latest = new Map<string, Service>();
  /** By deployment, then by name. */
  readonly #served = new Map<string, Map<string, Service>>();

  constructor(parts: RegistryParts) {
    this.#parts = parts;
    this.#sql = keep(registryStatements(parts.storage.db));
    this.#load();
  }

  service(name: string): Service | undefined {
    return this.#latest.get(name);
  }

  deployment(id: string): Deployment | undefined {
    return this.#deployments.get(id);
  }

  serviceOn(name: string, deploymentId: string): Service | undefined {
    return this.#served.get(deploymentId)?.get(name) ?? this.#latest.get(name);
  }

  deployments(): Deployment[] {
    return [...this.#deployments.values()];
  }

  /** Latest revisions. */
  services(): Service[] {
    return [...this.#latest.values()];
  }

  servicesOf(deploymentId: string): Service[] {
    return [...(this.#served.get(deploymentId)?.values() ?? [])];
  }

  deploymentsAt(uri: string): Deployment[] {
    return this.deployments().filter((deployment) => deployment.uri === uri);
  }

  /**
   * Registers what an endpoint serves. Call inside `turns.apply`; the maps change after the commit.
   * @throws ServerError META0006 for a changed service type, META0017 when two deployments have this address
   */
  register(registration: Registration, options: RegistrationOptions): Registered {
    const existing = this.deploymentsAt(registration.uri);
    if (existing.length > 1 && options.force) {
      throw new ServerError(
        409,
        "META0017",
        `[META0017] ${existing.map(({ id }) => id).join(" and ")} both have the address ${registration.uri}; delete one of them first`,
      );
    }
    const [known] = existing;
    if (known !== undefined && !options.force) {
      return { deployment: known, services: this.servicesOf(known.id), isNew: false };
    }
    this.#checkTypes(registration.manifest.services, options);
    return this.#install(known?.id ?? this.#parts.ids.deploymentId(), registration, options.dryRun);
  }

  /** What is registered at this address, if it is exactly what would be registered now. */
  unchanged(registration: Registration): Registered | undefined {
    const { manifest } = registration;
    const [deployment, ...others] = this.deploymentsAt(registration.uri);
    if (deployment === undefined || others.length > 0) return undefined;
    const services = this.servicesOf(deployment.id);
    const isSame =
      deployment.protocolMode === manifest.protocolMode &&
      deployment.minProtocolVersion === manifest.minProtocolVersion &&
      deployment.maxProtocolVersion === manifest.maxProtocolVersion &&
      deployment.sdkVersion === registration.sdkVersion &&
      sortedTexts(this.#sql.revisionsOn.all(deployment.id).map(restoreService)) === sortedTexts(manifest.services) &&
      services.every(({ name }) => this.#latest.get(name)?.deploymentId === deployment.id);
    return isSame ? { deployment, services, isNew: false } : undefined;
  }

  /**
   * Puts new code behind an existing deployment id, for its in-flight invocations. Services keep their revisions, and
   * nothing is compared with what was there: restate-server 1.7.12 accepts missing services, handlers and changed types.
   * Call inside `turns.apply`.
   */
  replace(deploymentId: string, registration: Registration, dryRun: boolean): Registered {
    return this.#install(deploymentId, registration, dryRun, this.#known(deploymentId));
  }

  /**
   * Changes the latest revision of a service, until there is another one. Call inside `turns.apply`.
   * @returns the service as it will be; `undefined` when there is none of that name
   */
  edit(name: string, edit: ServiceEdit): Service | undefined {
    const service = this.#latest.get(name);
    if (service === undefined) return undefined;
    const before = this.#sql.edit.get(name, service.revision);
    const whole: ServiceEdit = { ...(before === undefined ? {} : (JSON.parse(before) as ServiceEdit)), ...edit };
    this.#sql.putEdit.run(name, service.revision, JSON.stringify(whole));
    this.#parts.storage.turns.afterCommit(() => this.#load());
    return edited(service, whole);
  }

  /** Moves a deployment to another address; what it serves stays as registered. Call inside `turns.apply`. */
  readdress(deploymentId: string, registration: Omit<Registration, "manifest">, dryRun: boolean): Registered {
    const deployment: Deployment = {
      ...this.#known(deploymentId),
      uri: registration.uri,
      httpVersion: registration.httpVersion,
      additionalHeaders: registration.additionalHeaders,
    };
    const services = this.servicesOf(deploymentId);
    if (dryRun) return { deployment, services, isNew: true };
    this.#put(deployment);
    this.#parts.storage.turns.afterCommit(() => this.#load());
    return { deployment, services, isNew: true };
  }

  /** Forgets a deployment with the revisions that it serves. Call inside `turns.apply`. */
  remove(deploymentId: string): void {
    this.#known(deploymentId);
    this.#sql.deleteRevisions.run(deploymentId);
    this.#sql.deleteDeployment.run(deploymentId);
    this.#sql.deleteOrphanedEdits.run();
    this.#parts.storage.turns.afterCommit(() => this.#load());
  }

  #known(id: string): Deployment {
    const deployment = this.#deployments.get(id);
    if (deployment !== undefined) return deployment;
    throw new ServerError(404, "RL_UNKNOWN_DEPLOYMENT", `The requested deployment '${id}' does not exist`);
  }

  /** @param replaced keeps its time of creation and the revisions of its services */
  #install(id: string, registration: Registration, dryRun: boolean, replaced?: Deployment): Registered {
    const { manifest } = registration;
    const deployment: Deployment = {
      id,
      uri: registration.uri,
      protocolMode: manifest.protocolMode,
      httpVersion: registration.httpVersion,
      minProtocolVersion: manifest.minProtocolVersion,
      maxProtocolVersion: manifest.maxProtocolVersion,
      sdkVersion: registration.sdkVersion,
      additionalHeaders: registration.additionalHeaders,
      metadata: registration.metadata,
      createdAtMs: replaced?.createdAtMs ?? this.#parts.clock.nowMs(),
    };
    const before = replaced === undefined ? undefined : this.#served.get(id);
    const services = manifest.services.map((discovered) => ({
      ...discovered,
      revision: before?.get(discovered.name)?.revision ?? (this.#sql.lastRevision.get(discovered.name) ?? 0) + 1,
      deploymentId: id,
    }));
    if (dryRun) return { deployment, services, isNew: true };
    this.#sql.deleteRevisions.run(id);
    this.#put(deployment);
    for (const service of services) {
      this.#sql.putRevision.run(service.name, service.revision, id, storeService(service));
      if (!before?.has(service.name)) this.#sql.countRevision.run(service.name, service.revision);
    }
    this.#sql.deleteOrphanedEdits.run();
    this.#parts.storage.turns.afterCommit(() => this.#load());
    return { deployment, services, isNew: true };
  }

  #put(deployment: Deployment): void {
    this.#sql.putDeployment.run(
      deployment.id,
      deployment.uri,
      deployment.protocolMode,
      deployment.httpVersion,
      deployment.minProtocolVersion,
      deployment.maxProtocolVersion,
      deployment.sdkVersion ?? null,
      JSON.stringify(deployment.additionalHeaders),
      JSON.stringify(deployment.metadata),
      deployment.createdAtMs,
    );
  }

  #checkTypes(services: readonly DiscoveredService[], options: RegistrationOptions): void {
    if (options.force || options.breaking) return;
    for (const { name, type } of services) {
      const before = this.#latest.get(name);
      if (before !== undefined && before.type !== type) {
        throw new ServerError(
          409,
          "META0006",
          `[META0006] service '${name}' was a ${before.type} in revision ${before.revision} and is now a ${type}; ` +
            "register it under another name, or pass breaking to accept the change",
        );
      }
    }
  }

  #load(): void {
    this.#deployments.clear();
    this.#latest.clear();
    this.#served.clear();
    for (const row of this.#sql.deployments.all()) {
      this.#deployments.set(row.id, {
        id: row.id,
        uri: row.uri,
        protocolMode: row.protocol_mode,
        httpVersion: row.http_version,
        minProtocolVersion: row.min_protocol_version,
        maxProtocolVersion: row.max_protocol_version,
        sdkVersion: row.sdk_version ?? undefined,
        additionalHeaders: JSON.parse(row.additional_headers) as Record<string, string>,
        metadata: JSON.parse(row.metadata) as Record<string, string>,
        createdAtMs: row.created_at,
      });
    }
    const edits = new Map(this.#sql.edits.all().map(({ name, revision, edit }) => [`${name}/${revision}`, edit]));
    for (const row of this.#sql.revisions.all()) {
      const discovered = restoreService(row.service);
      const edit = edits.get(`${discovered.name}/${discovered.revision}`);
      const service = edit === undefined ? discovered : edited(discovered, JSON.parse(edit) as ServiceEdit);
      const served = this.#served.get(row.deployment) ?? new Map<string, Service>();
      this.#served.set(row.deployment, served.set(service.name, service));
      this.#latest.set(service.name, service);
    }
  }
}

/** Services as texts that are equal when the services are, whatever their order and revisions. */
function sortedTexts(services: readonly DiscoveredService[]): string {
  const texts = services.map((service) => storeService({ ...service, revision: 0, deploymentId: "" }));
  return texts.sort().join("\n");
}

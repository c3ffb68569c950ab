import { type InvocationEvent, isOfInvocation, type ServerEvent } from "../seams.ts";
import type { OpenServer } from "../start.ts";
import type { DevControl } from "./control.ts";
import { curlLines } from "./curl.ts";
import { type HeldAttempts, MARK } from "./held-attempts.ts";
import type { Address, Program, Started } from "./program.ts";
import type { Version } from "./version.ts";
import type { View } from "./view/index.ts";

export interface LoopParts {
  readonly server: OpenServer;
  readonly control: DevControl;
  readonly held: HeldAttempts;
  readonly program: Program;
  readonly view: View;
  /** What becomes of the invocations of an old version: they finish on it, or move to the new code. */
  readonly reload: "beside" | "replace";
}

/** The real server's code for a journal that does not fit the code. */
const MISMATCH = "RT0016";
const FIRST_RESTART_MS = 500;
const LAST_RESTART_MS = 10_000;
/** A program that ran for so long did not fail at its start. */
const STABLE_MS = 5000;

type Reason = "start" | "save" | "crash";

/**
 * Keeps the newest version of a program serving: starts one for each change of its files beside the old one, makes it
 * the deployment for new invocations, and ends the old one when the invocations that are pinned to it have finished.
 */
export class DevLoop {
  readonly #parts: LoopParts;
  #current: Version | undefined;
  readonly #old = new Set<Version>();
  /** Invocations that one version has begun and another one goes on with. */
  readonly #moved = new Set<string>();
  /** Invocations that are paused because their journals do not fit the code. */
  readonly #mismatched = new Map<string, InvocationEvent>();
  #number = 0;
  #wanted: Reason | undefined;
  #wantedSinceMs = 0;
  /** Starting a version; `undefined`: nothing to do. */
  #work: Promise<void> | undefined;
  #interrupt: (() => void) | undefined;
  #restartMs = FIRST_RESTART_MS;
  #restartTimer: NodeJS.Timeout | undefined;
  #isClosed = false;
  #unwatch: (() => Promise<void>) | undefined;
  #unobserve: (() => void) | undefined;

  constructor(parts: LoopParts) {
    this.#parts = parts;
  }

  /** Starts the first version, and follows the program's files from then on. */
  async start(): Promise<void> {
    const { program, server } = this.#parts;
    this.#unobserve = server.observe((event) => this.#observe(event));
    this.#want("start");
    this.#unwatch = await program.watch(() => this.#want("save"));
    if (this.#isClosed) await this.#unwatch();
  }

  /** From now on nothing is started any more, and what ends is no news. */
  stop(): void {
    this.#isClosed = true;
    clearTimeout(this.#restartTimer);
    this.#unobserve?.();
    void this.#unwatch?.();
    this.#parts.held.stop();
  }

  /** Ends all versions. Call when the server has let running attempts finish. */
  async close(): Promise<void> {
    this.stop();
    this.#interrupt?.();
    await this.#work;
    const versions = [...this.#old, ...(this.#current === undefined ? [] : [this.#current])];
    await Promise.all(versions.map((version) => end(version)));
    await this.#parts.program.close();
  }

  /** Starts again, from their input, the invocations whose journals do not fit the code any more. */
  restartMismatched(): void {
    const { control, view } = this.#parts;
    if (this.#mismatched.size === 0) view.say("No invocation is paused because of changed code.");
    for (const [id, { service, handler }] of this.#mismatched) {
      const result = control.startAgain(id);
      if (result.kind === "restarted") view.say(`Started ${service}/${handler} again as ${result.id} (was ${id})`);
      else if (result.kind === "workflow") {
        view.say(`${id} is the run of a workflow, which cannot be started again; it stays paused.`);
      } else view.say(`${id} cannot be started again: ${result.kind}`);
      if (result.kind !== "workflow") this.#mismatched.delete(id);
    }
  }

  #want(reason: Reason): void {
    if (this.#isClosed) return;
    this.#wanted = reason;
    this.#wantedSinceMs = performance.now();
    clearTimeout(this.#restartTimer);
    // A version that is on its way is out of date.
    if (this.#work !== undefined) this.#interrupt?.();
    else {
      this.#work = this.#startWanted().finally(() => {
        this.#work = undefined;
      });
    }
  }

  async #startWanted(): Promise<void> {
    while (this.#wanted !== undefined && !this.#isClosed) {
      const reason = this.#wanted;
      this.#wanted = undefined;
      try {
        await this.#next(reason, this.#wantedSinceMs);
      } catch (error) {
        this.#parts.view.say(`The new version cannot be started: ${(error as Error).message}`);
      }
    }
  }

  async #next(reason: Reason, sinceMs: number): Promise<void> {
    const { program, view } = this.#parts;
    const number = this.#number + 1;
    const prepared = await view.during(`Compiling version ${number}`, program.prepare());
    if (prepared.kind === "unchanged") return;
    if (prepared.kind === "broken") {
      view.say(prepared.report);
      view.say(
        this.#current === undefined ? "Waiting for a change." : `Version ${this.#current.number} goes on serving.`,
      );
      return;
    }
    const replaced = this.#current;
    if (program.isInPlace && replaced !== undefined) await end(replaced, true);
    if (this.#wanted !== undefined || this.#isClosed) return;
    this.#number = number;
    const started = prepared.start(number);
    let interrupt: () => void = () => {};
    const interrupted = new Promise<"interrupted">((resolve) => {
      interrupt = () => resolve("interrupted");
    });
    this.#interrupt = interrupt;
    const outcome = await view.during(
      `Waiting for the endpoint of ${program.name}, version ${number}`,
      Promise.race([started.addresses, started.process.ended, interrupted]),
    );
    this.#interrupt = undefined;
    started.stopLooking();
    if (outcome === "interrupted") {
      program.forgetCode();
      await started.process.end();
      return;
    }
    if (typeof outcome === "string") {
      program.forgetCode();
      view.say(`Version ${number} of ${program.name} ${outcome} before it served anything. ${this.#stillServing()}`);
      if (reason === "crash" || !program.isWatched) this.#restartLater();
      return;
    }
    try {
      await this.#serve(number, started, outcome, replaced);
    } catch (error) {
      program.forgetCode();
      await started.process.end();
      view.say(`Version ${number} cannot be registered: ${(error as Error).message}. ${this.#stillServing()}`);
      return;
    }
    const tookMs = Math.round(performance.now() - sinceMs);
    view.say(
      reason === "save"
        ? `Version ${number} serves new invocations, ${tookMs} ms after the change`
        : `Version ${number} serves`,
    );
  }

  #stillServing(): string {
    const { program } = this.#parts;
    if (this.#current === undefined || program.isInPlace) return program.isWatched ? "Waiting for a change." : "";
    return `Version ${this.#current.number} goes on serving.`;
  }

  /** Registers a version, and says what becomes of the one before. */
  async #serve(
    number: number,
    { process }: Started,
    addresses: readonly Address[],
    replaced: Version | undefined,
  ): Promise<void> {
    const { server, program, view, reload, held } = this.#parts;
    const registered = [];
    for (const { uri, useHttp11 } of addresses) {
      registered.push(
        await server.registrar.register({
          uri,
          useHttp11,
          additionalHeaders: {},
          metadata: { [MARK]: `${program.name}, version ${number}` },
          force: true,
          breaking: true,
          dryRun: false,
        }),
      );
    }
    const services = registered.flatMap((one) => one.services);
    const version: Version = {
      number,
      process,
      deployments: registered.map(({ deployment }) => deployment.id),
      services: services.map(({ name }) => name),
      isEnding: false,
      waitsFor: undefined,
    };
    this.#current = version;
    held.serves(version.deployments);
    const startedAtMs = performance.now();
    void process.ended.then((how) => this.#ended(version, how, performance.now() - startedAtMs));
    const lines = curlLines(server.ingressUrl, services);
    view.serves(number, addresses, lines);
    if (replaced !== undefined) {
      // One that has ended, by itself or to make room, finishes nothing any more.
      if (reload === "beside" && !replaced.isEnding) this.#keep(replaced, version);
      else this.#replace(replaced, version);
    } else this.#adopt(version);
    held.letGo();
  }

  /** An old version stays for what is pinned to it, and fits it. */
  #keep(old: Version, version: Version): void {
    this.#move(old.deployments, version, new Set(this.#mismatched.keys()));
    this.#resumeMismatched();
    old.waitsFor = this.#needing(old);
    this.#old.add(old);
    const count = old.waitsFor.size;
    if (count > 0) {
      const have = count === 1 ? "has" : "have";
      this.#parts.view.say(`Version ${old.number} stays until ${invocations(count)} ${have} finished`);
    }
    this.#tellOld();
    this.#retireIfFree(old);
  }

  /** The new version takes over what the old one has begun. */
  #replace(old: Version, version: Version): void {
    this.#move(old.deployments, version);
    this.#resumeMismatched();
    this.#old.add(old);
    old.waitsFor = new Set();
    this.#retireIfFree(old);
  }

  /** Another change of the code may have made them fit. */
  #resumeMismatched(): void {
    const ids = [...this.#mismatched.keys()];
    this.#mismatched.clear();
    for (const id of ids) this.#parts.control.resume(id);
  }

  /** Deployments of earlier runs of this command, whose processes are gone: their invocations go on here. */
  #adopt(version: Version): void {
    const { server, control } = this.#parts;
    const earlier = server.registry
      .deployments()
      .filter(({ id, metadata }) => metadata[MARK] !== undefined && !version.deployments.includes(id))
      .map(({ id }) => id);
    // Those of the same address first: what comes from the others runs there, too, and needs no second move.
    this.#move([...version.deployments, ...earlier], version);
    for (const id of earlier) if (control.invocationsOn(id).size === 0) control.forget(id);
  }

  #move(from: readonly string[], version: Version, only?: ReadonlySet<string>): void {
    const { control, view } = this.#parts;
    let count = 0;
    for (const deployment of from) {
      const { moved, refused } = control.moveInvocations(deployment, version.deployments, only);
      count += moved.length;
      for (const id of moved) this.#moved.add(id);
      for (const reason of refused) view.say(`Not moved to version ${version.number}: ${reason}`);
    }
    if (count > 0) view.say(`${invocations(count)} ${count === 1 ? "goes" : "go"} on with version ${version.number}`);
  }

  #needing({ deployments }: Version): Set<string> {
    return new Set(deployments.flatMap((deployment) => [...this.#parts.control.invocationsOn(deployment)]));
  }

  #retireIfFree(old: Version): void {
    if (old.waitsFor === undefined || old.waitsFor.size > 0 || old.isEnding || this.#isClosed) return;
    if (!this.#parts.program.isInPlace) {
      // Others may have been pinned meanwhile, an attempt that was under way for example.
      old.waitsFor = this.#needing(old);
      if (old.waitsFor.size > 0) return;
    }
    void this.#retire(old);
  }

  async #retire(old: Version): Promise<void> {
    const { control, view } = this.#parts;
    await end(old);
    this.#old.delete(old);
    this.#tellOld();
    if (this.#isClosed) return;
    const current = this.#current;
    const left = old.deployments.filter((deployment) => current?.deployments.includes(deployment) === false);
    // Somebody may have started an old invocation again meanwhile.
    if (current !== undefined) this.#move(left, current);
    for (const deployment of left) control.forget(deployment);
    view.say(`Version ${old.number} has ended`);
  }

  /** A version ended, and nobody had asked it to. */
  #ended(version: Version, how: string, livedMs: number): void {
    if (version.isEnding || this.#isClosed) return;
    version.isEnding = true;
    const { program, view, held } = this.#parts;
    held.isGone(version.deployments);
    view.say(`Version ${version.number} of ${program.name} ${how}`);
    if (version === this.#current) {
      if (livedMs > STABLE_MS) this.#restartMs = FIRST_RESTART_MS;
      program.forgetCode();
      this.#restartLater();
      return;
    }
    this.#old.delete(version);
    if (this.#current === undefined) return;
    this.#move(version.deployments, this.#current);
    for (const deployment of version.deployments) this.#parts.control.forget(deployment);
    held.letGo();
    this.#tellOld();
  }

  #restartLater(): void {
    this.#parts.view.say(`Starting it again in ${this.#restartMs / 1000} s, or at the next change`);
    this.#restartTimer = setTimeout(() => this.#want("crash"), this.#restartMs);
    this.#restartMs = Math.min(this.#restartMs * 2, LAST_RESTART_MS);
  }

  #tellOld(): void {
    const counts = [...this.#old].map(({ number, waitsFor }) => ({ number, count: waitsFor?.size ?? 0 }));
    this.#parts.view.keeps(counts);
  }

  #observe(event: ServerEvent): void {
    this.#parts.view.event(event);
    if (!isOfInvocation(event)) return;
    if (event.kind === "backing-off" && event.failure.restateCode === MISMATCH && this.#moved.has(event.id)) {
      // Other code has begun it, so a retry fails the same way; and an observer must not do anything itself.
      this.#mismatched.set(event.id, event);
      setImmediate(() => this.#pauseMismatched(event));
    }
    if (event.kind === "paused" && event.failure?.restateCode === MISMATCH) this.#mismatched.set(event.id, event);
    const isOver = event.kind === "completed" || event.kind === "removed";
    // Somebody may have resumed it, in the dashboard for example.
    if (isOver || event.kind === "running") this.#mismatched.delete(event.id);
    if (isOver) this.#moved.delete(event.id);
    for (const old of this.#old) {
      const hasLeft = isOver || (event.kind === "running" && !old.deployments.includes(event.deployment));
      if (!hasLeft || old.waitsFor?.delete(event.id) !== true) continue;
      this.#tellOld();
      if (old.waitsFor.size === 0) setImmediate(() => this.#retireIfFree(old));
    }
  }

  #pauseMismatched(event: InvocationEvent): void {
    if (this.#isClosed || !this.#mismatched.has(event.id)) return;
    this.#parts.control.pause(event.id);
    this.#parts.view.mismatch(event);
  }
}

async function end(version: Version, isHurried = false): Promise<void> {
  version.isEnding = true;
  await version.process.end(isHurried);
}

function invocations(count: number): string {
  return count === 1 ? "1 invocation" : `${count} invocations`;
}

/** Settings of a container that mean nothing here. Others than these are ignored as well, but have no type. */
type IgnoredSetting = `with${
  | "AddedCapabilities"
  | "AutoRemove"
  | "BindMounts"
  | "Command"
  | "CopyArchivesToContainer"
  | "CopyContentToContainer"
  | "CopyDirectoriesToContainer"
  | "CopyFilesToContainer"
  | "DefaultLogDriver"
  | "DroppedCapabilities"
  | "Entrypoint"
  | "ExposedPorts"
  | "ExtraHosts"
  | "HealthCheck"
  | "Hostname"
  | "IpcMode"
  | "Labels"
  | "Name"
  | "Network"
  | "NetworkAliases"
  | "NetworkMode"
  | "Platform"
  | "PrivilegedMode"
  | "PullPolicy"
  | "ResourcesQuota"
  | "Reuse"
  | "SecurityOpt"
  | "SharedMemorySize"
  | "StartupTimeout"
  | "TmpFs"
  | "Ulimits"
  | "User"
  | "WaitStrategy"
  | "WorkingDir"}`;

// reason: what these settings take are types of a package that nobody needs here.
type AnyValue = ReturnType<typeof JSON.parse>;
type Ignoring = { [K in IgnoredSetting]: (...settings: AnyValue[]) => RestateContainer } & {
  withLogConsumer(consumer: (stream: AnyValue) => unknown): RestateContainer;
};
// reason: the methods are there by the proxy that a container is.
const Settings = class {} as unknown as new () => Ignoring;

/**
 * Takes the place of the container of `@restatedev/restate-sdk-testcontainers`, so that tests that configure one need
 * no change. There is no container: of its settings, `alwaysReplay`, `disableRetries` and `RESTATE_*` variables of
 * `withEnvironment` count; all others are accepted, and the environment says that they are ignored.
 */
export class RestateContainer extends Settings {
  /** Settings that have no meaning here, by the name of their method. */
  readonly ignored: string[] = [];
  readonly environment: Record<string, string> = {};
  /** Options of the environment that are set here, too. */
  readonly settings: { alwaysReplay?: boolean; disableRetries?: boolean } = {};
  /** @param version of the image, which is ignored */
  constructor(version?: string) {
    super();
    if (version !== undefined) this.ignored.push(`version ${version}`);
    // biome-ignore lint/correctness/noConstructorReturn: a container has dozens of settings, and answers all of them
    return new Proxy(this, {
      get: (target, property, receiver) => {
        if (property in target || typeof property !== "string" || !/^with[A-Z]/.test(property)) {
          return Reflect.get(target, property, receiver);
        }
        return () => {
          target.ignored.push(property);
          return receiver;
        };
      },
    });
  }

  alwaysReplay(): this {
    this.settings.alwaysReplay = true;
    return this;
  }

  disableRetries(): this {
    this.settings.disableRetries = true;
    return this;
  }

  withEnvironment(variables: Record<string, string>): this {
    Object.assign(this.environment, variables);
    return this;
  }
}

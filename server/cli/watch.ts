import { curlLines } from "../dev/index.ts";
import type { RunningServer } from "../start.ts";

export interface Watch {
  readonly server: RunningServer;
  readonly endpoint: string;
  readonly useHttp11: boolean;
  readonly say: (line: string) => void;
}

/** How often an endpoint that is not there yet, or might come back changed, is asked what it serves. */
const LOOK_INTERVAL_MS = 500;
/** A question of nobody (the endpoint is up and unchanged) may be rarer. */
const IDLE_INTERVAL_MS = 2000;

/**
 * Registers an endpoint as soon as it answers, and again when it comes back with other services or handlers.
 * @returns a function that stops watching
 */
export function watchEndpoint({ server, endpoint, useHttp11, say }: Watch): () => void {
  let registered: string | undefined;
  let complaint: string | undefined;
  let isStopped = false;
  let timer: NodeJS.Timeout | undefined;

  const complain = (line: string) => {
    if (complaint !== line) say(line);
    complaint = line;
  };

  async function look(): Promise<void> {
    let manifest: string;
    try {
      manifest = (await server.registrar.discover(endpoint, { useHttp11 })).body.toString();
    } catch (error) {
      const { message } = error as Error;
      complain(
        /ECONNREFUSED|refused/i.test(message)
          ? `Waiting for an endpoint at ${endpoint} …`
          : `Waiting: ${endpoint} does not answer as a Restate endpoint: ${message}`,
      );
      return;
    }
    if (manifest === registered) {
      complaint = undefined;
      return;
    }
    try {
      const { services } = await server.registrar.register({
        uri: endpoint,
        useHttp11,
        additionalHeaders: {},
        metadata: {},
        force: true,
        breaking: true,
        dryRun: false,
      });
      say(`${registered === undefined ? "Registered" : "Registered again"} ${endpoint}:`);
      for (const line of curlLines(server.ingressUrl, services)) say(line);
      registered = manifest;
      complaint = undefined;
    } catch (error) {
      complain(`${endpoint} cannot be registered: ${(error as Error).message}`);
    }
  }

  const loop = async () => {
    await look();
    if (!isStopped)
      timer = setTimeout(() => void loop(), complaint === undefined ? IDLE_INTERVAL_MS : LOOK_INTERVAL_MS);
  };
  void loop();
  return () => {
    isStopped = true;
    clearTimeout(timer);
  };
}

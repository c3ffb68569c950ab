// Loaded before a program that is tried out (`node --import`): it listens on a free port instead of the one that it
// names, finds the server at its usual address, and meets no simulated failures. What it listens on is told to the
// parent over the IPC channel.
import net from "node:net";

const { listen } = net.Server.prototype;
net.Server.prototype.listen = function listenSomewhere(...args) {
  this.once("listening", () => {
    const { port } = this.address();
    this.unref?.();
    process.send?.({ listening: port });
    this.ref?.();
  });
  const callback = args.find((argument) => typeof argument === "function");
  return listen.call(this, 0, "127.0.0.1", ...(callback === undefined ? [] : [callback]));
};

const { INGRESS_URL } = process.env;
const plainFetch = globalThis.fetch;
globalThis.fetch = (address, options) => {
  const text = typeof address === "string" || address instanceof URL ? String(address) : undefined;
  return plainFetch(text?.replace(/^http:\/\/(localhost|127\.0\.0\.1):8080/, INGRESS_URL) ?? address, options);
};

// Examples that simulate failures draw a number and fail below some probability. Always the same one, because the two
// SDKs draw different numbers of their own.
Math.random = () => 0.95;

// The official SDK needs it, and Node 20 lacks it.
Promise.withResolvers ??= () => {
  let resolve;
  let reject;
  const promise = new Promise((onResolve, onReject) => {
    resolve = onResolve;
    reject = onReject;
  });
  return { promise, resolve, reject };
};

process.on("disconnect", () => process.exit());

import { connect as connectTcp, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";

/** The operating system looks after connections that say nothing as long as this. */
const TCP_KEEP_ALIVE_MS = 40_000;

/**
 * Opens a connection for HTTP/2: with prior knowledge for `http`, agreed on by ALPN for `https`.
 *
 * @param onRefused called when the endpoint offers no HTTP/2 over TLS
 */
export function openSocket(url: URL, trustedCertificates: string | undefined, onRefused: () => void): Socket {
  // URL keeps the brackets of an IPv6 address, sockets do not want them.
  const host = url.hostname.replace(/^\[|\]$/g, "");
  const socket = url.protocol === "https:" ? secured() : connectTcp({ host, port: Number(url.port || 80) });
  socket.setNoDelay(true);
  socket.setKeepAlive(true, TCP_KEEP_ALIVE_MS);
  return socket;

  function secured(): Socket {
    const tls = connectTls({
      host,
      port: Number(url.port || 443),
      ALPNProtocols: ["h2"],
      // A server name may not be an address (RFC 6066).
      ...(/^[\d.]+$|:/.test(host) ? {} : { servername: host }),
      ...(trustedCertificates === undefined ? {} : { ca: trustedCertificates }),
    });
    tls.on("secureConnect", () => {
      if (tls.alpnProtocol !== "h2") onRefused();
    });
    return tls;
  }
}

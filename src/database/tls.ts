/**
 * Whether others could read along on the way to Postgres: there is no TLS unless a URL asks for it,
 * and nobody else says so.
 */

interface Peer {
  /** A name, an address, or the directory of a socket. */
  readonly host: string;
  readonly ssl: boolean;
}

/** What to tell the owner of an app that connected to `url`; undefined when there is nothing to say. */
export function tlsAdvice({ host, ssl }: Peer, url: string): string | undefined {
  if (ssl || isThisMachine(host) || isOpenOnPurpose(url)) return undefined;
  return (
    `The ledger's database on ${host} is reached without TLS: rows can be read on the way. ` +
    "Add sslmode=verify-full to its URL, or sslmode=disable if it is meant so"
  );
}

function isThisMachine(host: string): boolean {
  return host.startsWith("/") || /^(?:(?:.+\.)?localhost|127(?:\.\d+){3}|::1)$/i.test(host);
}

function isOpenOnPurpose(url: string): boolean {
  return URL.parse(url)?.searchParams.get("sslmode") === "disable";
}

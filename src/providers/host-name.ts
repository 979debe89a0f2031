/**
 * Reads the host out of a URL's text without parsing it: most requests of an app are not ours, and
 * pay for this test only.
 */

const OTHER_SCHEME = /^(?!https?:)[a-z][a-z0-9+.-]*:/i;
/** A host of plain letters with nothing before it, and at most a dot and a port behind it. */
const PLAIN_HOST = /^https?:\/\/([a-z0-9._-]*[a-z0-9_-])\.?(?::\d*)?(?:[/?#]|$)/i;
/** `127.1` and `0x7f000001` are 127.0.0.1 too. */
const NUMERIC_HOST = /(?:^|\.)(?:\d+|0x[0-9a-f]*)$/i;

/**
 * Whether `url` may be at a host for which `isOurs` says yes; it is asked with the name as from
 * `hostNameOf`. Whatever takes a parser to tell (user names, `%67oogle`, tabs, numbers, other
 * alphabets) is answered by yes.
 */
export function mayBeAt(url: string, isOurs: (hostname: string) => boolean): boolean {
  const host = PLAIN_HOST.exec(url)?.[1];
  if (host === undefined) return !OTHER_SCHEME.test(url);
  return NUMERIC_HOST.test(host) || isOurs(host.toLowerCase());
}

/** The host of `url`, lower case, without port and without the dot that a full name may end in. */
export function hostNameOf(url: URL): string {
  const { hostname } = url;
  return hostname.endsWith(".") ? hostname.slice(0, -1) : hostname;
}

/** The port of `url`; that of its scheme when it names none. */
export function portOf(url: URL): number {
  if (url.port !== "") return Number(url.port);
  return url.protocol === "http:" ? 80 : 443;
}

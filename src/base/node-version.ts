/** Which Node this package runs on, and what to say on an older one. */

/** As in `engines` of package.json: what `@opentelemetry/*` 3.x asks for. */
const OLDEST: readonly [major: number, minor: number] = [22, 15];

/** What to tell the owner of a process whose `process.versions.node` is `version`; else undefined. */
export function nodeVersionFault(version: string): string | undefined {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  const [oldestMajor, oldestMinor] = OLDEST;
  if (major > oldestMajor || (major === oldestMajor && minor >= oldestMinor)) return undefined;
  return `spendspan needs Node ${oldestMajor}.${oldestMinor} or newer, and this is Node ${version}`;
}

/** Files of the repository, read for what is in them. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";

const REPOSITORY = join(import.meta.dirname, "../..");

export function textOf(path: string): string {
  return readFileSync(join(REPOSITORY, path), "utf8");
}

/** A file of YAML, as the reader of this one file knows it to be. */
export function yamlIn<T>(path: string): T {
  return parse(textOf(path), { merge: true }) as T;
}

export function isThere(path: string): boolean {
  return existsSync(join(REPOSITORY, path));
}

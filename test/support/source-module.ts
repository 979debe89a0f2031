/** A source file as the rules of the house see it: what it imports, and which names it uses. */
import { readdirSync, readFileSync } from "node:fs";
import { join, posix } from "node:path";

import { parseSync, Visitor } from "oxc-parser";

export interface Import {
  /** As written: `../base/money.ts`, `pg`. `undefined` when it is computed. */
  readonly specifier: string | undefined;
  /** The file in the same tree that it names; `undefined` for packages. */
  readonly target: string | undefined;
  /** True when nothing of it is left at run time. */
  readonly typeOnly: boolean;
}

export interface SourceModule {
  /** From the root of the tree, with slashes: `capture/fetch.ts`. */
  readonly path: string;
  /** The topmost folder; empty for a file at the root. */
  readonly folder: string;
  readonly lineCount: number;
  readonly imports: readonly Import[];
  /** Every identifier, and every `object.property` of two plain names. */
  readonly names: ReadonlySet<string>;
}

/** All TypeScript files below `root`. */
export function sourceTree(root: string): readonly SourceModule[] {
  return readdirSync(root, { recursive: true, encoding: "utf8" })
    .filter((path) => path.endsWith(".ts"))
    .map((path) => path.replaceAll("\\", "/"))
    .toSorted()
    .map((path) => sourceModule(path, readFileSync(join(root, path), "utf8")));
}

export function sourceModule(path: string, text: string): SourceModule {
  const { program, errors } = parseSync(path, text);
  if (errors.length > 0) throw new Error(`${path}: ${errors.map((e) => e.message).join("; ")}`);
  const imports: Import[] = [];
  const names = new Set<string>();
  const importOf = (specifier: string | undefined, typeOnly: boolean): void => {
    imports.push({ specifier, target: targetOf(path, specifier), typeOnly });
  };
  new Visitor({
    ImportDeclaration: (node) => {
      const each = node.specifiers;
      const inlineTypes =
        each.length > 0 &&
        each.every((one) => one.type === "ImportSpecifier" && one.importKind === "type");
      importOf(node.source.value, node.importKind === "type" || inlineTypes);
    },
    ExportAllDeclaration: (node) => importOf(node.source.value, node.exportKind === "type"),
    ExportNamedDeclaration: (node) => {
      if (node.source !== null) importOf(node.source.value, node.exportKind === "type");
    },
    ImportExpression: ({ source }) => importOf(textOf(source), false),
    TSImportType: ({ source }) => importOf(textOf(source), true),
    Identifier: ({ name }) => void names.add(name),
    MemberExpression: ({ object, property }) => {
      if (object.type === "Identifier" && property.type === "Identifier") {
        names.add(`${object.name}.${property.name}`);
      }
    },
  }).visit(program);
  const folder = path.includes("/") ? path.slice(0, path.indexOf("/")) : "";
  return { path, folder, lineCount: text.trimEnd().split("\n").length, imports, names };
}

function textOf(node: { readonly type: string }): string | undefined {
  return "value" in node && typeof node.value === "string" ? node.value : undefined;
}

function targetOf(path: string, specifier: string | undefined): string | undefined {
  return specifier?.startsWith(".") === true
    ? posix.join(posix.dirname(path), specifier)
    : undefined;
}

/**
 * One value a process, however many copies of spendspan it holds: a bundler may put two copies of
 * this package into one app, and both must see the same tags and the same `init()`.
 */

/**
 * Gives the value under `name`, made by `create` when this process asks for it first. The function
 * remembers it, so asking often costs nothing.
 */
export function processWide<T>(name: string, create: () => T): () => T {
  const key = Symbol.for(`spendspan.${name}.v1`);
  let found: T | undefined;
  return () => (found ??= shared(key, create));
}

function shared<T>(key: symbol, create: () => T): T {
  const holder: { [key: symbol]: unknown } = globalThis;
  holder[key] ??= create();
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- only this function writes under the key
  return holder[key] as T;
}

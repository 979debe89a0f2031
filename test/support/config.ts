/** Resolves options as JavaScript may give them, past the types. */
import { ConfigError } from "../../src/base/errors.ts";
import type { SpendspanOptions } from "../../src/config/options.ts";
import { type Config, resolveConfig } from "../../src/config/resolve.ts";

export function resolve(options: unknown, environment: Record<string, string> = {}): Config {
  return resolveConfig(options as SpendspanOptions, environment);
}

/** What is wrong with them; empty when nothing is. */
export function faultsOf(
  options: unknown,
  environment: Record<string, string> = {},
): readonly string[] {
  try {
    resolve(options, environment);
  } catch (error) {
    if (error instanceof ConfigError) return error.faults;
    throw error;
  }
  return [];
}

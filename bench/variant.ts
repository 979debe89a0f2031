/** The ways to make a call that are compared, and what is asked of each. */
import type { Transport } from "./calls.ts";

export const VARIANTS = ["bare", "byHand", "spendspan"] as const;
export type VariantName = (typeof VARIANTS)[number];
export const SHAPES = ["unary", "stream"] as const;
export type Shape = (typeof SHAPES)[number];

/** A way to make the calls. */
export interface Variant extends Readonly<Record<Shape, () => Promise<unknown>>> {
  /** Does what the calls left to be done in the background. */
  settle(): Promise<void>;
}

export interface Setting {
  readonly variant: VariantName;
  readonly transport: Transport;
  /** The ledger of `spendspan`. */
  readonly databaseUrl: string;
}

export interface Round {
  readonly shape: Shape;
  readonly calls: number;
}

export interface CpuTimes {
  /** Of the whole process, until the last call had ended. */
  readonly callsUs: number;
  /** Of what was then left to be done. */
  readonly settlingUs: number;
}

export interface Memory {
  readonly heapBytes: number;
  readonly residentBytes: number;
}

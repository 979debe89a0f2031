/** Of the package `ws`, which brings no types of its own, the parts that read frames. */
declare module "ws" {
  import type { Writable } from "node:stream";

  export class PerMessageDeflate {
    constructor(options: { readonly isServer: boolean; readonly maxPayload: number });
    accept(offers: readonly object[]): object;
    cleanup(): void;
  }

  /** Emits `message` (Buffer, isBinary) and `conclude` (code, reason as Buffer). */
  export class Receiver extends Writable {
    constructor(options: {
      readonly isServer: boolean;
      readonly extensions: { readonly [name: string]: PerMessageDeflate };
      readonly maxPayload: number;
      readonly skipUTF8Validation: boolean;
    });
  }

  export const extension: {
    parse(header: string): { readonly [name: string]: readonly object[] };
  };
}

/** A Logger that keeps what it was told. */
import { messageOf } from "../../src/base/errors.ts";
import type { Logger } from "../../src/base/logger.ts";

export class KeptLogger implements Logger {
  readonly infos: string[] = [];
  /** As the default logger writes them: with the message of the cause. */
  readonly warnings: string[] = [];

  info(message: string): void {
    this.infos.push(message);
  }

  warn(message: string, cause?: unknown): void {
    this.warnings.push(cause === undefined ? message : `${message}: ${messageOf(cause)}`);
  }
}

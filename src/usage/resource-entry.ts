/**
 * What was recorded of a resource before, in this process or any other: what a later look at it goes
 * by. A UsageRecord is one, and so is a row of the ledger.
 */
import type { UsedItem } from "./items.ts";
import type { UsageRecord } from "./record.ts";

export interface ResourceEntry extends Pick<
  UsageRecord,
  | "id"
  | "entry"
  | "endpoint"
  | "operation"
  | "requestedModel"
  | "model"
  | "tokens"
  | "brand"
  | "campaign"
  | "user"
  | "keyFingerprint"
  | "startedAtMs"
  | "traceId"
  | "spanId"
> {
  readonly items: readonly UsedItem[];
}

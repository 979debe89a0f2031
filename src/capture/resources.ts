/**
 * What outlives the call that began it: work that is billed when its results were fetched, perhaps by
 * another process and days later, and storage that is paid for until its end.
 */
import type { Operation, ResourceFacts } from "../providers/operation.ts";
import type { UsageRecord } from "../usage/record.ts";

export interface Resources {
  /**
   * Told of each answer that speaks of a resource.
   *
   * @param record The call's own. For an operation that is not billed it went nowhere.
   */
  settled(record: UsageRecord, resource: ResourceFacts, operation: Operation): void;
}

/** The public door. */
import "./supported-node.ts";

export { ConfigError, SpendspanError } from "./base/errors.ts";
export type { ErrorCode } from "./base/errors.ts";
export type { Logger } from "./base/logger.ts";
export type { SpendspanOptions } from "./config/options.ts";
export { init, meterFetch } from "./init.ts";
export type { Spendspan } from "./init.ts";
export type { FlushOptions, FlushResult } from "./ledger/flush.ts";
export type { UserPrice } from "./pricing/user-price.ts";
export type { HttpRule } from "./providers/http-rule.ts";
export type { UsageStatsQuery } from "./stats/query.ts";
export type {
  APIUsageStats,
  DayUsage,
  PendingJobs,
  UsageByKey,
  UsageTotals,
} from "./stats/report.ts";
export { UsageSpanProcessor } from "./telemetry/span-processor.ts";
export { calculateCost, createTimer, getUsageStats, trackAPIUsage } from "./tracking.ts";
export type { Cost, CostQuery } from "./tracking.ts";
export type { APIProvider, APIStatus, APIUsage, APIUsageInsert } from "./usage/api-usage.ts";
export type { PriceStatus, UsageStatus } from "./usage/record.ts";
export { usageContext, withUsage } from "./usage/tags.ts";
export type { SerializedTags, Tags } from "./usage/tags.ts";

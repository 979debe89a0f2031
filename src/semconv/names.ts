/**
 * Names of attributes: those of the OpenTelemetry GenAI conventions as of v1.41, and our own.
 *
 * They are pinned here because the npm package offers no stable ones: since v1.42 `gen_ai.*` lives in a
 * repository of its own, still in development, and renames what dashboards read today.
 */

export const GEN_AI_OPERATION_NAME = "gen_ai.operation.name";
export const GEN_AI_PROVIDER_NAME = "gen_ai.provider.name";
export const GEN_AI_REQUEST_MODEL = "gen_ai.request.model";
export const GEN_AI_REQUEST_STREAM = "gen_ai.request.stream";
export const GEN_AI_RESPONSE_MODEL = "gen_ai.response.model";
export const GEN_AI_RESPONSE_ID = "gen_ai.response.id";
export const GEN_AI_RESPONSE_FINISH_REASONS = "gen_ai.response.finish_reasons";
/** Seconds. */
export const GEN_AI_RESPONSE_TIME_TO_FIRST_CHUNK = "gen_ai.response.time_to_first_chunk";
/** Cached tokens included. */
export const GEN_AI_USAGE_INPUT_TOKENS = "gen_ai.usage.input_tokens";
/** Thinking tokens included. */
export const GEN_AI_USAGE_OUTPUT_TOKENS = "gen_ai.usage.output_tokens";
export const GEN_AI_USAGE_CACHE_READ_INPUT_TOKENS = "gen_ai.usage.cache_read.input_tokens";
export const GEN_AI_USAGE_REASONING_OUTPUT_TOKENS = "gen_ai.usage.reasoning.output_tokens";
export const GEN_AI_TOKEN_TYPE = "gen_ai.token.type";

export const ERROR_TYPE = "error.type";
/** The value of `error.type` for a failure without a type. */
export const ERROR_TYPE_OTHER = "_OTHER";
/** 1 for a second try. */
export const HTTP_REQUEST_RESEND_COUNT = "http.request.resend_count";
export const HTTP_RESPONSE_STATUS_CODE = "http.response.status_code";
export const SERVER_ADDRESS = "server.address";
export const SERVER_PORT = "server.port";

export const SPENDSPAN_PROVIDER = "spendspan.provider";
export const SPENDSPAN_ENDPOINT = "spendspan.endpoint";
export const SPENDSPAN_BRAND = "spendspan.brand";
export const SPENDSPAN_CAMPAIGN = "spendspan.campaign";
export const SPENDSPAN_STATUS = "spendspan.status";
/** The nearest double, so that a backend can sum it; the ledger holds the exact decimal. */
export const SPENDSPAN_COST_USD = "spendspan.cost.usd";
export const SPENDSPAN_PRICE_STATUS = "spendspan.price.status";

/** The instrumentation scope of our spans and metrics. */
export const SCOPE_NAME = "spendspan";

/** Rate budgets: a rate that a fleet shares by leases, without a call per request. */
export {
  checkRateWish,
  rateLimits,
  rateTimings,
  refreshShare,
  releaseShare,
  type RateAnswer,
  type RateRequest,
  type RateShare,
  type RateTable,
} from "./rate-table.ts";
export { policedLimitMilli } from "./rate-policy.ts";
export { advanceBucket, createBucket, grantBucket, takeFromBucket, waitMsOf, type Bucket } from "./bucket.ts";
export { wantedMilli, type Demand } from "./demand.ts";

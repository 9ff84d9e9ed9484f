/** Conformance suites for the ports of the store: an adapter's test file runs them all. */
export { barrierCases, testBarrierStore } from "./barrier-suite.ts";
export { caseNamed, type ConformanceCase } from "./conformance-case.ts";
export { assertBalanced } from "./budget-balance.ts";
export { allocate, make } from "./budget-requests.ts";
export { budgetCases, testBudgetStore } from "./budget-suite.ts";
export { busCases, onlyTheLatestTokenAcknowledges, publishedOnce, testBusStore } from "./bus-suite.ts";
export { contextCases, testContextStore } from "./context-suite.ts";
export { deadlineIsKept, directiveCases, latestRunCounts, testDirectiveStore } from "./directive-suite.ts";
export { electionCases, testElectionStore } from "./election-suite.ts";
export { ledgerCases, staleFenceIsRefused, testLedger } from "./ledger-suite.ts";
export { lockCases, testLockStore, unheldLockSavesNothing } from "./lock-suite.ts";
export { poolCases, poolRoundIsNotGivenAway, testPoolStore } from "./pool-suite.ts";
export { testMutants } from "./mutants.ts";
export { rateCases, testRateStore } from "./rate-suite.ts";
export { latestOfAllIsOpen, reopeningCases } from "./reoffer-cases.ts";
export { beatGoesWithVersion, everyTicketHasOneHolder } from "./registry-places.ts";
export { registryCases, testRegistry } from "./registry-suite.ts";
export { onlyTheDriverAppends, sessionCases, testSessionStore } from "./session-suite.ts";
export { globalStateCases, goalStoreCases, storeHealthCases, testSharedState } from "./shared-state-suites.ts";
export { heldRunIsNotGivenAway, scheduleCases, testScheduleStore } from "./schedule-suite.ts";
export {
  beatOf,
  offerOf,
  proposalOf,
  shortMembership,
  type StorePorts,
  type StoreUnderTest,
} from "./store-under-test.ts";
export { handoffCases, onlyWhatIsAcceptedIsTransferred, testHandoffs } from "./handoff-suite.ts";
export { taskCases, testTaskStore, onlyTheHolderCompletes } from "./task-suite.ts";
export { enoughReports, renewalVoids, testSuccessionStore } from "./succession-suite.ts";
export { onlyTheLeaderGivesRoles, testRoleStore } from "./role-suite.ts";
export { enoughVotesBury, refutationVoids, silenceStandsFirst, testSuspicionStore } from "./suspicion-suite.ts";
export { majorityEvicts, oneVoteAVoter, testVoteStore, voteCases } from "./vote-suite.ts";
export { waitFor } from "./wait-for.ts";

/** Breaks one Lua command at a time on purpose: the conformance suites must notice. */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  beatGoesWithVersion,
  budgetCases,
  barrierCases,
  caseNamed,
  contextCases,
  electionCases,
  enoughReports,
  everyTicketHasOneHolder,
  heldRunIsNotGivenAway,
  ledgerCases,
  lockCases,
  poolCases,
  poolRoundIsNotGivenAway,
  onlyTheDriverAppends,
  onlyTheHolderCompletes,
  onlyWhatIsAcceptedIsTransferred,
  rateCases,
  registryCases,
  renewalVoids,
  scheduleCases,
  staleFenceIsRefused,
  unheldLockSavesNothing,
  majorityEvicts,
  oneVoteAVoter,
  voteCases,
  type ConformanceCase,
  type StoreUnderTest,
} from "@entrain/testkit/conformance";
import { openStoreLab } from "@entrain/testkit/store-lab";
import { assembleRedisStore } from "./redis-store.ts";
import { assembleScript, loadScripts, readLua, type ScriptName } from "./scripts.ts";

interface Mutant {
  readonly name: ScriptName;
  readonly what: string;
  readonly text: string;
  readonly instead: string;
  readonly caughtBy: ConformanceCase<StoreUnderTest>;
}

const mutants: readonly Mutant[] = [
  {
    name: "register",
    what: "gives one ticket to two",
    text: "ticket = tickets[dealt]",
    instead: "ticket = tickets[1]",
    caughtBy: caseNamed(registryCases, everyTicketHasOneHolder),
  },
  {
    name: "heartbeat",
    what: "does not take the count of beats over",
    text: "countStands(ARGV[6],",
    instead: "countStands(0,",
    caughtBy: caseNamed(registryCases, beatGoesWithVersion),
  },
  {
    name: "claim-round",
    what: "gives a round away that another holds",
    text: "if isLive(holder) and (",
    instead: "if false and (",
    caughtBy: caseNamed(poolCases, poolRoundIsNotGivenAway),
  },
  {
    name: "claim-round",
    what: "makes two calls for one beat",
    text: "if beat and last and",
    instead: "if false and",
    caughtBy: caseNamed(poolCases, poolRoundIsNotGivenAway),
  },
  {
    name: "settle-round",
    what: "does not look at the token",
    text: " or holder.term ~= tonumber(ARGV[6])",
    instead: " or false",
    caughtBy: caseNamed(
      poolCases,
      "a holder whose lease is over is succeeded with the same items and key under a higher token, and settles nothing",
    ),
  },
  {
    name: "append-session",
    what: "does not look at the token",
    text: "if not isHeldBy(taskOf(ARGV[6]), ARGV[7]) or",
    instead: "if",
    caughtBy: onlyTheDriverAppends,
  },
  {
    name: "complete-task",
    what: "does not look at the token",
    text: "if not isHeldBy(task, ARGV[5]) then",
    instead: "if not task or task.state ~= 'running' then",
    caughtBy: onlyTheHolderCompletes,
  },
  {
    name: "transfer-task",
    what: "does not look at the number of the offer",
    text: "handoff.number == ARGV[6] and ",
    instead: "",
    caughtBy: onlyWhatIsAcceptedIsTransferred,
  },
  {
    name: "transfer-task",
    what: "transfers what nobody has accepted",
    text: "handoff.state ~= 'accepted' or ",
    instead: "",
    caughtBy: onlyWhatIsAcceptedIsTransferred,
  },
  {
    name: "claim-run",
    what: "gives a run away that another holds",
    text: "if isLive(holder) then",
    instead: "if false then",
    caughtBy: caseNamed(scheduleCases, heldRunIsNotGivenAway),
  },
  {
    name: "settle-run",
    what: "does not look at the token",
    text: " or holder.term ~= tonumber(ARGV[5])",
    instead: " or false",
    caughtBy: caseNamed(
      scheduleCases,
      "random claims, misses, ends and redefinitions are answered as the pure rules answer them",
    ),
  },
  {
    name: "claim-slot",
    what: "lets an agent run twice in a period",
    text: "latest >= period",
    instead: "false",
    caughtBy: caseNamed(
      scheduleCases,
      "an agent takes its own run of a period once, also from another process, and its line is written",
    ),
  },
  {
    name: "commit-decision",
    what: "does not look at the fence",
    text: "if ARGV[9] and not isFencedBy(",
    instead: "if false and not isFencedBy(",
    caughtBy: caseNamed(ledgerCases, staleFenceIsRefused),
  },
  {
    name: "commit-decision",
    what: "overwrites the decision that stands",
    text: "if standing then",
    instead: "if false then",
    caughtBy: caseNamed(ledgerCases, "of fifty committers at once one stands and all get its decision (D1)"),
  },
  {
    name: "commit-context",
    what: "does not look at the base",
    text: "if tonumber(ARGV[3]) ~= present then",
    instead: "if false then",
    caughtBy: caseNamed(
      contextCases,
      "of twenty changes of one base at once one is made and nineteen are told the present version (C2)",
    ),
  },
  {
    name: "commit-context",
    what: "carries a request out again",
    text: "  if made then",
    instead: "  if false then",
    caughtBy: caseNamed(
      contextCases,
      "a request id makes one version, however often it is sent, and is refused for another change",
    ),
  },
  {
    name: "allocate-budget",
    what: "does not look at what is left",
    text: "refusal = shortage(budget, amounts, preempted)",
    instead: "refusal = nil",
    caughtBy: caseNamed(
      budgetCases,
      "of fifty allocations of a tenth at once ten are granted, and forty are told what is left (B1)",
    ),
  },
  {
    name: "allocate-budget",
    what: "carries a request out again",
    text: "if answer then",
    instead: "if false then",
    caughtBy: caseNamed(
      budgetCases,
      "a request is granted once, however often it is sent, and is refused for another amount (B3)",
    ),
  },
  {
    name: "release-allocation",
    what: "releases what has ended",
    text: "if holding.endedAtMs then",
    instead: "if false then",
    caughtBy: caseNamed(
      budgetCases,
      "at a lease's end memory comes back and credits are presumed spent; who vanished cannot release them (B2, B3)",
    ),
  },
  {
    name: "campaign",
    what: "grants what another holds",
    text: "if isLive(leader) then",
    instead: "if false then",
    caughtBy: caseNamed(electionCases, "of fifty candidates at once one is granted and the others are told who (L1)"),
  },
  {
    name: "campaign",
    what: "takes the clock for the term",
    text: "local term = math.max(",
    instead: "local term = math.min(",
    caughtBy: caseNamed(electionCases, "terms only grow, and above the highest that the candidate has seen (L2)"),
  },
  {
    name: "renew",
    what: "renews whoever asks",
    text: "(equal and isLive(leader))",
    instead: "isLive(leader)",
    caughtBy: caseNamed(electionCases, "only an equal leadership is renewed (L3)"),
  },
  {
    name: "renew",
    what: "brings an ended lease back",
    text: "(equal and isLive(leader))",
    instead: "equal",
    caughtBy: caseNamed(
      electionCases,
      "a renewal never creates a record: not after a release, not after the lease's end (L3)",
    ),
  },
  {
    name: "save-fenced",
    what: "does not look at the fence",
    text: "if not isFencedBy(",
    instead: "if false and not isFencedBy(",
    caughtBy: caseNamed(lockCases, unheldLockSavesNothing),
  },
  {
    name: "arrive",
    what: "lets anybody through",
    text: "others + 1 < parties",
    instead: "false",
    caughtBy: caseNamed(barrierCases, "it opens for all when as many wait as it takes, and not before, with one token"),
  },
  {
    name: "register",
    what: "lets a lower incarnation in",
    text: "return fail('superseded'",
    instead: "fail('superseded'",
    caughtBy: caseNamed(registryCases, "the higher incarnation takes over and the lower one is told (M3)"),
  },
  {
    name: "cast-vote",
    what: "takes a second vote of a voter",
    text: "if stands then",
    instead: "if false then",
    caughtBy: caseNamed(voteCases, oneVoteAVoter),
  },
  {
    name: "evict-voter",
    what: "evicts on one vote",
    text: "#voters < needed",
    instead: "#voters < 1",
    caughtBy: caseNamed(voteCases, majorityEvicts),
  },
  {
    name: "next-round",
    what: "closes a round over a vote that came in",
    text: "redis.call('HLEN', votesKey(id)) ~= tonumber(ARGV[6])",
    instead: "false",
    caughtBy: caseNamed(voteCases, "a round is not closed over a vote that came in meanwhile, and not beyond the last"),
  },
  {
    name: "succeed-leader",
    what: "takes any report for enough",
    text: "reports < needed",
    instead: "false",
    caughtBy: enoughReports,
  },
  {
    name: "succeed-leader",
    what: "counts reports from before a renewal",
    text: "reported == lease",
    instead: "true",
    caughtBy: renewalVoids,
  },
  {
    name: "renew-rate",
    what: "gives a share that shrank away before its holder knows",
    text: "tonumber(ARGV[3]), tonumber(ARGV[4])",
    instead: "tonumber(ARGV[3]), 0",
    caughtBy: caseNamed(
      rateCases,
      "a share that shrinks is given to another only when its holder has shown that it knows",
    ),
  },
];

for (const { name, what, text, instead, caughtBy } of mutants)
  test(`the suite catches a ${name} that ${what}`, async () => {
    const intact = readLua(name);
    const broken = intact.replace(text, instead);
    assert.notEqual(broken, intact, "the text to be broken is not there any more");
    const scripts = { ...loadScripts(), [name]: assembleScript(name, broken) };
    await using lab = await openStoreLab((options) => assembleRedisStore(options, scripts));
    await assert.rejects(caughtBy.run(lab.swarm()), { name: "AssertionError" });
  });

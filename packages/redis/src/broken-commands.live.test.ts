/** Breaks the commands of what the swarm shares and does, one at a time: the conformance suites must notice. */
import {
  beatGoesWithVersion,
  budgetCases,
  caseNamed,
  contextCases,
  deadlineIsKept,
  directiveCases,
  heldRunIsNotGivenAway,
  latestRunCounts,
  ledgerCases,
  onlyTheDriverAppends,
  onlyTheLatestTokenAcknowledges,
  publishedOnce,
  onlyTheHolderCompletes,
  onlyWhatIsAcceptedIsTransferred,
  poolCases,
  poolRoundIsNotGivenAway,
  rateCases,
  registryCases,
  scheduleCases,
  staleFenceIsRefused,
  testMutants,
} from "@entrain/testkit/conformance";
import { openStoreLab } from "@entrain/testkit/store-lab";
import { assembleRedisStore } from "./redis-store.ts";
import { assembleScript, loadScripts, readLua, type ScriptName } from "./scripts.ts";

const open = (name: ScriptName, text: string) => {
  const scripts = { ...loadScripts(), [name]: assembleScript(name, text) };
  return openStoreLab((options) => assembleRedisStore(options, scripts));
};

testMutants<ScriptName>(
  [
    {
      name: "heartbeat",
      what: "does not take the count of beats over",
      text: "countStands(ARGV[6],",
      instead: "countStands(0,",
      caughtBy: caseNamed(registryCases, beatGoesWithVersion),
    },
    {
      name: "begin-directive",
      what: "lets an old order be carried out",
      text: "if leftMs <= 0 then",
      instead: "if false then",
      caughtBy: caseNamed(directiveCases, deadlineIsKept),
    },
    {
      name: "report-directive",
      what: "takes an outcome from a run that was succeeded",
      text: "if target.run ~= ARGV[7] then",
      instead: "if false then",
      caughtBy: caseNamed(directiveCases, latestRunCounts),
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
      name: "acknowledge-message",
      what: "does not look at the token",
      text: "if not isHeldBy(group, ARGV[5], ARGV[4], ARGV[6]) then",
      instead: "if not entryOf(group, ARGV[5]) then",
      caughtBy: onlyTheLatestTokenAcknowledges,
    },
    {
      name: "publish-message",
      what: "publishes again what it has published",
      text: "if untilMs and untilMs > nowMs then",
      instead: "if false then",
      caughtBy: publishedOnce,
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
      text: "if ARGV[11] and not isFencedBy(",
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
      text: "refusal = shortage(budget, amounts, who, preempted)",
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
      name: "renew-rate",
      what: "gives a share that shrank away before its holder knows",
      text: "tonumber(ARGV[3]), tonumber(ARGV[4])",
      instead: "tonumber(ARGV[3]), 0",
      caughtBy: caseNamed(
        rateCases,
        "a share that shrinks is given to another only when its holder has shown that it knows",
      ),
    },
  ],
  { read: readLua, open },
);

/** Breaks the commands of members, leaders, locks and votes, one at a time: the conformance suites must notice. */
import {
  barrierCases,
  caseNamed,
  electionCases,
  enoughReports,
  enoughVotesBury,
  everyTicketHasOneHolder,
  lockCases,
  majorityEvicts,
  oneVoteAVoter,
  refutationVoids,
  silenceStandsFirst,
  registryCases,
  renewalVoids,
  unheldLockSavesNothing,
  voteCases,
  testMutants,
} from "@entrain/testkit/conformance";
import { openStoreLab } from "@entrain/testkit/store-lab";
import { assembleRedisStore } from "./redis-store.ts";
import { readLua, scriptsWith, type ScriptName } from "./scripts.ts";

testMutants<ScriptName>(
  [
    {
      name: "register",
      what: "gives one ticket to two",
      text: "ticket = tickets[dealt]",
      instead: "ticket = tickets[1]",
      caughtBy: caseNamed(registryCases, everyTicketHasOneHolder),
    },
    {
      name: "report-members",
      what: "counts a process's vote each time that it is cast",
      text: "voter ~= reporter and ",
      instead: "",
      caughtBy: enoughVotesBury,
    },
    {
      name: "report-members",
      what: "counts votes on silence at once",
      text: " and math.abs(nowMs - tonumber(votes[2])) >= standsMs",
      instead: "",
      caughtBy: silenceStandsFirst,
    },
    {
      name: "report-members",
      what: "does not look at the refutations",
      text: " or (member.refutations or 0) ~= refutations",
      instead: "",
      caughtBy: refutationVoids,
    },
    {
      name: "refute-suspicion",
      what: "leaves the number of refutations as it is",
      text: "member.refutations, member.isSuspect = refutations, false",
      instead: "member.refutations, member.isSuspect = 0, false",
      caughtBy: refutationVoids,
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
      caughtBy: caseNamed(
        barrierCases,
        "it opens for all when as many wait as it takes, and not before, with one token",
      ),
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
      caughtBy: caseNamed(
        voteCases,
        "a round is not closed over a vote that came in meanwhile, and not beyond the last",
      ),
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
  ],
  {
    read: readLua,
    open: (name, text) => openStoreLab((options) => assembleRedisStore(options, scriptsWith(name, text))),
  },
);

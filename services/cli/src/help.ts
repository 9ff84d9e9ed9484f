/** What `--help` says. */

const general = `entrain COMMAND [flags]

  entrain up          run a swarm in the foreground, with an account of it
  entrain status      a running swarm at a glance
  entrain goal        the goal of a running swarm, or another one for it
  entrain replay      give recorded telemetry to a running swarm
  entrain decisions   the newest decisions of a running swarm, and their audit by replay
  entrain budget      the budgets of a running swarm, and the audit of their books
  entrain voters      whose votes count in a running swarm, and how to end those of the dead
  entrain session     sessions of a running swarm: run one from a file, look at them, cancel them
  entrain certs       certificates for development
  entrain acl         users of the store, one a role
  entrain sim         a whole swarm in virtual time, with faults

entrain COMMAND --help tells a command's flags; entrain --version tells the version.
A console that asks for a token gets that of ENTRAIN_TOKEN or of the file ENTRAIN_TOKEN_FILE.
`;

const up = `entrain up [flags]        (npm start -- [flags])

Runs a swarm: agents, a decision loop, a coordinator, a console, and a private Redis unless REDIS_URL names one.

  --agents N            how many agents (default 5; a process each up to 50, packed above), or a scale: tiny to huge
  --period DURATION     the rhythm's period, such as 200ms or 1s (default 1s, or the named goal's)
  --goal GOAL           sync, spread, cluster, coherence, or a named goal such as distribute-load (default sync)
  --port PORT           the console's port on 127.0.0.1 (default 8080; 0: any free one)
  --for DURATION        stop that long after readiness; exit code 0 only if the goal held
  --json                one JSON object per line on stdout, the last one the summary; all other talk on stderr
  --restart             start killed agents again; without it they stay dead
  --replay FILE         feed the agents with recorded telemetry
  --replay-speed X      how many times faster than recorded (default 1; 0: without waiting)

Exit codes: 0 done, or Ctrl-C; 1 the goal did not hold; 2 wrong command line; 69 Redis unreachable at start;
78 wrong environment, file or certificate.
`;

const status = `entrain status [flags]

  --url URL     the console (default http://127.0.0.1:8080)
  --json        one JSON object instead of text
`;

const goal = `entrain goal [GOAL] [flags]

Tells the goal of a running swarm; with GOAL, sets another one for the whole swarm, from a beat on that all know in
advance. GOAL is sync, spread, cluster, coherence, or a named goal such as distribute-load.

  --period DURATION     the rhythm's period (default: the present one, or the named goal's)
  --groups N            cluster: how many groups (default 2)
  --coherence R         coherence: what to hold, 0 to 1 (default 0.5)
  --untrusted           pursue the goal against liars
  --strategies A,B      strategies, best first (default: those of the goal)
  --url URL             the console (default http://127.0.0.1:8080)
  --json                one JSON object instead of text

Exit codes: 0 done; 1 the console does not answer, or Redis is away; 2 wrong command line, or an impossible goal.
`;

const decisions = `entrain decisions [list|audit] [flags]

Lists the newest decisions of a running swarm, or puts them to their own policies again and holds the result against them.

  --url URL     the console (default http://127.0.0.1:8080)
  --limit N     how many, newest first (default 20, at most 1000; audit: 1000, at most 10000)
  --json        one JSON object per line instead of text

Exit codes: 0 done, no fault found; 1 the audit found a fault, or the console does not answer.
`;

const budget = `entrain budget [list|audit] [flags]

Lists the budgets of a running swarm, or replays every logged change of them and holds the result against the balance.

  --url URL     the console (default http://127.0.0.1:8080)
  --json        JSON objects instead of text

Exit codes: 0 done, the books are right; 1 the audit found a fault, or the console does not answer.
`;

const voters = `entrain voters [list|remove NAME|remove --dead] [flags]

Lists whose votes count in a running swarm and how many are a quorum; or takes the vote of a dead voter away, or of all of
them. Dead voters count until a majority of all has voted them out: where no majority lives, this is the way on.

  --url URL     the console (default http://127.0.0.1:8080)
  --json        one JSON object instead of text

Exit codes: 0 done; 1 it is no voter, or lives, or the console does not answer; 2 wrong command line.
`;

const session = `entrain session [list|run FILE|show ID|cancel ID] [flags]

Lists the sessions of a running swarm; makes one as a YAML or JSON file says and follows it to its end; shows one with its
steps; or cancels one.

  --input JSON     run: what the session is given, in place of the file's input
  --detach         run: do not wait for the end
  --limit N        list: how many, newest first (default 20, at most 1000)
  --url URL        the console (default http://127.0.0.1:8080)
  --json           JSON objects instead of text

Exit codes: 0 done; 1 the session did not converge, or the console does not answer; 2 wrong command line or file.
`;

const sim = `entrain sim [flags]

Simulates a swarm in virtual time with the same core as the real one. One seed gives one run, to the byte.

  --agents N              how many agents (default 50, at most 5000), or a scale: tiny, small, medium, large, huge
  --goal GOAL             sync, spread, cluster, coherence, or a named goal such as distribute-load (default sync)
  --period DURATION       the rhythm's period (default 200ms, or the named goal's)
  --groups N              cluster: how many groups (default 2)
  --coherence R           coherence: what to hold, 0 to 1 (default 0.5)
  --untrusted             pursue the goal against liars
  --strategies A,B        strategies, best first (default: those of the goal)
  --for DURATION          simulated time (default 10s)
  --profile NETWORK       lan, dc or wan (default dc)
  --loss SHARE            share of frames that are lost (default 0.01)
  --drift PPM             clocks are up to so much fast or slow (default 100)
  --crash SHARE@WHEN      crash a share of the agents, such as 0.3@6s
  --join N@WHEN           agents that join, such as 5@4s
  --partition FROM-TO     cut the swarm in half for a while, such as 4s-8s
  --liars SHARE:ATTACK    random, stubborn, drag, pull, split or stealth, such as 0.2:split
  --seed TEXT             another run (default entrain)
  --out FOLDER            write coherence, phases and gaps there, each as .svg and .png
  --json                  one JSON object instead of a table

Exit codes: 0 the goal held at the end; 1 it did not; 2 wrong command line.
`;

const acl = `entrain acl FOLDER [flags]

Writes ACL rules for Redis with one user for each role (entrain-agent, entrain-decision-loop, entrain-coordinator,
entrain-console), each with the least commands, keys and channels that it needs: FOLDER/redis/users.acl, for Redis's
--aclfile. The password of each is in FOLDER/ROLE/redis-password (for ENTRAIN_REDIS_PASSWORD_FILE); the rules know its digest
alone. Run again, it keeps the passwords.

  --swarm NAME       the swarm whose keys they reach (default default)
  --renew            make all passwords anew

Exit codes: 0 done; 2 wrong command line; 78 the folder cannot be used.
`;

const certs = `entrain certs FOLDER [flags]

Writes certificates for development: an authority of your own in FOLDER/authority, and a folder each with tls.crt, tls.key
and ca.crt (what ENTRAIN_TLS_DIR names) for decision-loop, coordinator, console, operator, and agents. Run again, it keeps
the authority, and what is still valid for a third of its life.

  --swarm NAME       the swarm that they are for (default default)
  --agents A,B       a certificate for each of these agents, in FOLDER/agent-NAME; A* speaks for all whose name begins so
                     (default *, in FOLDER/agent: one certificate for every agent)
  --hosts H,I        host names and addresses to name besides localhost, for tools that look at them
  --days N           how long they are valid (default 90, at most 365)
  --renew            sign all anew, also what is still valid

Exit codes: 0 done; 2 wrong command line; 78 the folder or the authority in it cannot be used.
`;

const replay = `entrain replay FILE [flags]

Gives recorded telemetry (CSV with a header, or NDJSON) to every agent of a running swarm, at its recorded pace.

  --url URL     the console (default http://127.0.0.1:8080)
  --speed X     how many times faster than recorded (default 1; 0: without waiting)
  --json        one JSON object per reading instead of a tally

Exit codes: 0 done; 1 agents acted differently on a reading, or the console does not answer; 78 the file is wrong.
`;

/** The text for a command; undefined: for `entrain` itself. */
export function helpText(
  command:
    | "up"
    | "status"
    | "goal"
    | "replay"
    | "decisions"
    | "budget"
    | "voters"
    | "session"
    | "certs"
    | "acl"
    | "sim"
    | undefined,
): string {
  return command === undefined
    ? general
    : { up, status, goal, replay, decisions, budget, voters, session, certs, acl, sim }[command];
}

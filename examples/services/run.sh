#!/bin/sh
# The services by hand: a decision loop, two processes with agents and the console, configured by environment variables alone
# (docs/configuration.md), against a Redis that is already there.
#
#   npm run example:services                                  Redis at redis://127.0.0.1:6379
#   REDIS_URL=redis://host:6379 npm run example:services      or there
#   DECISION_PORT=50071 CONSOLE_PORT=8090 npm run …           where the default ports are taken
#
# It shows what the console sees and lets every agent decide about one reading; then it stops everything. To keep a swarm,
# paste the `export` lines and one `service` command each into terminals of their own.
set -eu
cd "$(dirname "$0")/../.."
decision_port=${DECISION_PORT:-50071}
console_port=${CONSOLE_PORT:-8090}

export ENTRAIN_REDIS_URL="${REDIS_URL:-redis://127.0.0.1:6379}"
export ENTRAIN_SWARM="${SWARM:-by-hand}"
export ENTRAIN_REQUIRE_STORE=true # without Redis they end with exit code 69, instead of starting degraded
export ENTRAIN_PERIOD=500ms
export ENTRAIN_TELEMETRY=none
export ENTRAIN_LOG_LEVEL=error

pids=""
stop() {
  trap - EXIT INT TERM
  # SIGTERM: a service finishes its work, leaves the swarm and ends.
  # shellcheck disable=SC2086
  [ -z "$pids" ] || kill $pids 2>/dev/null || true
  wait
}
trap stop EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

service() { # name, then variables of this process alone
  name=$1
  shift
  env "$@" node scripts/bootstrap.mjs "services/$name/src/main.ts" &
  pids="$pids $!"
}

ask() { # path, then a body to be posted
  node -e '
    const [url, body] = process.argv.slice(1);
    const options = body === undefined ? {} : { method: "POST", headers: { "content-type": "application/json" }, body };
    fetch(url, options).then(async (answer) => {
      console.log(JSON.stringify(await answer.json(), null, 2));
      process.exitCode = answer.ok ? 0 : 1;
    }, (error) => { console.error(String(error.cause ?? error)); process.exitCode = 1; });
  ' "http://127.0.0.1:$console_port$1" ${2+"$2"}
}

until_seen() { # path, text, seconds
  tries=$(($3 * 2))
  while ! ask "$1" 2>/dev/null | grep -q "$2"; do
    tries=$((tries - 1))
    if [ "$tries" -le 0 ]; then
      echo "waited $3 s in vain for $2 in $1" >&2
      exit 1
    fi
    sleep 0.5
  done
}

node scripts/bootstrap.mjs # sets up what is missing
service decision-loop ENTRAIN_GRPC_PORT="$decision_port"
service agent ENTRAIN_AGENT_ID=solo ENTRAIN_DECISION_LOOP="127.0.0.1:$decision_port"
service agent ENTRAIN_AGENT_ID=trio ENTRAIN_AGENTS_PER_PROCESS=3 ENTRAIN_DECISION_LOOP="127.0.0.1:$decision_port"
service console ENTRAIN_HTTP_PORT="$console_port"

until_seen /api/v1/swarm '"agents": 4' 60
until_seen /api/v1/leader '"agentId": "' 60
echo "== the swarm"
ask /api/v1/swarm
echo "== one reading, decided by every agent"
ask /api/v1/telemetry '{"telemetry":{"temperature":85,"subject":"rack-7"}}'

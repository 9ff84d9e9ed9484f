import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { test, type TestContext } from "node:test";
import { voterLines, voters } from "./voters.ts";

const since = Date.UTC(2025, 10, 21);

/** A console with these voters, true: dead; one who lives by now is refused. Answers what the command writes. */
async function run(
  t: TestContext,
  record: Map<string, boolean>,
  argv: readonly string[],
  back: readonly string[] = [],
) {
  const server = createServer((request, response) => {
    const agentId = decodeURIComponent((request.url ?? "").split("/")[4] ?? "");
    const answer = (status: number, body: object): unknown => response.writeHead(status).end(JSON.stringify(body));
    if (request.method !== "DELETE") {
      const all = [...record].map(([name, dead]) => ({ agentId: name, since, dead }));
      return answer(200, { version: 7, quorum: Math.floor(record.size / 2) + 1, voters: all });
    }
    if (record.get(agentId) === false || back.includes(agentId)) return answer(409, { detail: `${agentId} is alive` });
    if (!record.delete(agentId)) return answer(404, { detail: `${agentId} is no voter` });
    return response.writeHead(204).end();
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => server.close());
  const { port } = server.address() as AddressInfo;
  let written = "";
  const stdout = { write: (text: string) => ((written += text), true) } as unknown as NodeJS.WriteStream;
  const world = { env: {}, version: "0", stdout, stderr: process.stderr };
  await voters([...argv, "--url", `http://127.0.0.1:${port}`], world);
  return written;
}

test("voters are listed with what is a quorum of them, and a swarm that can decide nothing is told how to go on", () => {
  const voter = (agentId: string, dead: boolean) => ({ agentId, since, dead });
  assert.deepEqual(
    voterLines({ version: 3, quorum: 2, voters: [voter("a", false), voter("b", false), voter("c", true)] }),
    [
      "3 voters, 2 alive, 1 dead; a quorum is 2",
      "",
      "voter  state  since",
      "a      alive  2025-11-21T00:00:00.000Z",
      "b      alive  2025-11-21T00:00:00.000Z",
      "c      dead   2025-11-21T00:00:00.000Z",
    ],
  );
  const wedged = voterLines({ version: 3, quorum: 2, voters: [voter("a", false), voter("c", true)] });
  assert.match(wedged[1]!, /^nothing can be decided: .* entrain voters remove --dead$/);
  assert.deepEqual(voterLines({ version: 0, quorum: 2, voters: [] }), ["no voter yet; a quorum is 2"]);
  assert.equal(voterLines({ version: 1, quorum: 2, voters: [voter("a", false)] })[1], "", "it waits for others");
});

test("remove --dead takes the votes of all dead voters away, and of nobody who lives by then", async (t) => {
  const record = new Map([
    ["a", false],
    ["b/1", true],
    ["c", true],
    ["d", true],
  ]);
  const written = await run(t, record, ["remove", "--dead"], ["c"]);
  assert.deepEqual([...record.keys()], ["a", "c"]);
  assert.match(
    written,
    /^b\/1 is no voter any more\nd is no voter any more\n2 voters, 1 alive, 1 dead; a quorum is 2\n/,
  );
});

test("one is removed by its name; who lives, or has no vote, is refused", async (t) => {
  const record = new Map([
    ["a", false],
    ["b", true],
  ]);
  await assert.rejects(run(t, record, ["remove", "a"]), { code: "conflict", message: "a is alive" });
  await assert.rejects(run(t, record, ["remove", "x"]), { code: "not-found", message: "x is no voter" });
  const { removed, ...rest } = JSON.parse(await run(t, record, ["remove", "b", "--json"])) as Record<string, unknown>;
  assert.deepEqual(removed, ["b"]);
  assert.deepEqual(rest, { kind: "voters", version: 7, quorum: 1, voters: [{ agentId: "a", since, dead: false }] });
});

test("a command line that says too much or too little is refused before anybody is asked", async (t) => {
  for (const argv of [["count"], ["list", "a"], ["list", "--dead"], ["remove"], ["remove", "a", "--dead"]])
    await assert.rejects(run(t, new Map([["a", true]]), argv), { code: "invalid-argument" }, argv.join(" "));
});

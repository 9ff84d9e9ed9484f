/** Certificates in files: read at once, read anew, and refused with the old ones kept. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { createAuthority, type IssuedCertificate } from "@entrain/certificates";
import type { RuntimeEvent } from "@entrain/ports";
import { eventually } from "./loopback-process.ts";
import { identityUri } from "./peer-identity.ts";
import { openTlsFiles, tlsFileNames } from "./tls-files.ts";

const authority = await createAuthority("test");
const uris = [identityUri({ swarmId: "test", role: "agent", agentId: "a-1" })];
const issue = (more: object = {}) => authority.issue({ name: "a-1", uris, ...more });

function createFolder(first: IssuedCertificate) {
  const folder = mkdtempSync(join(tmpdir(), "entrain-tls-"));
  const events: Extract<RuntimeEvent, { kind: "tls.loaded" }>[] = [];
  let look: (() => void) | undefined;
  const write = (texts: Partial<IssuedCertificate>): void => {
    for (const [kind, text] of Object.entries(texts))
      writeFileSync(join(folder, tlsFileNames[kind as keyof IssuedCertificate]), text);
  };
  write(first);
  return {
    folder,
    events,
    write,
    open: (more: { readonly agentIds?: readonly string[]; readonly swarmId?: string } = {}) =>
      openTlsFiles({
        folder,
        field: "ENTRAIN_TLS_DIR",
        swarmId: "test",
        role: "agent",
        agentIds: ["a-1"],
        everyMs: 1_000,
        timers: {
          after(_ms, run) {
            look = run;
            return () => (look = undefined);
          },
        },
        events(event) {
          if (event.kind === "tls.loaded") events.push(event);
        },
        ...more,
      }),
    /** The pause is over; resolves when the files were looked at. */
    async tick() {
      const run = look;
      look = undefined;
      run?.();
      await eventually("it has looked", () => look !== undefined);
    },
    [Symbol.dispose]: () => rmSync(folder, { recursive: true }),
  };
}

test("a new certificate is taken over and told to who listens, once", async () => {
  const [first, second] = await Promise.all([issue(), issue()]);
  using files = createFolder(first);
  const tls = files.open();
  let changes = 0;
  tls.onChange(() => (changes += 1));
  assert.deepEqual(tls.current(), first);
  await files.tick();
  assert.equal(changes, 0);
  files.write(second);
  await files.tick();
  await files.tick();
  assert.deepEqual(tls.current(), second);
  assert.equal(changes, 1);
  assert.deepEqual(
    files.events.map(({ outcome }) => outcome),
    ["loaded", "loaded"],
  );
});

test("half of a new certificate, none, and one that has ended are refused once, and the old one stays", async () => {
  const [first, second] = await Promise.all([issue(), issue()]);
  const ended = await issue({ notBefore: new Date(Date.now() - 2_000), notAfter: new Date(Date.now() - 1_000) });
  using files = createFolder(first);
  const tls = files.open();
  files.write({ cert: second.cert });
  await files.tick();
  await files.tick();
  files.write(ended);
  await files.tick();
  rmSync(join(files.folder, "ca.crt"));
  await files.tick();
  await files.tick();
  assert.deepEqual(tls.current(), first);
  assert.deepEqual(
    files.events.map(({ outcome }) => outcome),
    ["loaded", "refused", "refused", "refused"],
  );
  files.write(second);
  await files.tick();
  assert.deepEqual(tls.current(), second);
  tls.close();
});

test("the start is refused with one sentence that names the folder and what is wrong with it", async () => {
  const good = await issue();
  using files = createFolder(good);
  const sentence = (pattern: RegExp) => ({ code: "invalid-config", field: "ENTRAIN_TLS_DIR", message: pattern });
  assert.throws(() => files.open({ swarmId: "other" }), sentence(/for swarm "test", this process belongs to "other"/));
  assert.throws(() => files.open({ agentIds: ["a-2"] }), sentence(/the agent is "a-2"/));
  files.write({ key: (await issue()).key });
  assert.throws(() => files.open(), sentence(/must be those of one certificate/));
  files.write({ ...good, cert: "x".repeat(70_000) });
  assert.throws(() => files.open(), sentence(/tls\.crt is too long/));
  files.write(await issue({ uris: [identityUri({ swarmId: "test", role: "console" })] }));
  assert.throws(() => files.open(), sentence(/its role is console, this process is agent/));
  rmSync(join(files.folder, "tls.key"));
  assert.throws(() => files.open(), sentence(/^ENTRAIN_TLS_DIR is "[^"]+": tls\.key cannot be read/));
});

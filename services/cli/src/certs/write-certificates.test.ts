/** What `entrain certs` writes is what a service reads. */
import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { openTlsFiles, type ServiceRole } from "@entrain/rpc";
import { systemTimers } from "@entrain/runtime";
import { writeCertificates, type CertificatePlan } from "./write-certificates.ts";

async function inFolder(run: (plan: CertificatePlan) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "entrain-certs-"));
  try {
    await run({ folder, swarmId: "orders", agentIds: ["*", "a-1", "batch-*"], hosts: [], days: 90, renew: false });
  } finally {
    await rm(folder, { recursive: true });
  }
}

function reads(folder: string, role: ServiceRole, agentIds: readonly string[] = []): void {
  const base = { field: "ENTRAIN_TLS_DIR", swarmId: "orders", everyMs: 60_000, timers: systemTimers };
  openTlsFiles({ ...base, folder, role, agentIds, events: () => undefined }).close();
}

test("each folder is a certificate that its service takes, for its own role and agents alone", () =>
  inFolder(async (plan) => {
    await writeCertificates(plan);
    for (const role of ["decision-loop", "coordinator", "console", "operator"] as const)
      reads(join(plan.folder, role), role);
    reads(join(plan.folder, "agent"), "agent", ["anybody"]);
    reads(join(plan.folder, "agent-a-1"), "agent", ["a-1"]);
    reads(join(plan.folder, "agent-batch"), "agent", ["batch-1", "batch-2"]);
    assert.throws(() => reads(join(plan.folder, "agent-a-1"), "agent", ["a-2"]), { code: "invalid-config" });
    assert.throws(() => reads(join(plan.folder, "console"), "operator"), { code: "invalid-config" });
    const { mode } = await stat(join(plan.folder, "console", "tls.key"));
    assert.equal(mode & 0o077, 0);
  }));

test("run again it keeps what is good; renewed, it signs by the same authority; another swarm needs new ones", () =>
  inFolder(async (plan) => {
    const first = await writeCertificates(plan);
    const again = await writeCertificates(plan);
    assert.deepEqual([first.every(({ written }) => written), again.some(({ written }) => written)], [true, false]);
    const authority = await readFile(join(plan.folder, "authority", "ca.crt"), "utf8");
    assert.ok((await writeCertificates({ ...plan, renew: true })).every(({ written }) => written));
    assert.ok((await writeCertificates({ ...plan, swarmId: "billing" })).every(({ written }) => written));
    assert.equal(await readFile(join(plan.folder, "authority", "ca.crt"), "utf8"), authority);
  }));

test("names outside the grammar, a folder that cannot be used and a broken authority are refused", () =>
  inFolder(async (plan) => {
    await assert.rejects(writeCertificates({ ...plan, agentIds: ["no spaces"] }), { code: "invalid-argument" });
    await writeCertificates(plan);
    const folder = join(plan.folder, "console", "tls.crt");
    await assert.rejects(writeCertificates({ ...plan, folder }), { code: "invalid-config", field: "FOLDER" });
    await writeFile(join(plan.folder, "authority", "ca.key"), "no key");
    await assert.rejects(writeCertificates(plan), { code: "invalid-config", field: "ca.key" });
  }));

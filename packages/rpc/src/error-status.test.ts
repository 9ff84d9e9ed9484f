import assert from "node:assert/strict";
import { test } from "node:test";
import { Metadata, status as Status } from "@grpc/grpc-js";
import { EntrainError, type ErrorCode } from "@entrain/kernel";
import { errorOfStatus, statusOfError } from "./error-status.ts";

const codes: Readonly<Record<ErrorCode, Status>> = {
  "invalid-argument": Status.INVALID_ARGUMENT,
  "invalid-config": Status.FAILED_PRECONDITION,
  "not-found": Status.NOT_FOUND,
  "already-exists": Status.ALREADY_EXISTS,
  conflict: Status.ABORTED,
  compacted: Status.OUT_OF_RANGE,
  "stale-term": Status.FAILED_PRECONDITION,
  "stale-generation": Status.ABORTED,
  recovering: Status.UNAVAILABLE,
  superseded: Status.FAILED_PRECONDITION,
  "store-unavailable": Status.UNAVAILABLE,
  unavailable: Status.UNAVAILABLE,
  "deadline-exceeded": Status.DEADLINE_EXCEEDED,
  "resource-exhausted": Status.RESOURCE_EXHAUSTED,
  "permission-denied": Status.PERMISSION_DENIED,
  cancelled: Status.CANCELLED,
  internal: Status.INTERNAL,
};

test("every code survives the way over the wire with its sentence, field and remedy", () => {
  for (const [code, status] of Object.entries(codes) as [ErrorCode, Status][]) {
    const sent = new EntrainError(code, "what is wrong", { field: "größe", remedy: "choose 1 – 3" });
    const carried = statusOfError(sent);
    assert.equal(carried.code, status);
    const got = errorOfStatus(carried, "10.0.0.7:50051");
    assert.deepEqual(
      { code: got.code, message: got.message, field: got.field, remedy: got.remedy },
      { code, message: "10.0.0.7:50051: what is wrong", field: "größe", remedy: "choose 1 – 3" },
    );
  }
});

test("a status without our metadata is understood by itself", () => {
  const plain = (code: Status) => errorOfStatus({ code, details: "", metadata: new Metadata() }, "peer").code;
  assert.equal(plain(Status.UNAVAILABLE), "unavailable");
  assert.equal(plain(Status.UNIMPLEMENTED), "unavailable");
  assert.equal(plain(Status.UNAUTHENTICATED), "permission-denied");
  assert.equal(plain(Status.FAILED_PRECONDITION), "invalid-config");
  assert.equal(plain(Status.UNKNOWN), "internal");
  const strange = new Metadata();
  strange.set("entrain-code", "no-such-code");
  assert.equal(errorOfStatus({ code: Status.NOT_FOUND, details: "", metadata: strange }, "peer").code, "not-found");
});

test("what gRPC leaves empty at the end of its own words is not passed on", () => {
  const said = (details: string) =>
    errorOfStatus({ code: Status.UNAVAILABLE, details, metadata: new Metadata() }, "127.0.0.1:1").message;
  const refused = "No connection established. Last error: Error: connect ECONNREFUSED 127.0.0.1:1";
  assert.equal(said(`${refused}. Resolution note: `), `127.0.0.1:1: ${refused}`);
  assert.equal(said(`${refused}. Resolution note: one of two`), `127.0.0.1:1: ${refused}. Resolution note: one of two`);
});

test("a sentence that headers cannot carry is clipped and made well formed", () => {
  const { details, metadata } = statusOfError(EntrainError.invalid("field\ud800", "x".repeat(5_000), "shorten"));
  assert.ok(details.length <= 1_024);
  assert.doesNotThrow(() => encodeURI(details));
  assert.equal(metadata.get("entrain-field").length, 1);
});

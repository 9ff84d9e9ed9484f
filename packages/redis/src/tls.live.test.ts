/** TLS to Redis: the server's certificate is checked, and one of the client's own is shown where it asks for it. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { connect, createServer, type AddressInfo, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { createAuthority, type Authority, type IssuedCertificate } from "@entrain/certificates";
import { findFreePort } from "@entrain/redis-server";
import { offerOf } from "@entrain/testkit/conformance";
import { openStoreLab, realClock, realTimers, type StoreLab } from "@entrain/testkit/store-lab";
import { createRedisStore, type RedisStoreOptions } from "./index.ts";
import type { RedisStore } from "./redis-store.ts";

const stack = new AsyncDisposableStack();
let lab: StoreLab<RedisStore>;
let authority: Authority;
let client: IssuedCertificate;
let tlsPort: number;

before(async () => {
  const dir = mkdtempSync(join(tmpdir(), "entrain-tls-"));
  stack.defer(() => {
    rmSync(dir, { recursive: true, force: true });
  });
  authority = await createAuthority("redis test");
  const server = await authority.issue({ name: "redis", uris: [], addresses: ["127.0.0.1"] });
  client = await authority.issue({ name: "client", uris: [] });
  const file = (name: "ca" | "cert" | "key"): string => {
    const path = join(dir, name);
    writeFileSync(path, server[name]);
    return path;
  };
  tlsPort = await findFreePort();
  const config = {
    "tls-port": String(tlsPort),
    "tls-ca-cert-file": file("ca"),
    "tls-cert-file": file("cert"),
    "tls-key-file": file("key"),
  };
  lab = stack.use(await openStoreLab(createRedisStore, { config }));
});
after(() => stack.disposeAsync());

async function connected(redis: RedisStoreOptions["redis"], work?: (store: RedisStore) => Promise<unknown>) {
  const own = { swarmId: "tls", clock: realClock, timers: realTimers, openTimeoutMs: 1_000 };
  const store = createRedisStore({ redis, ...own });
  try {
    await store.connect();
    await work?.(store);
  } finally {
    await store.close();
  }
}

const at = (tls: object, host = "127.0.0.1") => ({ host, port: tlsPort, tls });

test("with both certificates the store serves over TLS", async () => {
  await connected(at(client), async (store) => {
    await store.registry.register([offerOf("a")]);
    assert.equal((await store.globalState.snapshot()).alive, 1);
  });
});

test("a server of an unknown authority or another name is not trusted, and a client without a certificate is told", async () => {
  const other = await createAuthority("somebody else");
  const stranger = {
    code: "invalid-config",
    message: /is not trusted \(self-signed.*: give the authority that signed it$/,
  };
  await assert.rejects(connected(at({ ...client, ca: other.pem.cert })), stranger);
  await assert.rejects(connected(at({ cert: client.cert, key: client.key })), stranger);
  await assert.rejects(connected(at(client, "localhost")), {
    code: "invalid-config",
    message: /is not trusted \(Host/,
  });
  await assert.rejects(connected(at({ ca: client.ca })), {
    code: "invalid-config",
    message: /asks for a client's certificate and none was given$/,
  });
});

test("a client without a certificate is told even where the server's alert is lost in a reset", async () => {
  // As a server does whose alert and reset overtake each other: the first connection ends in a reset.
  const inner: Socket[] = [];
  const relay = createServer((socket) => {
    inner.push(socket);
    if (inner.length === 1) return void socket.once("data", () => socket.resetAndDestroy());
    const onward = connect(tlsPort, "127.0.0.1");
    onward.on("error", () => socket.destroy());
    socket.on("error", () => onward.destroy());
    socket.pipe(onward).pipe(socket);
  });
  await once(relay.listen(0, "127.0.0.1"), "listening");
  try {
    const { port } = relay.address() as AddressInfo;
    await assert.rejects(connected({ host: "127.0.0.1", port, tls: { ca: client.ca } }), {
      code: "invalid-config",
      message: /asks for a client's certificate and none was given$/,
    });
  } finally {
    for (const socket of inner) socket.destroy();
    relay.close();
  }
});

test("TLS to a port in plain text, and plain text to one with TLS, end in bounded time", async () => {
  const away = { code: "store-unavailable", message: /^cannot reach Redis at/ };
  await assert.rejects(connected({ port: lab.redis.port, tls: { ca: client.ca } }), away);
  await assert.rejects(connected(`redis://127.0.0.1:${tlsPort}`), away);
});

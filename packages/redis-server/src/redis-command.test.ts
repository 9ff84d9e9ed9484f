import assert from "node:assert/strict";
import { createServer } from "node:net";
import type { AddressInfo, Socket } from "node:net";
import { test } from "node:test";
import { encode, infoField, parseReply, redisCommand } from "./redis-command.ts";

test("a command is encoded by its bytes, not its characters", () => {
  assert.equal(encode(["SET", "ü"]), "*2\r\n$3\r\nSET\r\n$2\r\nü\r\n");
});

test("a reply is read only when it is whole", () => {
  const whole = "$5\r\nhello\r\n";
  for (let cut = 0; cut < whole.length; cut++) assert.equal(parseReply(Buffer.from(whole.slice(0, cut))), undefined);
  assert.deepEqual(parseReply(Buffer.from(whole + "+x")), { kind: "value", text: "hello", bytes: whole.length });
  assert.deepEqual(parseReply(Buffer.from("$-1\r\n")), { kind: "value", text: "", bytes: 5 });
  assert.deepEqual(parseReply(Buffer.from(":42\r\n")), { kind: "value", text: "42", bytes: 5 });
  assert.deepEqual(parseReply(Buffer.from("-ERR no\r\n")), { kind: "error", text: "ERR no", bytes: 9 });
  assert.equal(parseReply(Buffer.from("*1\r\n"))?.kind, "error");
});

test("a line of INFO is found by its whole name", () => {
  const info = "# Clients\r\nmaxconnected_clients:9\r\nconnected_clients:1\r\n";
  assert.equal(infoField(info, "connected_clients"), "1");
  assert.equal(infoField(info, "clients"), undefined);
});

test("a password goes first, its refusal is the answer, and silence has an end", async () => {
  const sockets = new Set<Socket>();
  const replies = new Map([
    ["good", "+OK\r\n+PONG\r\n"],
    ["bad", "-WRONGPASS invalid\r\n-NOAUTH Authentication required.\r\n"],
    ["mute", ""],
  ]);
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => undefined);
    socket.on("data", (data) => {
      const password = /AUTH\r\n\$\d+\r\n(\w+)/.exec(data.toString())?.[1];
      const reply = replies.get(password ?? "");
      if (reply) socket.write(reply);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  try {
    assert.equal(await redisCommand({ port, password: "good" }, ["PING"]), "PONG");
    await assert.rejects(redisCommand({ port, password: "bad" }, ["PING"]), { message: /^WRONGPASS/ });
    await assert.rejects(redisCommand({ port, password: "mute" }, ["PING"], 30), { message: /no answer within 30 ms/ });
  } finally {
    for (const socket of sockets) socket.destroy();
    server.close();
  }
  await assert.rejects(redisCommand({ port }, ["PING"]), { code: "command-failed" });
});

import assert from "node:assert/strict";
import { test } from "node:test";
import { storeAddress } from "./store-address.ts";

test("without a password of its own the URL stands", () => {
  assert.equal(storeAddress({ redisUrl: "redis://u:p@h:1/2" }), "redis://u:p@h:1/2");
});

test("a password of its own replaces the URL's, whatever characters it has", () => {
  const url = new URL(storeAddress({ redisUrl: "redis://u:p@h:1", redisPassword: "a/b@c:d %" }));
  assert.equal(decodeURIComponent(url.password), "a/b@c:d %");
  assert.equal(url.username, "u");
  assert.equal(url.host, "h:1");
});

/** Writes k8s/overlays/dev/users.acl from the rules of the roles: `npm run users` in packages/redis. */
import { writeFileSync } from "node:fs";
import { storeRoles, storeUser } from "./store-users.ts";

const lines = storeRoles.map((role) => {
  const { name, rules } = storeUser(role, "entrain");
  // The password comes from the Secret when Redis starts.
  return `user ${name} on >%${role}% ${rules}\n`;
});
writeFileSync(new URL("../../../k8s/overlays/dev/users.acl", import.meta.url), lines.join(""));

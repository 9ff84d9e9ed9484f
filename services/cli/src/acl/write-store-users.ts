/**
 * The users of the store that `entrain acl` keeps: a password for each role, in a folder of its own, and the file of ACL
 * rules that Redis reads, in which a password is its SHA-256 alone. Order of effects: passwords first, so that no user
 * exists whose password was lost.
 */
import { createHash, randomBytes } from "node:crypto";
import { join } from "node:path";
import { storeRoles, storeUser, type StoreRole } from "@entrain/redis";
import { readIfThere, writeFiles } from "../whole-files.ts";

/** What there is to be. */
export interface StoreUsersPlan {
  readonly folder: string;
  readonly swarmId: string;
  /** True: also passwords that are there are made anew. */
  readonly renew: boolean;
}

const passwordFile = "redis-password";
const rulesFile = "users.acl";

/**
 * Makes it so; answers the place of the rules and of each password.
 * @throws EntrainError `invalid-argument` for the swarm's name, `invalid-config` for a folder that cannot be used
 */
export async function writeStoreUsers(
  plan: StoreUsersPlan,
): Promise<readonly { readonly place: string; readonly written: boolean }[]> {
  const users = storeRoles.map((role) => ({ role, ...storeUser(role, plan.swarmId) }));
  const reports: { place: string; written: boolean }[] = [];
  const lines: string[] = [];
  for (const { role, name, rules } of users) {
    const { password, written } = await keepPassword(plan, role);
    reports.push({ place: join(plan.folder, role, passwordFile), written });
    lines.push(`user ${name} on #${createHash("sha256").update(password).digest("hex")} ${rules}`);
  }
  await writeFiles(join(plan.folder, "redis"), { [rulesFile]: `${lines.join("\n")}\n` });
  return [...reports, { place: join(plan.folder, "redis", rulesFile), written: true }];
}

async function keepPassword(
  { folder, renew }: StoreUsersPlan,
  role: StoreRole,
): Promise<{ readonly password: string; readonly written: boolean }> {
  const place = join(folder, role);
  const present = renew ? undefined : (await readIfThere(join(place, passwordFile)))?.trim();
  if (present !== undefined && present !== "") return { password: present, written: false };
  const password = randomBytes(32).toString("hex");
  await writeFiles(place, { [passwordFile]: password });
  return { password, written: true };
}

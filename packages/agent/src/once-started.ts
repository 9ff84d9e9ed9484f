/**
 * Calls that need the store, before there is one: the store would say that it is away, or the call would wait for ever. So
 * they are refused until the start, in the words that say what is missing. What only registers something is not.
 */
import { EntrainError } from "@entrain/kernel";

/** The object, whose `asking` methods are rejected with `unavailable` while nothing has begun. */
export function onceStarted<Desk extends object>(
  desk: Desk,
  hasBegun: () => boolean,
  asking: readonly (keyof Desk & string)[],
): Desk {
  const names: ReadonlySet<PropertyKey> = new Set(asking);
  return new Proxy(desk, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name);
      if (typeof member !== "function") return member;
      return (...given: readonly unknown[]): unknown => {
        if (hasBegun() || !names.has(name)) return Reflect.apply(member, target, given) as unknown;
        return Promise.reject(
          new EntrainError(
            "unavailable",
            `${String(name)} needs the store, and the agent is not started: call start first`,
          ),
        );
      };
    },
  });
}

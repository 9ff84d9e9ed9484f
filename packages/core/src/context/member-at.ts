/** A look into what came from outside, whose form nobody vouches for. */

/** The member at a place, by the names on the way; undefined where there is none. Only own members count. */
export function memberAt(value: unknown, names: readonly string[]): unknown {
  return names.reduce<unknown>(
    (inner, name) =>
      typeof inner === "object" && inner !== null && Object.hasOwn(inner, name)
        ? (inner as Readonly<Record<string, unknown>>)[name]
        : undefined,
    value,
  );
}

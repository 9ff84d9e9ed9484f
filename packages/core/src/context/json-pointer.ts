/** JSON Pointer (RFC 6901): names a place in a document. */
import { EntrainError } from "@entrain/kernel";

/** The pointer to the member that `names` lead to; no names: the whole document. */
export function formatPointer(names: readonly (string | number)[]): string {
  return names.map((name) => `/${String(name).replaceAll("~", "~0").replaceAll("/", "~1")}`).join("");
}

/**
 * The names in a pointer.
 * @throws EntrainError `invalid-argument` that names `field` for a text that is no pointer.
 */
export function parsePointer(field: string, pointer: string): readonly string[] {
  if (pointer === "") return [];
  if (!pointer.startsWith("/") || /~(?![01])/.test(pointer))
    throw EntrainError.invalid(field, pointer, "write a JSON Pointer: /section/member, with ~0 for ~ and ~1 for /");
  return pointer
    .slice(1)
    .split("/")
    .map((name) => name.replaceAll("~1", "/").replaceAll("~0", "~"));
}

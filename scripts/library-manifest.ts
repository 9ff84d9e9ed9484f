/** The package.json of the published library, made of the workspaces' own: the source stays the one place for versions. */
import { oldestNode } from "../packages/agent/src/node-version.ts";

/** What is read of a workspace's package.json. */
export interface WorkspaceManifest {
  readonly name: string;
  readonly version: string;
  readonly description?: string;
  readonly license?: string;
  /** Subpath to source file. */
  readonly exports?: Readonly<Record<string, string>>;
  readonly dependencies?: Readonly<Record<string, string>>;
}

/** A package.json that npm publishes. */
export interface PublishedManifest {
  readonly name: string;
  readonly version: string;
  readonly dependencies: Readonly<Record<string, string>>;
  readonly [field: string]: unknown;
}

/** Entry names to source files, from the library's exports: `.` is `index`, `./testing` is `testing`. */
export function entriesOf({ exports = {} }: WorkspaceManifest): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(exports).map(([subpath, source]) => [entryName(subpath), source]));
}

function entryName(subpath: string): string {
  return subpath === "." ? "index" : subpath.slice("./".length);
}

/**
 * The manifest of `library`, whose bundle imports `packages` and inlines `inlined`.
 * @throws Error where a package is declared nowhere, or in two ranges.
 */
export function publishedManifest(
  library: WorkspaceManifest,
  inlined: readonly WorkspaceManifest[],
  packages: Iterable<string>,
): PublishedManifest {
  const dependencies = [...packages].sort().map((name) => [name, rangeOf(name, [library, ...inlined])] as const);
  const entries = Object.entries(library.exports ?? {}).map(([subpath]) => {
    const file = `./dist/${entryName(subpath)}`;
    return [subpath, { types: `${file}.d.ts`, default: `${file}.js` }] as const;
  });
  const { name, version, description, license } = library;
  return {
    name,
    version,
    description,
    license,
    type: "module",
    engines: { node: `>=${oldestNode}` },
    exports: { ...Object.fromEntries(entries), "./package.json": "./package.json" },
    files: ["dist"],
    sideEffects: false,
    dependencies: Object.fromEntries(dependencies),
  };
}

function rangeOf(name: string, manifests: readonly WorkspaceManifest[]): string {
  const ranges = new Set(manifests.flatMap(({ dependencies }) => dependencies?.[name] ?? []));
  const [range, another] = ranges;
  if (range === undefined) throw new Error(`the bundle imports ${name}, which no workspace in it declares`);
  if (another !== undefined) throw new Error(`${name} is declared as ${range} and as ${another}: choose one range`);
  return range;
}

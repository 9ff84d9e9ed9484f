/**
 * Bundles the library for npm's registry: for each entry one ES module and one rolled-up declaration file. The workspaces that
 * it imports are private, so they are inlined; third-party packages stay imports. See docs/adr/0004-packaging.md.
 */
import { createRequire, isBuiltin } from "node:module";
import path from "node:path";
import { rollup, type OutputChunk, type Plugin } from "rollup";
import { dts } from "rollup-plugin-dts";
import ts from "typescript";

/** What to bundle and where to put it. */
export interface BundleOptions {
  /** Entry names to source files. */
  readonly entries: Readonly<Record<string, string>>;
  readonly tsconfig: string;
  readonly outDirectory: string;
  /** Packages whose name begins so are inlined. */
  readonly inlinedScope: string;
}

/** What the bundle turned out to need. */
export interface Bundle {
  /** Third-party packages that it imports, as code or for its types. */
  readonly packages: ReadonlySet<string>;
  /** Every source file in it. */
  readonly sources: ReadonlySet<string>;
}

/** Writes `<entry>.js` and `<entry>.d.ts` for each entry. */
export async function bundleLibrary(options: BundleOptions): Promise<Bundle> {
  const { entries, tsconfig, outDirectory, inlinedScope } = options;
  const workspaces = resolveWorkspaces(inlinedScope);
  const code = await bundle(entries, outDirectory, [workspaces, leaveTypesOut], ".js");
  const types = await bundle(entries, outDirectory, [workspaces, dts({ tsconfig })], ".d.ts");
  const chunks = [...code, ...types];
  const imports = chunks.flatMap((chunk) => [...chunk.imports, ...chunk.dynamicImports]);
  const inBundle = new Set(chunks.map(({ fileName }) => fileName));
  return {
    packages: new Set(imports.filter((name) => !inBundle.has(name) && !isBuiltin(name)).map(packageOf)),
    sources: new Set(chunks.flatMap(({ moduleIds }) => moduleIds)),
  };
}

async function bundle(
  input: BundleOptions["entries"],
  dir: string,
  plugins: Plugin[],
  extension: string,
): Promise<OutputChunk[]> {
  const build = await rollup({
    input: { ...input },
    plugins,
    // No module of ours does anything by being imported, and what is imported for nothing is no dependency.
    treeshake: { moduleSideEffects: false },
    onwarn(warning) {
      throw new Error(`rollup: ${warning.message}`);
    },
  });
  try {
    const names = { entryFileNames: `[name]${extension}`, chunkFileNames: `[name]-[hash]${extension}` };
    const { output } = await build.write({ dir, format: "es", ...names });
    return output.filter((item) => item.type === "chunk");
  } finally {
    await build.close();
  }
}

/** Relative imports and those of inlined packages lead to source files; everything else stays an import. */
function resolveWorkspaces(inlinedScope: string): Plugin {
  return {
    name: "workspaces",
    resolveId(source, importer) {
      if (importer === undefined) return source;
      if (source.startsWith(".")) return path.resolve(path.dirname(importer), source);
      if (source.startsWith(inlinedScope)) return createRequire(importer).resolve(source);
      return { id: source, external: true };
    },
  };
}

/** Types go; what the oldest supported Node does not know, such as `using`, is rewritten. */
const leaveTypesOut: Plugin = {
  name: "leave-types-out",
  transform(code, fileName) {
    const compilerOptions: ts.CompilerOptions = {
      target: ts.ScriptTarget.ES2023,
      module: ts.ModuleKind.ESNext,
      verbatimModuleSyntax: true,
    };
    return { code: ts.transpileModule(code, { fileName, compilerOptions }).outputText, map: null };
  },
};

/** `name` or `@scope/name` of whatever path into a package is imported. */
function packageOf(specifier: string): string {
  return specifier
    .split("/")
    .slice(0, specifier.startsWith("@") ? 2 : 1)
    .join("/");
}

/**
 * What one service needs at run time, and nothing else, as a tree of its own: its source and that of the workspaces under
 * it without tests, and the npm packages that they declare as dependencies. For images (Dockerfile): an installed
 * repository has the packages of every service, and npm links development workspaces among them.
 *
 *   node scripts/production-tree.ts services/agent /out
 *
 * The tree has the same shape as the repository, so that relative paths and resolution stay what they were.
 */
import { cpSync, existsSync, mkdirSync, readFileSync, realpathSync, symlinkSync } from "node:fs";
import path from "node:path";
import { repositoryRoot } from "./repository-root.ts";

interface Manifest {
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
}

/** Paths from the root. */
export interface ProductionTree {
  /** Folders of workspaces: the service, and what it imports. */
  readonly workspaces: readonly string[];
  /** Links in node_modules that lead to them. */
  readonly links: readonly string[];
  /** Folders of npm packages. */
  readonly packages: readonly string[];
}

/**
 * All that `service` reaches by dependencies.
 * @param service its folder, from `root`
 * @throws Error that names a dependency that is not installed
 */
export function productionTree(root: string, service: string): ProductionTree {
  const workspaces = new Set<string>();
  const links = new Set<string>();
  const packages = new Set<string>();
  const waiting = [service];
  for (let folder = waiting.pop(); folder !== undefined; folder = waiting.pop()) {
    const into = isPackage(folder) ? packages : workspaces;
    if (into.has(folder)) continue;
    into.add(folder);
    for (const [name, required] of dependenciesOf(root, folder)) {
      const place = findPackage(root, folder, name);
      if (place === undefined && !required) continue;
      if (place === undefined) throw new Error(`${folder} needs ${name}, which is not installed: run npm ci`);
      const real = path.relative(root, realpathSync(path.join(root, place)));
      if (real !== place) links.add(place);
      waiting.push(real);
    }
  }
  return { workspaces: [...workspaces].sort(), links: [...links].sort(), packages: [...packages].sort() };
}

const isPackage = (folder: string) => folder.split(path.sep).includes("node_modules");

/** Name, and whether it must be there. */
function dependenciesOf(root: string, folder: string): (readonly [string, boolean])[] {
  const manifest = JSON.parse(readFileSync(path.join(root, folder, "package.json"), "utf8")) as Manifest;
  const { dependencies = {}, optionalDependencies = {}, peerDependencies = {} } = manifest;
  const optional = { ...optionalDependencies, ...peerDependencies };
  return [
    ...Object.keys(dependencies).map((name) => [name, !Object.hasOwn(optional, name)] as const),
    ...Object.keys(optional).map((name) => [name, false] as const),
  ];
}

/** Node's way of looking: in the node_modules of the folder, then of those above it. */
function findPackage(root: string, folder: string, name: string): string | undefined {
  for (let above = folder; ; above = path.dirname(above)) {
    const place = path.join(above, "node_modules", name);
    if (path.basename(above) !== "node_modules" && existsSync(path.join(root, place, "package.json"))) return place;
    if (above === ".") return undefined;
  }
}

/** Copies the tree, and the files that belong to all: the root's manifest, the license, the .proto files. */
function copyTree(root: string, tree: ProductionTree, out: string): void {
  const copy = (from: string, filter: (file: string) => boolean) => {
    cpSync(path.join(root, from), path.join(out, from), { recursive: true, filter });
  };
  const isNested = (file: string, of: string) => path.relative(path.join(root, of), file).includes("node_modules");
  for (const folder of tree.workspaces)
    copy(folder, (file) => !isNested(file, folder) && !/\.test\.tsx?$|\/tsconfig[^/]*\.json$/.test(file));
  for (const folder of tree.packages) copy(folder, (file) => !isNested(file, folder));
  for (const link of tree.links) {
    const place = path.join(out, link);
    mkdirSync(path.dirname(place), { recursive: true });
    symlinkSync(path.relative(path.dirname(path.join(root, link)), realpathSync(path.join(root, link))), place);
  }
  for (const file of ["package.json", "LICENSE", "proto"]) copy(file, () => true);
}

if (import.meta.main) {
  const [service, out] = process.argv.slice(2);
  if (service === undefined || out === undefined) {
    console.error("usage: node scripts/production-tree.ts SERVICE_FOLDER OUT");
    process.exitCode = 2;
  } else {
    copyTree(repositoryRoot, productionTree(repositoryRoot, path.normalize(service)), path.resolve(out));
  }
}

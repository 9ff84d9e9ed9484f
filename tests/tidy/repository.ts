/**
 * What the tidy tests look at: the files that git tracks or would track, so that a file is judged before it
 * is committed and nothing that is ignored ever is.
 */
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";

export const root: string = path.resolve(import.meta.dirname, "../..");

/** A file's path relative to the root, with forward slashes, and its text. */
export interface RepositoryFile {
  readonly path: string;
  readonly text: string;
}

const TEXT =
  /\.(tsx?|mts|mjs|cjs|js|json|md|lua|proto|ya?ml|sh|css|html|svg|txt|conf|toml)$|\/run$|(^|\/)\.[a-z]+(rc|ignore)?$/;

function gitFiles(): string[] | undefined {
  const args = ["ls-files", "-z", "--cached", "--others", "--exclude-standard"];
  const git = spawnSync("git", args, { cwd: root, encoding: "utf8", maxBuffer: 64 * 1024 * 1024 });
  return git.status === 0 ? git.stdout.split("\0").filter((file) => file !== "") : undefined;
}

/** For a copy of the tree on a machine without git. */
function filesOnDisk(folder = "."): string[] {
  const ignored = /^(node_modules|\.git|\.turbo|\.entrain.*|coverage)$|\.(log|tmp)$/;
  return readdirSync(path.join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    if (ignored.test(entry.name)) return [];
    const relative = path.posix.join(folder, entry.name);
    return entry.isDirectory() ? filesOnDisk(relative) : [relative];
  });
}

function listFiles(): string[] {
  // A file that was deleted but not yet committed as deleted is still listed by git.
  return [...new Set(gitFiles() ?? filesOnDisk())].filter((file) => existsSync(path.join(root, file)));
}

export const allPaths: readonly string[] = listFiles().sort();

/** Every text file; images and the like are left out. */
export const textFiles: readonly RepositoryFile[] = allPaths
  .filter((file) => TEXT.test(file))
  .map((file) => ({ path: file, text: readFileSync(path.join(root, file), "utf8") }));

const CODE = /\.(tsx?|mts|mjs|cjs|js|lua)$/;

const GENERATED = /^packages\/rpc\/src\/gen\//;

/** Code that people write: packages, services, tests, scripts. */
export const codeFiles: readonly RepositoryFile[] = textFiles.filter(
  (file) =>
    CODE.test(file.path) &&
    !GENERATED.test(file.path) &&
    /^(packages|services|tests|scripts|examples)\//.test(file.path),
);

export const testFiles: readonly RepositoryFile[] = codeFiles.filter((file) => file.path.endsWith(".test.ts"));

/** Lines of a file that match, as `path:line: text`. */
export function matchingLines(file: RepositoryFile, pattern: RegExp): string[] {
  return file.text
    .split("\n")
    .flatMap((line, index) => (pattern.test(line) ? [`${file.path}:${index + 1}: ${line.trim()}`] : []));
}

/**
 * The arrows of the house: imports point down only. Each workspace names the workspaces that it may import;
 * what is not named is forbidden, so a new package starts with nothing.
 */
const foundation = ["kernel"];
const pure = ["kernel", "core", "ports"];
const adapters = ["redis", "rpc", "telemetry", "config", "reasoners", "documents"];
const libraries = [...pure, "runtime", ...adapters, "certificates", "redis-server", "agent", "service", "simulator"];

const mayImport = {
  kernel: [],
  core: foundation,
  ports: ["kernel", "core"],
  runtime: pure,
  redis: pure,
  rpc: pure,
  telemetry: pure,
  config: pure,
  reasoners: pure,
  documents: pure,
  certificates: foundation,
  "redis-server": pure,
  simulator: ["kernel", "core"],
  agent: [...pure, "runtime", ...adapters],
  service: [...pure, "runtime", ...adapters],
  testkit: [...pure, "runtime", ...adapters, "redis-server"],
};

/** What a package's tests may import on top. The testkit stays undeclared there: it depends on most packages itself. */
const forTests = ["testkit", "redis-server", "certificates"];

const packagesOnly = (names) => `^packages/(${names.join("|")})/`;

/** Packages: everything but themselves and what the table allows. */
const downwards = Object.entries(mayImport).flatMap(([name, allowed]) => [
  {
    name: `${name}-imports-only-down`,
    comment: `packages/${name} may import ${allowed.join(", ") || "no other workspace"}.`,
    severity: "error",
    from: { path: `^packages/${name}/`, pathNot: "\\.test\\.ts$" },
    to: { path: "^(packages|services|tests)/", pathNot: packagesOnly([name, ...allowed]) },
  },
  {
    name: `${name}-tests-import-only-down`,
    comment: `Tests of packages/${name} may import ${[...allowed, ...forTests].join(", ")}.`,
    severity: "error",
    from: { path: `^packages/${name}/.*\\.test\\.ts$` },
    to: { path: "^(packages|services|tests)/", pathNot: packagesOnly([name, ...allowed, ...forTests]) },
  },
]);

module.exports = {
  forbidden: [
    ...downwards,
    {
      name: "services-import-packages-only",
      comment: "A service is thin wiring over packages; the testkit is for tests.",
      severity: "error",
      from: { path: "^services/([^/]+)/", pathNot: "\\.test\\.ts$" },
      to: { path: "^(packages|services|tests)/", pathNot: [packagesOnly(libraries), "^services/$1/"] },
    },
    {
      name: "examples-import-only-entrain",
      comment: "An example shows what a user can do, so it imports what a user can: the library and Node.",
      severity: "error",
      from: { path: "^examples/" },
      to: { pathNot: ["^packages/agent/", "^examples/"], dependencyTypesNot: ["core"] },
    },
    {
      name: "unlisted-workspace",
      comment: "A new package says in .dependency-cruiser.cjs what it may import.",
      severity: "error",
      from: { path: "^packages/", pathNot: packagesOnly(Object.keys(mayImport)) },
      to: {},
    },
    {
      name: "pure-packages-have-no-io",
      comment: "kernel, core and ports: no Node module, no npm package.",
      severity: "error",
      from: { path: packagesOnly(pure), pathNot: "\\.test\\.ts$" },
      to: { dependencyTypes: ["core", "npm", "npm-dev", "npm-optional", "npm-peer"], pathNot: "^packages/" },
    },
    {
      name: "no-deep-imports",
      comment: "Another workspace is imported by its name (its exports), never by a path into it.",
      severity: "error",
      from: { path: "^(packages|services|tests|examples)/([^/]+)/" },
      to: { path: "^(packages|services)/", pathNot: "^$1/$2/", dependencyTypes: ["local"] },
    },
    {
      name: "no-production-import-of-tests",
      severity: "error",
      from: { path: "^(packages|services)/", pathNot: ["\\.test\\.ts$", "^packages/testkit/"] },
      to: { path: ["\\.test\\.ts$", "^(tests|examples)/"] },
    },
    {
      name: "no-cycles",
      comment: "Modules that need each other to run. Types may refer to each other: they are erased.",
      severity: "error",
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ["type-only"] } },
    },
    {
      name: "not-declared",
      comment: "Declared in the importing workspace's own package.json.",
      severity: "error",
      from: { path: "^(packages|services)/", pathNot: "\\.test\\.ts$" },
      to: { dependencyTypes: ["npm-no-pkg", "npm-unknown", "unknown"] },
    },
    { name: "unresolvable", severity: "error", from: {}, to: { couldNotResolve: true } },
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    exclude: { path: "(^|/)node_modules/\\.cache/" },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.base.json" },
    combinedDependencies: false,
    enhancedResolveOptions: {
      exportsFields: ["exports"],
      conditionNames: ["import", "node", "default", "types"],
      extensions: [".ts", ".tsx", ".js", ".mjs", ".cjs", ".json"],
    },
  },
};

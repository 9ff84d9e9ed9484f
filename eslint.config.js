/**
 * Lint rules for the whole repository. Beyond typescript-eslint's strictest set there are three of our own:
 * named exports only; pure packages have no clock, no chance and no I/O; packages never exit the process,
 * print or roll dice (they are libraries inside someone else's process).
 */
import { defineConfig } from "eslint/config";
import tseslint from "typescript-eslint";

const pureSources = ["packages/kernel/src/**/*.ts", "packages/core/src/**/*.ts", "packages/ports/src/**/*.ts"];
const pureTests = pureSources.map((glob) => glob.replace("*.ts", "*.test.ts"));
const tests = ["**/*.test.ts", "tests/**/*.ts", "packages/testkit/**/*.ts"];

const dice = { object: "Math", property: "random", message: "Take a seeded generator from the kernel as data." };
const exit = { object: "process", property: "exit", message: "A library never exits its host process." };
const ambientEffects = [
  ["Date", "time comes in as data"],
  ["performance", "time comes in as data"],
  ["setTimeout", "ask for a timer as an effect"],
  ["setInterval", "ask for a timer as an effect"],
  ["setImmediate", "ask for a timer as an effect"],
  ["queueMicrotask", "a step is synchronous"],
  ["crypto", "random numbers come in as data"],
  ["process", "configuration comes in as data"],
  ["console", "effects go out as data"],
  ["fetch", "effects go out as data"],
  ["Buffer", "use Uint8Array"],
  ["globalThis", "it is the back door to all of the above"],
].map(([name, message]) => ({ name, message: `Pure package: ${message}.` }));

export default defineConfig(
  {
    ignores: ["**/node_modules/", "**/.turbo/", "**/coverage/", "packages/rpc/src/gen/", "services/console/page/dist/"],
  },
  { linterOptions: { reportUnusedDisableDirectives: "error" } },
  {
    files: ["**/*.{ts,tsx}"],
    extends: [tseslint.configs.strictTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      "@typescript-eslint/consistent-type-imports": "error",
      "@typescript-eslint/switch-exhaustiveness-check": ["error", { considerDefaultExhaustiveForUnions: true }],
      "@typescript-eslint/no-confusing-void-expression": ["error", { ignoreArrowShorthand: true }],
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true, allowBoolean: true }],
      "@typescript-eslint/no-unnecessary-condition": [
        "error",
        { allowConstantLoopConditions: "only-allowed-literals" },
      ],
      "@typescript-eslint/no-unused-vars": [
        "error",
        { argsIgnorePattern: "^_", varsIgnorePattern: "^_", ignoreRestSiblings: true },
      ],
      "@typescript-eslint/no-floating-promises": [
        "error",
        {
          allowForKnownSafeCalls: [
            { from: "package", package: "node:test", name: ["test", "it", "describe", "suite"] },
          ],
        },
      ],
      "no-restricted-syntax": [
        "error",
        { selector: "ExportDefaultDeclaration", message: "Named exports only: a thing has one name everywhere." },
      ],
      eqeqeq: "error",
      "max-depth": ["error", 4],
      "no-console": "error",
      "object-shorthand": "error",
      "prefer-const": "error",
    },
  },
  {
    files: ["packages/*/src/**/*.ts"],
    ignores: tests,
    rules: {
      "max-lines-per-function": ["error", { max: 80, skipBlankLines: true, skipComments: true }],
      "no-restricted-properties": ["error", dice, exit],
      "no-restricted-syntax": [
        "error",
        { selector: "ExportDefaultDeclaration", message: "Named exports only: a thing has one name everywhere." },
        {
          selector: "VariableDeclaration[kind=/using$/]",
          message: "The library's bundle is for engines without `using`: close in a finally block.",
        },
      ],
    },
  },
  {
    // The end of a service's own process, not a library inside someone else's.
    files: ["packages/service/src/service-ending.ts"],
    rules: { "no-restricted-properties": ["error", dice] },
  },
  {
    files: pureSources,
    ignores: pureTests,
    rules: {
      "no-restricted-globals": ["error", ...ambientEffects],
      "no-restricted-imports": ["error", { patterns: [{ regex: "^node:", message: "Pure package: no I/O." }] }],
      "no-restricted-syntax": [
        "error",
        { selector: "ExportDefaultDeclaration", message: "Named exports only: a thing has one name everywhere." },
        { selector: "AwaitExpression", message: "Pure package: a step is synchronous." },
      ],
    },
  },
  {
    // Their tsconfig.json has no Node types, on purpose; the tests have a project of their own.
    files: pureTests,
    languageOptions: {
      parserOptions: { projectService: false, project: ["packages/{kernel,core,ports}/tsconfig.test.json"] },
    },
  },
  {
    files: tests,
    rules: {
      // An assertion on the value is the next line; `!` there says "the test fails here if it is missing".
      "@typescript-eslint/no-non-null-assertion": "off",
      "@typescript-eslint/require-await": "off",
    },
  },
  {
    files: ["services/cli/**/*.ts", "scripts/**/*.ts", "tests/bench/**/*.ts", "examples/**/*.ts"],
    rules: { "no-console": "off" },
  },
);

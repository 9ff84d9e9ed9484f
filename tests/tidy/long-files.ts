/**
 * The files that may be longer than 300 lines, each with the reason why it has one subject all the same.
 * 400 lines is the end for everyone.
 */
export const longFiles: Readonly<Record<string, string>> = {
  "scripts/bootstrap.mjs": "It runs before anything is installed, so it must be one file that imports nothing.",
  "packages/runtime/src/decision/decision-loop.ts":
    "The loop's whole life in one class: what it decides with lives beside it, in files of its own.",
};

/**
 * The files that may be longer than 300 lines, each with the reason why it has one subject all the same.
 * 400 lines is the end for everyone.
 */
export const longFiles: Readonly<Record<string, string>> = {
  "scripts/bootstrap.mjs": "It runs before anything is installed, so it must be one file that imports nothing.",
};

/** How the page is built: one script, one style sheet, no asset from elsewhere; the console serves the folder `dist`. */
import { defineConfig, type UserConfig } from "vite";

const config: UserConfig = defineConfig({
  root: import.meta.dirname,
  base: "./",
  clearScreen: false,
  logLevel: "warn",
  build: {
    outDir: "dist",
    emptyOutDir: true,
    target: "es2023",
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
});

// Vite reads the default export.
export { config as default };

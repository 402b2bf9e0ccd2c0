import { readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { defineConfig, type Plugin } from "vitest/config";

/** The same rule as scripts/build.mjs: a style sheet is text. The prefix keeps Vite's own CSS pipeline away. */
function cssAsText(): Plugin {
  const prefix = "\0css-text:";
  return {
    name: "css-as-text",
    enforce: "pre",
    resolveId(source, importer) {
      if (!source.endsWith(".css") || importer === undefined) return null;
      return `${prefix}${resolve(dirname(importer), source)}.js`;
    },
    load(id) {
      if (!id.startsWith(prefix)) return null;
      const text = readFileSync(id.slice(prefix.length, -".js".length), "utf8");
      return `export default ${JSON.stringify(text)};`;
    },
  };
}

export default defineConfig({
  plugins: [cssAsText()],
  esbuild: { jsx: "automatic", jsxImportSource: "preact" },
  test: {
    include: ["js/**/*.test.{ts,tsx}"],
    exclude: ["**/node_modules/**", "js/labextension/**"],
    environment: "happy-dom",
    restoreMocks: true,
  },
});

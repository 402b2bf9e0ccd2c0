// Bundles every js/entry/*.ts into mldebug_widgets/static/<name>.js: one self-contained ES module per view.
//   node scripts/build.mjs            production build
//   node scripts/build.mjs --watch    rebuild on change, readable output
//   node scripts/build.mjs --gallery  also the story-book page js/gallery -> build/gallery
import { existsSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import esbuild from "esbuild";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const watch = process.argv.includes("--watch");
const outdir = join(root, "mldebug_widgets", "static");

/** Budget of one view in bytes: the text is widget state, sent once per instance and saved with the notebook. */
const VIEW_BUDGET = 120 * 1024;

/** Style sheets become minified text that a view adopts into its shadow root. */
const cssAsText = {
  name: "css-as-text",
  setup(build) {
    build.onLoad({ filter: /\.css$/ }, async ({ path }) => {
      const source = readFileSync(path, "utf8");
      const { code } = await esbuild.transform(source, { loader: "css", minify: !watch });
      return { contents: code.trim(), loader: "text", watchFiles: [path] };
    });
  },
};

const common = {
  bundle: true,
  minify: !watch,
  target: "es2022",
  charset: "utf8",
  legalComments: "none",
  jsx: "automatic",
  jsxImportSource: "preact",
  plugins: [cssAsText],
  logLevel: "warning",
  metafile: true,
};

const views = readdirSync(join(root, "js", "entry"))
  .filter((file) => file.endsWith(".ts"))
  .map((file) => ({
    ...common,
    entryPoints: [join(root, "js", "entry", file)],
    outfile: join(outdir, `${basename(file, ".ts")}.js`),
    format: "esm",
    budget: VIEW_BUDGET,
  }));

/** Bundles that are not views. Add a line here; a source that does not exist is left out. */
const others = [
  {
    entry: "js/report/main.ts",
    outfile: join(outdir, "report.js"),
    format: "iife",
    // 250 KB that would only clean HTML descriptions, which the report never shows as HTML.
    alias: { "sanitize-html": join(root, "js", "report", "no-html.ts") },
  },
  ...(process.argv.includes("--gallery")
    ? [
        {
          entry: "js/gallery/main.tsx",
          outfile: join(root, "build", "gallery", "gallery.js"),
          format: "iife",
        },
      ]
    : []),
]
  .filter(({ entry }) => existsSync(join(root, entry)))
  .map(({ entry, ...rest }) => ({ ...common, entryPoints: [join(root, entry)], ...rest }));

function report({ outfile, budget }, { metafile }) {
  const { bytes } = Object.values(metafile.outputs)[0];
  const over = !watch && budget !== undefined && bytes > budget;
  console.log(
    `${basename(outfile).padEnd(18)} ${(bytes / 1024).toFixed(1).padStart(6)} KB${over ? " over budget" : ""}`,
  );
  if (over) process.exitCode = 1;
}

mkdirSync(outdir, { recursive: true });
for (const bundle of [...views, ...others]) {
  const { budget: _, ...options } = bundle;
  if (watch) {
    const context = await esbuild.context(options);
    await context.watch();
  } else {
    report(bundle, await esbuild.build(options));
  }
}

// Bundles the components in pages/_ui: Streamlit takes one module as text, the source is in many.
// `node .ci/components.mjs` writes the bundles; with --check it says which of them are not up to date.

import { readFileSync, writeFileSync } from "node:fs";
import { build } from "esbuild";

const COMPONENTS = ["labeler", "stage", "grid", "review", "explore", "phone", "room", "news"];
const isCheck = process.argv.includes("--check");
const stale = [];

for (const name of COMPONENTS) {
  const bundle = `pages/_ui/${name}/${name}.js`;
  const { outputFiles } = await build({
    entryPoints: [`pages/_ui/${name}/src/component.ts`],
    bundle: true,
    charset: "utf8",
    format: "esm",
    target: "es2023",
    write: false,
    banner: { js: "// Built from src/ by `make components`: make changes there." },
  });
  const built = outputFiles[0].text;
  if (built === readFileSync(bundle, "utf8")) continue;
  if (isCheck) stale.push(bundle);
  else writeFileSync(bundle, built);
}

if (stale.length) {
  console.error(`${stale.join(" and ")} not built from the source as it is: \`make components\`, and commit.`);
  process.exitCode = 1;
}

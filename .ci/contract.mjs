// Writes the types of what the components and the server say to each other, from the server's own
// models. `node .ci/contract.mjs` writes them; with --check it says which are not up to date.

import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { compile } from "json-schema-to-typescript";

const isCheck = process.argv.includes("--check");
const schemas = JSON.parse(execFileSync(".venv/bin/python", [".ci/contract.py"], { encoding: "utf8" }));
const stale = [];
// What the compiler says of where it has found a type.
const REFERENCE = / \*\n \* This interface was referenced by .*\n \* via the `definition` .*\n|\/\*\*\n \* This interface was referenced by .*\n \* via the `definition` .*\n \*\/\n/g;

for (const [name, schema] of Object.entries(schemas)) {
  const file = `pages/_ui/${name}/src/contract.ts`;
  const written = await compile(schema, "Contract", {
    additionalProperties: false,
    bannerComment: "// Written by `make contract` from the models of the server: make changes there.",
    ignoreMinAndMaxItems: true,
    unreachableDefinitions: true,
    style: { printWidth: 110 },
  });
  const types = written.replaceAll(REFERENCE, "");
  if (types === readFileSync(file, "utf8")) continue;
  if (isCheck) stale.push(file);
  else writeFileSync(file, types);
}

if (stale.length) {
  console.error(`${stale.join(" and ")} not as the server's models are: \`make contract\`, and commit.`);
  process.exitCode = 1;
}

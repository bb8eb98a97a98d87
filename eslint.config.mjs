// What the JavaScript of the components is held to, beyond its types.

import js from "@eslint/js";
import globals from "globals";
import typed from "typescript-eslint";

export default typed.config(
  { ignores: ["**/labeler.js", "**/stage.js", "**/grid.js", "**/review.js", "**/explore.js", "**/phone.js", "**/room.js", "**/news.js", ".venv/", "build/"] },
  js.configs.recommended,
  { files: ["**/*.mjs"], languageOptions: { globals: globals.node } },
  { files: ["pages/_ui/*.js"], languageOptions: { globals: globals.browser } },
  {
    files: ["**/*.ts"],
    extends: [typed.configs.strictTypeChecked, typed.configs.stylisticTypeChecked],
    languageOptions: { parserOptions: { projectService: true } },
    rules: {
      "@typescript-eslint/consistent-type-imports": "error",
      "@typescript-eslint/explicit-module-boundary-types": "error",
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true }],
      "@typescript-eslint/switch-exhaustiveness-check": "error",
      complexity: ["error", 10],
      eqeqeq: "error",
      "max-lines": ["error", 400],
      "max-lines-per-function": ["error", 50],
      "no-restricted-properties": ["error",
        ...["innerHTML", "outerHTML", "insertAdjacentHTML"].map((property) => ({
          property, message: "Text from outside is set with textContent: nothing here is sandboxed.",
        }))],
    },
  },
  {
    // A suite is one long function, and node:test's promises are its own to await.
    files: ["tests/js/**"],
    rules: { "max-lines-per-function": "off", "@typescript-eslint/no-floating-promises": "off" },
  },
);

/** Native ESM through @swc/jest; run by scripts in package.json with --experimental-vm-modules. */
export default {
  testEnvironment: "node",
  extensionsToTreatAsEsm: [".ts"],
  moduleNameMapper: {
    "^midblock$": "<rootDir>/sdk/src/index.ts",
    "^(\\.{1,2}/.*)\\.js$": "$1",
  },
  transform: { "^.+\\.ts$": ["@swc/jest", { jsc: { target: "es2023", parser: { syntax: "typescript" } }, module: { type: "es6" } }] },
  testMatch: ["<rootDir>/tests/**/*.test.ts"],
};

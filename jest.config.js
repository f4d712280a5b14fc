/**
 * Native ESM through @swc/jest; scripts run it with --experimental-vm-modules. "unit" needs nothing but Node and a bare
 * Python; "sidecar" starts real sidecars, in the environment that the global set-up gives.
 */
const shared = {
  testEnvironment: "node",
  extensionsToTreatAsEsm: [".ts"],
  moduleNameMapper: {
    "^midblock$": "<rootDir>/sdk/src/index.ts",
    "^(\\.{1,2}/.*)\\.js$": "$1",
  },
  transform: {
    "^.+\\.ts$": [
      "@swc/jest",
      { jsc: { target: "es2023", parser: { syntax: "typescript" } }, module: { type: "es6" } },
    ],
  },
};

export default {
  projects: [
    {
      ...shared,
      displayName: "unit",
      testMatch: ["<rootDir>/tests/unit/**/*.test.ts", "<rootDir>/tests/architecture/**/*.test.ts"],
    },
    {
      ...shared,
      displayName: "sidecar",
      testMatch: ["<rootDir>/tests/contract/**/*.test.ts", "<rootDir>/tests/e2e/**/*.test.ts"],
      globalSetup: "<rootDir>/scripts/jest-global-setup.mjs",
    },
  ],
};

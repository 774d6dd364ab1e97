// Node runs the files as they are; Jest compiles them to CommonJS, which starts faster and can mock.
const common = {
  testEnvironment: 'node',
  transform: {
    '\\.[mc]?[jt]s$': [
      '@swc/jest',
      { jsc: { parser: { syntax: 'typescript' }, target: 'es2024' }, module: { type: 'commonjs' } },
    ],
  },
};

const hostScripts = '/test/provider/host/';

export default {
  // a busy machine is no failure; what hangs is found all the same
  testTimeout: 30_000,
  projects: [
    {
      ...common,
      displayName: 'unit',
      testMatch: ['<rootDir>/test/**/*.test.ts'],
      testPathIgnorePatterns: [hostScripts],
    },
    // what runs on a host, run here with stand-ins for its engines: processes, and half of all the time
    { ...common, displayName: 'host', testMatch: [`<rootDir>${hostScripts}**/*.test.ts`] },
    { ...common, displayName: 'e2e', testMatch: ['<rootDir>/test/e2e/**/*.e2e.ts'] },
    { ...common, displayName: 'soak', testMatch: ['<rootDir>/test/soak/**/*.soak.ts'] },
  ],
};

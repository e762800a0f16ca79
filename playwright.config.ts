import { existsSync } from 'node:fs';
import { defineConfig, devices } from '@playwright/test';

/** A browser of the system is preferred: Playwright's own cannot be downloaded everywhere. */
const CANDIDATES = [
  process.env['AO_TEST_CHROMIUM'],
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];
const executablePath = CANDIDATES.find((path) => path !== undefined && path !== '' && existsSync(path));

/** Quiet and local: no call home, and no sandbox where we are root, as in CI. */
const ARGS = [
  '--no-sandbox',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--no-first-run',
  '--disable-quic',
];

export default defineConfig({
  testDir: 'e2e',
  testMatch: '*.spec.ts',
  // Each journey has a daemon, a tmux and a browser of its own; two at once take as long on a small machine, and disturb each other.
  workers: 1,
  timeout: 90_000,
  expect: { timeout: 15_000 },
  forbidOnly: process.env['CI'] !== undefined,
  reporter: [['list'], ['json', { outputFile: '.tooling/playwright.json' }]],
  outputDir: '.tooling/playwright',
  use: {
    ...devices['Desktop Chrome'],
    viewport: { width: 1280, height: 800 },
    launchOptions: { args: [...ARGS, '--disable-3d-apis'], ...(executablePath === undefined ? {} : { executablePath }) },
    trace: 'retain-on-failure',
  },
});

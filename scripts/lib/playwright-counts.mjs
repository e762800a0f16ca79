/** Turns Playwright's JSON report into true counts. */
import { readFileSync } from 'node:fs';

/** `exitCode` is Playwright's own: one that failed without a failed test, or ran none, counts as one failure. A flaky one failed. */
export function countJourneys(reportPath, exitCode) {
  let stats = null;
  try {
    ({ stats } = JSON.parse(readFileSync(reportPath, 'utf8')));
  } catch {
    return { passed: 0, failed: 1, skipped: 0 };
  }
  const failed = stats.unexpected + stats.flaky;
  const isSilentFailure = failed === 0 && (exitCode !== 0 || stats.expected === 0);
  return { passed: stats.expected, failed: isSilentFailure ? 1 : failed, skipped: stats.skipped };
}

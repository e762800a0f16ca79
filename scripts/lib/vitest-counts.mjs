/** Turns vitest's JSON report into true counts, including what failed outside of any test. */
import { readFileSync } from 'node:fs';

/**
 * `exitCode` is vitest's own: a report that shows no failure while vitest failed (an unhandled rejection, a broken global
 * setup) counts as one failure, and so does a file whose tests could not even be collected.
 */
export function countTests(reportPath, exitCode) {
  let report = null;
  try {
    report = JSON.parse(readFileSync(reportPath, 'utf8'));
  } catch {
    return { passed: 0, failed: 1, skipped: 0 };
  }
  const brokenFiles = report.testResults.filter(
    (file) => file.status === 'failed' && !file.assertionResults.some((test) => test.status === 'failed'),
  ).length;
  const passed = report.numPassedTests;
  const skipped = report.numPendingTests + report.numTodoTests;
  const failed = report.numFailedTests + brokenFiles;
  const isSilentFailure = failed === 0 && (exitCode !== 0 || passed === 0);
  return { passed, failed: isSilentFailure ? 1 : failed, skipped };
}

/**
 * What node is told for every daemon, however it is started. V8 lets the young generation of a busy start grow to 16 MB and keeps what it has
 * grown to: with 200 sessions that was two thirds of what the daemon took more than with none. Megabytes.
 */
export const DAEMON_NODE_FLAGS: readonly string[] = ['--max-semi-space-size=2'];

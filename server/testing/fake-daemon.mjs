/**
 * A stand-in for the daemon's bundle, for tests of `ao start` and `ao stop`: run file, health, shutdown, and nothing behind them.
 * FAKE_MODE: `ready` (default), `mute` (never answers), `deaf` (answers 202 and stays), `die` (prints and exits), `refuse` (prints an
 * error as the daemon does), `linger` (is `starting` for a while). Every process notes its pid in `starts.txt` of the data directory.
 */
import { appendFileSync, mkdirSync, readFileSync, renameSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';

const { AO_DATA_DIR: dataDir, AO_RUN_FILE: runFile, AO_OWNER: owner, FAKE_MODE: mode = 'ready' } = process.env;

const say = (line) => process.stderr.write(`${line}\n`);

appendFileSync(join(dataDir, 'starts.txt'), `${process.pid}\n`);
if (mode === 'die') {
  say('something went badly wrong');
  process.exit(7);
}
if (mode === 'refuse') {
  const entry = { level: 50, time: '2026-01-02T03:04:05.678Z', pid: 7, code: 'DATABASE_NEWER', msg: 'could not start' };
  appendFileSync(join(dataDir, 'logs', 'daemon.log'), `${JSON.stringify(entry)}\n`);
  say('error: could not start {"code":"DATABASE_NEWER"}');
  say(JSON.stringify({ error: { code: 'DATABASE_NEWER', message: 'The database is newer.', hint: 'Upgrade ao.' } }));
  process.exit(1);
}
const lock = join(dataDir, 'fake.lock');
try {
  mkdirSync(lock);
} catch {
  say(JSON.stringify({ error: { code: 'DAEMON_STARTING', message: 'Another one.', hint: 'Wait.' } }));
  process.exit(3);
}
writeFileSync(join(dataDir, 'credential'), 'fake-credential-aaaaaaaaaaaaaaaaaaaaaaaaaaa\n', { mode: 0o600 });
writeFileSync(join(dataDir, 'environment.json'), JSON.stringify({ env: process.env, cwd: process.cwd() }));

const stat = readFileSync('/proc/self/stat', 'utf8');
const entry = {
  pid: process.pid,
  processStartedAt: stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19],
  bootId: readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim(),
  port: 0,
  state: 'starting',
  startedAt: new Date().toISOString(),
  version: '0.0.0-fake',
  instanceId: 'b7f1c9a0-0000-4000-8000-000000000000',
  owner,
  superviseSocket: null,
};
const publish = () => {
  writeFileSync(`${runFile}.new`, JSON.stringify(entry));
  renameSync(`${runFile}.new`, runFile);
};
/** FAKE_HELD: `tab` (a page holds it) or `grace` (one did). */
const status = () => ({
  pid: entry.pid,
  port: entry.port,
  owner,
  instanceId: entry.instanceId,
  version: entry.version,
  startedAt: entry.startedAt,
  supervisors: process.env.FAKE_HELD === 'tab' ? 1 : 0,
  holders: [],
  graceMs: 5_000,
  lossGraceMs: 600_000,
  graceEndsAt: process.env.FAKE_HELD === 'grace' ? new Date().toISOString() : null,
  lastStop: null,
  recovering: 0,
});
const server = createServer((req, res) => {
  if (mode === 'mute') return;
  req.resume();
  const health = {
    service: 'agent-orchestrator',
    protocol: 1,
    pid: entry.pid,
    state: entry.state,
    version: entry.version,
    instanceId: entry.instanceId,
  };
  if (req.url === '/healthz') return res.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(health));
  if (req.url === '/trpc/daemon.status') return res.writeHead(200).end(JSON.stringify({ result: { data: status() } }));
  if (req.url !== '/shutdown' || req.headers.authorization !== 'Bearer fake-credential-aaaaaaaaaaaaaaaaaaaaaaaaaaa')
    return res.writeHead(401).end('{}');
  res.writeHead(202, { connection: 'close' }).end(JSON.stringify({ pid: entry.pid }));
  if (mode === 'deaf') return;
  res.once('close', () => {
    rmSync(runFile, { force: true });
    rmdirSync(lock);
    process.exit(0);
  });
});
server.listen(0, '127.0.0.1', () => {
  entry.port = server.address().port;
  publish();
  const becomeReady = () => {
    entry.state = 'ready';
    publish();
  };
  if (mode === 'linger') setTimeout(becomeReady, 400);
  else becomeReady();
});
// A forgotten one must not outlive the tests for long.
setTimeout(() => process.exit(9), 120_000).unref();

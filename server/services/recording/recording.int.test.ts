/** Recording on real hosts and a real disk: what was printed is in the file and is found, whatever becomes of the daemon. */
import { appendFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { createSystemClock } from '../../adapters/system/clock.ts';
import { readCast } from '../../contract/cast.ts';
import type { ProjectId } from '../../core/ids.ts';
import { openRecording, type Recording } from '../../daemon/recording.ts';
import type { Argv } from '../../testing/contracts/runtime.contract.ts';
import { createRecordingLog } from '../../testing/fakes/log.ts';
import { eventually } from '../../testing/resources.ts';
import { makeTerminalStand, type TerminalStand } from '../../testing/terminal-stand.ts';
import { createTestViewer } from '../../testing/terminal-viewer.ts';

const sh = (script: string): Argv => ['/bin/sh', '-c', script];
const keys = (text: string): Uint8Array => new TextEncoder().encode(text);
const LIMITS = { perSessionBytes: 1 << 26, inAllBytes: 1 << 30, maxAgeMs: 86_400_000 };

const record = (stand: TerminalStand): Recording =>
  openRecording({
    dataDir: stand.harness.dataDir,
    store: stand.store,
    terminals: stand.hub,
    limits: LIMITS,
    clock: createSystemClock(),
    log: createRecordingLog(),
  });

/** What a player shows at the end of a segment. */
async function endOf({ service }: Recording, segment: number): Promise<string> {
  const { sessionId, segments } = await service.list({ by: 'id', id: 'app-1' as never });
  const startedAtMs = segments.at(segment)?.startedAtMs ?? 0;
  const cast = readCast((await service.read({ sessionId, startedAtMs }, 0)).text);
  if (cast === null) return '';
  const player = createTestViewer(cast.size);
  for (const { kind, data } of cast.events) if (kind === 'output') player.output('data', keys(data));
  await new Promise<void>((resolve) => player.terminal.write('', resolve));
  return player.text();
}

it.each(['tmux', 'ptyhost'] as const)('keeps what %s showed, and the next daemon goes on where one was killed', async (kind) => {
  await using stand = await makeTerminalStand({ kind });
  stand.store.projects.update('app' as ProjectId, { record: 'on' });
  const spec = await stand.run('app-1', sh(String.raw`printf 'plain \033[1;31mred 世界\033[m\n'; exec cat`));
  const first = record(stand);
  first.start();
  await eventually('it is recorded', () => first.recorder.stateOf('app-1' as never).state === 'recording');
  const typist = await stand.view('app-1');
  await typist.viewer.input(1, keys('find me here\r'));
  await eventually('it is in the file', async () => (await endOf(first, -1)).includes('find me here\nfind me here'));
  expect(await endOf(first, -1)).toBe(await stand.capture(spec));
  await eventually('it is found', () => first.service.find({ text: 'FIND me', sessionId: null, limit: 5 }).length > 0);

  // Killed in the middle of a line; nothing of it is told to the next one.
  const folder = join(stand.harness.dataDir, 'recordings', 'app-1');
  appendFileSync(join(folder, readdirSync(folder)[0] ?? ''), '[99.5,"o","half of it');
  const second = record(stand);
  second.start();
  await eventually('it goes on', async () => (await second.service.list({ by: 'id', id: 'app-1' as never })).segments.length === 2);
  await typist.viewer.input(2, keys('and on\r'));
  await eventually('it is in the next file', async () => (await endOf(second, 1)).includes('and on\nand on'));
  expect(await endOf(second, 0)).not.toContain('half of it');
  const hit = await eventually('the new one is found', () => second.service.find({ text: 'and on', sessionId: null, limit: 5 })[0]);
  expect(hit.parts.filter(({ match }) => match).map(({ text }) => text)).toContain('and on'.slice(0, 3));
  await first.stop();
  await second.stop();
});

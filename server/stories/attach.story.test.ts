/** `ao attach` in a real terminal: typed into, resized, left, and over daemons that end in the middle. */
import { describe, expect, it } from 'vitest';
import { eventually } from '../testing/resources.ts';
import { type Seat, takeSeat } from '../testing/seat.ts';
import { AO, makeWorld, type SessionJson, signal, type World } from '../testing/world.ts';

const DETACH = '\x1dd';
const AS_BEFORE = { buffer: 'normal', paste: false, mouse: 'none', wrap: true, cursor: true };

/** A program with everything on that a terminal must not keep, which says its size and what it reads. */
const PROGRAM = String.raw`stty -echo; trap 'stty size' WINCH; printf '\033[?2004h\033[?1002h\033[?1006h\033[?25lready\n'; while :; do read -r line && echo "got $line"; [ "$line" = bye ] && exit 7; done`;

async function begin(world: World, command = PROGRAM): Promise<SessionJson> {
  await world.ok(['start']);
  await world.ok(['project', 'add', '--path', world.repo, '--id', 'app', '--agent', 'custom']);
  return world.ok<SessionJson>(['spawn', '--project', 'app', '--command', command]);
}

const attach = (world: World, args: readonly string[]): Seat =>
  takeSeat(
    [
      '/bin/sh',
      '-c',
      'printf "a shell\\r\\n"; "$@"; code=$?; echo "left with $code"; stty -a | grep -o -- "-*icanon"; exit $code',
      'sh',
      process.execPath,
      AO,
      'attach',
      ...args,
    ],
    {
      env: world.env,
      cwd: world.repo,
    },
  );

async function expectGivenBack(seat: Seat, code: number): Promise<void> {
  expect(await seat.ended).toBe(code);
  expect(seat.state()).toEqual(AS_BEFORE);
  // The terminal cooks its lines again, and what was on its screen is there again.
  expect(seat.text()).toMatch(new RegExp(`^a shell\\n.*Ctrl-\\] d\\n.*left with ${code}\\nicanon$`, 's'));
}

describe('ao attach', () => {
  it('says how to leave, types, is resized, leaves; the session goes on and the terminal is as it was', async () => {
    await using world = await makeWorld();
    const { id } = await begin(world);
    await using seat = attach(world, [id]);
    await seat.sees('Detach: Ctrl-] d');
    await seat.sees('ready');
    await eventually('the modes are passed on', () => seat.state().paste && seat.state().mouse === 'drag' && !seat.state().cursor);
    seat.type('one\r');
    await seat.sees('got one');
    // A key of its own where the next one is another.
    seat.type('\x1d\x7ftwo\r');
    await seat.sees('two');
    seat.resize({ cols: 100, rows: 30 });
    await seat.sees('30 100');
    expect(await world.ok(['status'])).toMatchObject({ owner: 'headless', supervisors: 0 });
    seat.type(`lost${DETACH}`);
    await expectGivenBack(seat, 0);
    expect(seat.text()).toContain(`Detached from ${id}; it goes on.`);
    expect(await world.status(id, 'running')).toMatchObject({ phase: 'live' });
  });

  it('T3: stays over a kill -9 of the daemon, says so, and goes on typing with the next one', async () => {
    await using world = await makeWorld();
    const { id } = await begin(world);
    await using seat = attach(world, [id]);
    await seat.sees('ready');
    await world.killDaemon();
    await seat.sees(new RegExp(`${id} goes on\\. Waiting for the daemon`));
    seat.type('nowhere\r');
    await world.ok(['start']);
    await seat.sees('What you typed meanwhile was not sent.');
    seat.type('again\r');
    await seat.sees('got again');
    expect(seat.text()).not.toContain('nowhere');
    // Another port does not matter either; and it can be left while there is none.
    await world.ok(['stop']);
    await seat.sees(/No daemon runs/);
    seat.type(DETACH);
    await expectGivenBack(seat, 0);
  });

  it('ends with its program, and with SIGTERM, and gives the terminal back each time', async () => {
    await using world = await makeWorld();
    const { id } = await begin(world);
    await using told = takeSeat([process.execPath, AO, 'attach', id], { env: world.env, cwd: world.repo });
    await told.sees('ready');
    signal(told.pid, 'SIGTERM');
    expect([await told.ended, told.state()]).toEqual([1, AS_BEFORE]);
    expect(told.text()).toContain(`Detached from ${id} by SIGTERM; it goes on.`);
    await using seat = attach(world, [id]);
    await seat.sees('ready');
    seat.type('bye\r');
    await expectGivenBack(seat, 0);
    expect(seat.text()).toContain(`${id} exited with 7.`);
  });

  it('T7: read-only, it types nothing and sizes nothing; of a session that is ended it says so', async () => {
    await using world = await makeWorld();
    const { id } = await begin(world);
    const size = () => world.ok<{ text: string }>(['logs', id]);
    await using onlooker = attach(world, [id, '--read-only', '--detach-keys', 'ctrl-p,q']);
    await onlooker.sees('Detach: Ctrl-P q');
    await onlooker.sees('ready');
    onlooker.type('rm\r');
    await onlooker.sees('Read-only: nothing was typed.');
    onlooker.resize({ cols: 60, rows: 20 });
    await using seat = takeSeat([process.execPath, AO, 'attach', id], { env: world.env, cwd: world.repo, size: { cols: 90, rows: 25 } });
    await seat.sees('25 90');
    seat.type('mine\r');
    await onlooker.sees('got mine');
    expect((await size()).text).not.toMatch(/got rm|20 60/);
    await world.ok(['kill', id]);
    expect(await onlooker.ended).toBe(1);
    expect(onlooker.text()).toContain('SESSION_NOT_LIVE');
  });

  it('says who else looks; one keeps the keyboard and the other takes it over', async () => {
    await using world = await makeWorld();
    const { id } = await begin(world);
    const at = { env: world.env, cwd: world.repo };
    await using one = takeSeat([process.execPath, AO, 'attach', id], at);
    await one.sees('ready');
    await using two = takeSeat([process.execPath, AO, 'attach', id], at);
    await one.sees('Also looking: A terminal.');
    one.type('\x1dk');
    await two.sees('A terminal keeps the keyboard; nothing is typed. Ctrl-] k takes it over.');
    two.type('refused\r');
    one.type('kept\r');
    await two.sees('got kept');
    two.type('\x1dk');
    await one.sees('A terminal keeps the keyboard');
    one.type('refused\r');
    two.type('taken\r');
    await one.sees('got taken');
    expect(one.text()).not.toContain('refused');
    two.type(DETACH);
    // It stays his for a moment, as over a reload, and is everybody's then.
    await one.sees('Everybody may type.');
    one.type('free\r');
    await one.sees('got free');
  });

  it('is refused without a terminal, without a daemon, without such a session, and with keys that are none', async () => {
    await using world = await makeWorld();
    const { id } = await begin(world);
    expect(await world.refused(['attach', id])).toBe('BAD_INPUT');
    expect((await world.ao(['attach', id, '--detach-keys', 'alt-x'])).code).toBe(2);
    await using stranger = takeSeat([process.execPath, AO, 'attach', 'app-99'], { env: world.env, cwd: world.repo });
    expect(await stranger.ended).toBe(1);
    expect(stranger.text()).toContain('error SESSION_NOT_FOUND');
    await world.ok(['stop']);
    await using alone = takeSeat([process.execPath, AO, 'attach', id], { env: world.env, cwd: world.repo });
    expect(await alone.ended).toBe(1);
    expect(alone.text()).toMatch(/error DAEMON_NOT_RUNNING.*next: ao start/s);
  });
});

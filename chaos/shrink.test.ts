import { describe, expect, it } from 'vitest';
import { createModel, type Expected, type Model } from './model.ts';
import { judge } from './oracle.ts';
import { type EventKind, kindsOn, planEvents } from './schedule.ts';
import { shrinkStory } from './shrink.ts';
import { formatStory, parseStory, type Story, toCommand, toStory } from './story.ts';
import { seenOf } from './well.ts';

const NO_LIMIT_MS = 60_000;
const KINDS = kindsOn('tmux');
const kindsOf = (story: Story): readonly EventKind[] => story.map(({ kind }) => kind);

const worker = (n: number): Expected => ({
  id: `app-${n}`,
  kind: 'worker',
  role: 'shell',
  workspacePath: `/w/app-${n}`,
  branch: `ao/app-${n}`,
  agentSessionId: null,
  phase: 'live',
  launchId: `l${n}`,
  panePid: 100 + n,
  comesBack: 'yes',
  due: 'nothing',
  work: 'in its worktree',
  exitedLaunches: [],
});

/** What an event does to a world without processes. */
const DEEDS: Partial<Record<EventKind, (model: Model, number: number) => void>> = {
  spawn: (model, number) => model.put(worker(number)),
  kill: (model) => model.live()[0] && model.change(model.live()[0]?.id ?? '', { phase: 'terminated' }),
  'kill-agent': (model) => model.live()[0] && model.change(model.live()[0]?.id ?? '', { phase: 'exited' }),
};

/** Plays it in the world and in the model, but for one kind that the world leaves undone; the real oracle judges. */
function failsWith(sabotaged: EventKind): (story: Story) => Promise<boolean> {
  return async (story) => {
    const [promised, real] = [createModel(), createModel()];
    for (const { kind, number } of story) {
      DEEDS[kind]?.(promised, number);
      if (kind !== sabotaged) DEEDS[kind]?.(real, number);
    }
    const { broken, due } = judge(promised, seenOf(real));
    return broken.length + due.length > 0;
  };
}

describe('a story that fails', () => {
  it('is shrunk to the kind that is sabotaged and what it needs, each with the number it had', async () => {
    const story = toStory(planEvents(2 * KINDS.length, 3, KINDS));
    for (const [sabotaged, kinds] of [
      ['spawn', ['spawn']],
      ['kill', ['spawn', 'kill']],
      ['kill-agent', ['spawn', 'kill-agent']],
    ] as const) {
      const fails = failsWith(sabotaged);
      const shrunk = await shrinkStory(story, { fails, limitMs: NO_LIMIT_MS });
      expect(kindsOf(shrunk)).toEqual(kinds);
      expect(story).toEqual(expect.arrayContaining([...shrunk]));
      expect(await fails(shrunk)).toBe(true);
    }
    expect(await failsWith('reboot')(story)).toBe(false);
  });

  it('is not played again as a whole, and stays as it is where nothing shorter fails', async () => {
    const story = toStory(['reboot', 'spawn', 'kill']);
    const played: Story[] = [];
    const fails = async (shorter: Story): Promise<boolean> => {
      played.push(shorter);
      return false;
    };
    expect(await shrinkStory(story, { fails, limitMs: NO_LIMIT_MS })).toEqual(story);
    expect(played.map(({ length }) => length)).not.toContain(story.length);
    expect(played.length).toBeGreaterThan(0);
  });

  it('is not played any more once the time is up', async () => {
    const story = toStory(planEvents(40, 1, KINDS));
    let played = 0;
    const fails = async (): Promise<boolean> => {
      played += 1;
      return true;
    };
    expect([await shrinkStory(story, { fails, limitMs: 0 }), played]).toEqual([story, 0]);
  });
});

describe('a story as text', () => {
  it('is read as it was written, with the numbers that are not places', () => {
    const story = [
      { kind: 'spawn', number: 1 },
      { kind: 'kill-tmux', number: 17 },
    ] as const;
    expect(formatStory(story)).toBe('spawn,kill-tmux:17');
    expect(parseStory('spawn,kill-tmux:17')).toEqual(story);
    expect(parseStory(formatStory(toStory(planEvents(64, 1, KINDS))))).toEqual(toStory(planEvents(64, 1, KINDS)));
    expect(toCommand(7, story)).toBe('npm run chaos -- --story spawn,kill-tmux:17 --seed 7');
  });

  it.each(['', 'spwan', 'spawn:', 'spawn:0', 'spawn:x'])('says what is wrong with "%s"', (text) => {
    expect(() => parseStory(text)).toThrow(/there is no event|is no step/);
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sessionFacts } from '../../testing/session-facts.ts';
import type { SessionId } from '../ids.ts';
import { diffFeed, type FeedChange, type FeedContent, isSameValue, selectForFeed } from './feed.ts';

type Content = FeedContent<unknown, unknown>;

/** As a tab does it. */
function apply(content: Content, change: FeedChange<unknown, unknown>): Content {
  const sessions = new Map(content.sessions);
  const projects = new Map(content.projects);
  if (change.kind === 'session') sessions.set(change.id, change.session);
  else if (change.kind === 'session-removed') sessions.delete(change.id);
  else if (change.kind === 'project') projects.set(change.id, change.project);
  else projects.delete(change.id);
  return { sessions, projects };
}

const maps = fc
  .dictionary(fc.constantFrom('a', 'b', 'c', 'd', 'e'), fc.jsonValue({ maxDepth: 2 }))
  .map((record) => new Map(Object.entries(record)));
const contents = fc.record({ sessions: maps, projects: maps });
const plain = ({ sessions, projects }: Content): unknown => [Object.fromEntries(sessions), Object.fromEntries(projects)];

describe('the feed', () => {
  it('a snapshot with all changes since applied is a fresh snapshot, whatever happened in between', () => {
    fc.assert(
      fc.property(contents, fc.array(contents, { maxLength: 8 }), (first, later) => {
        let seen: Content = first;
        let before: Content = first;
        for (const after of later) {
          seen = diffFeed(before, after).reduce(apply, seen);
          before = after;
          expect(plain(seen)).toEqual(plain(after));
        }
      }),
    );
  });

  it('says nothing where nothing changed, and one thing for each that did', () => {
    fc.assert(
      fc.property(contents, contents, (before, after) => {
        expect(diffFeed(before, structuredClone(before))).toEqual([]);
        const changes = diffFeed(before, after);
        expect(new Set(changes.map(({ kind, id }) => `${kind.split('-')[0]} ${id}`)).size).toBe(changes.length);
      }),
    );
  });

  it('shows no session of a project that is not there', () => {
    const none: Content = { sessions: new Map(), projects: new Map() };
    const some: Content = { sessions: new Map([['app-1', 1]]), projects: new Map([['app', 1]]) };
    expect(diffFeed(none, some).map(({ kind }) => kind)).toEqual(['project', 'session']);
    expect(diffFeed(some, none).map(({ kind }) => kind)).toEqual(['session-removed', 'project-removed']);
  });

  it('tells values apart by what they hold', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (left, right) => {
        expect(isSameValue(left, structuredClone(left))).toBe(true);
        // JSON has one zero.
        if (JSON.stringify(left).includes('-0') || JSON.stringify(right).includes('-0')) return;
        if (isSameValue(left, right)) expect(left).toEqual(right);
      }),
    );
    expect(isSameValue({ a: undefined }, {})).toBe(false);
    expect(isSameValue([], {})).toBe(false);
    expect(isSameValue({ a: 1, b: 2 }, { a: 1, c: 2 })).toBe(false);
  });

  it('keeps every session that is not over, and the last of those that are', () => {
    const of = (number: number, phase: 'live' | 'terminated', updatedAtMs: number) =>
      sessionFacts({ id: `app-${number}` as SessionId, number, phase, updatedAtMs });
    const sessions = [of(1, 'terminated', 1), of(2, 'live', 0), of(3, 'terminated', 3), of(4, 'terminated', 2), of(5, 'live', 0)];
    const ids = (endedShown: number) => selectForFeed(sessions, { endedShown }).map(({ number }) => number);
    expect(ids(9)).toEqual([1, 2, 3, 4, 5]);
    expect(ids(2)).toEqual([2, 3, 4, 5]);
    expect(ids(0)).toEqual([2, 5]);
  });
});

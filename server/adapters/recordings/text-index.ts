/**
 * What was on the screens of recorded sessions, in an SQLite file of its own: three letters at a time, so that any part of a word is
 * found in any language. Everything in it can be made again from the recordings, so nothing waits for the disk, and a file that is
 * damaged or of another version is replaced.
 */
import { chmodSync, closeSync, existsSync, mkdirSync, openSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import DatabaseConstructor from 'better-sqlite3';
import type { SessionId } from '../../core/ids.ts';
import type { Log } from '../../ports/log.ts';
import type { HitPart, RecordingIndex, SegmentId } from '../../ports/recording.ts';

const VERSION = 1;
/** Around what is found, in a hit; no screen has these characters. */
const [OPEN, CLOSE] = ['\x02', '\x03'];
/** Letters of a hit, nearly: each counts with the two after it. */
const HIT_LENGTH = 64;
/** What the index looks words up by. */
const LETTERS = 3;

const SCHEMA = `
  CREATE TABLE segments (id INTEGER PRIMARY KEY, session TEXT NOT NULL, started_at_ms INTEGER NOT NULL, whole INTEGER NOT NULL DEFAULT 0,
    UNIQUE (session, started_at_ms));
  CREATE TABLE moments (id INTEGER PRIMARY KEY, segment INTEGER NOT NULL REFERENCES segments (id), at_ms INTEGER NOT NULL);
  CREATE INDEX moments_by_segment ON moments (segment);
  CREATE VIRTUAL TABLE texts USING fts5 (text, tokenize = 'trigram', detail = 'full');
  PRAGMA user_version = ${VERSION};
`;

type HitRow = { readonly session: string; readonly started_at_ms: number; readonly at_ms: number; readonly snippet: string };

export function createTextIndex({ path, log }: { readonly path: string; readonly log: Log }): RecordingIndex {
  let database: DatabaseConstructor.Database | null = null;
  let closed = false;

  /** Opened by the first who wants something: a daemon that records nothing has none. */
  function use<T>(work: (client: DatabaseConstructor.Database) => T): T {
    if (closed) throw new Error('the index of the recordings is closed');
    try {
      database ??= openIndex(path);
      return work(database);
    } catch (caught) {
      if (!isDamage(caught)) throw caught;
      log.warn({ path, error: String(caught) }, 'the index of the recordings is damaged and is made anew');
      database?.close();
      database = null;
      removeFiles(path);
      throw caught;
    }
  }

  /** Nothing is made only to be looked into. */
  const look = <T>(otherwise: T, work: (client: DatabaseConstructor.Database) => T): T =>
    database === null && !existsSync(path) ? otherwise : use(work);

  const segmentOf = (client: DatabaseConstructor.Database, { sessionId, startedAtMs }: SegmentId): number | null =>
    (client.prepare('SELECT id FROM segments WHERE session = ? AND started_at_ms = ?').pluck().get(sessionId, startedAtMs) as
      | number
      | undefined) ?? null;

  const ensureSegment = (client: DatabaseConstructor.Database, id: SegmentId): number =>
    segmentOf(client, id) ??
    Number(client.prepare('INSERT INTO segments (session, started_at_ms) VALUES (?, ?)').run(id.sessionId, id.startedAtMs).lastInsertRowid);

  const together = (work: (client: DatabaseConstructor.Database) => void): void =>
    use((client) => client.transaction(() => work(client)).immediate());

  return {
    known: () =>
      look([], (client) =>
        (client.prepare('SELECT session, started_at_ms, whole FROM segments').all() as readonly Known[]).map((row) => ({
          sessionId: row.session as SessionId,
          startedAtMs: row.started_at_ms,
          state: row.whole === 1 ? 'whole' : 'partial',
        })),
      ),
    add(id, rows) {
      together((client) => {
        const segment = ensureSegment(client, id);
        const moment = client.prepare('INSERT INTO moments (segment, at_ms) VALUES (?, ?)');
        const text = client.prepare('INSERT INTO texts (rowid, text) VALUES (?, ?)');
        for (const row of rows) text.run(moment.run(segment, row.atMs).lastInsertRowid, row.text);
      });
    },
    finish(id) {
      together((client) => {
        client.prepare('UPDATE segments SET whole = 1 WHERE id = ?').run(ensureSegment(client, id));
      });
    },
    drop(id) {
      const segment = look(null, (client) => segmentOf(client, id));
      if (segment === null) return;
      together((client) => {
        client.prepare('DELETE FROM texts WHERE rowid IN (SELECT id FROM moments WHERE segment = ?)').run(segment);
        client.prepare('DELETE FROM moments WHERE segment = ?').run(segment);
        client.prepare('DELETE FROM segments WHERE id = ?').run(segment);
      });
    },
    find({ words, sessionId, limit }) {
      const long = words.filter((word) => [...word].length >= LETTERS);
      const short = words.filter((word) => [...word].length < LETTERS);
      // No screen has a control character, and a NUL would end the query.
      if (long.length === 0 || words.some((word) => /\p{Cc}/u.test(word))) return [];
      const also = short.map(() => `AND texts.text LIKE ? ESCAPE '\\'`).join(' ');
      const rows = look<readonly unknown[]>([], (client) =>
        client
          .prepare(
            `SELECT segments.session, segments.started_at_ms, moments.at_ms,
               snippet(texts, 0, '${OPEN}', '${CLOSE}', '…', ${HIT_LENGTH}) AS snippet
             FROM texts JOIN moments ON moments.id = texts.rowid JOIN segments ON segments.id = moments.segment
             WHERE texts MATCH ? ${also} ${sessionId === null ? '' : 'AND segments.session = ?'}
             ORDER BY texts.rowid DESC LIMIT ?`,
          )
          .all(long.map(quote).join(' AND '), ...short.map(toPattern), ...(sessionId === null ? [] : [sessionId]), limit),
      ) as readonly HitRow[];
      return rows
        .map((row) => ({
          sessionId: row.session as SessionId,
          startedAtMs: row.started_at_ms,
          atMs: row.at_ms,
          parts: toParts(row.snippet),
        }))
        .toSorted((a, b) => b.atMs - a.atMs);
    },
    close() {
      closed = true;
      database?.close();
      database = null;
    },
  };
}

type Known = { readonly session: string; readonly started_at_ms: number; readonly whole: number };

/** A phrase of the full-text language, in which nothing else means anything. */
const quote = (word: string): string => `"${word.replaceAll('"', '""')}"`;
const toPattern = (word: string): string => `%${word.replaceAll(/[\\%_]/g, '\\$&')}%`;

function toParts(snippet: string): readonly HitPart[] {
  return snippet
    .replaceAll(/\s+/g, ' ')
    .split(OPEN)
    .flatMap((part, index): readonly HitPart[] => {
      if (index === 0) return [{ text: part, match: false }];
      const [match = '', ...rest] = part.split(CLOSE);
      return [
        { text: match, match: true },
        { text: rest.join(''), match: false },
      ];
    })
    .filter(({ text }) => text !== '');
}

function openIndex(path: string): DatabaseConstructor.Database {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  // SQLite gives its companions the mode of the file.
  closeSync(openSync(path, 'a', 0o600));
  chmodSync(path, 0o600);
  const client = new DatabaseConstructor(path, { timeout: 1_000 });
  try {
    client.pragma('journal_mode = WAL');
    client.pragma('synchronous = OFF');
    const version = Number(client.pragma('user_version', { simple: true }));
    if (version === VERSION) return client;
    if (version === 0) {
      client.transaction(() => client.exec(SCHEMA)).immediate();
      return client;
    }
  } catch (caught) {
    client.close();
    throw caught;
  }
  client.close();
  removeFiles(path);
  return openIndex(path);
}

function isDamage(caught: unknown): boolean {
  const code = caught instanceof Error && 'code' in caught ? String(caught.code) : '';
  return /^SQLITE_(CORRUPT|NOTADB|FORMAT)/.test(code);
}

function removeFiles(path: string): void {
  for (const file of [path, `${path}-wal`, `${path}-shm`]) rmSync(file, { force: true });
}

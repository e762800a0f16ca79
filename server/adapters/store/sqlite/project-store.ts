/** Projects in SQLite. */
import { eq, sql } from 'drizzle-orm';
import { events } from '../../../../drizzle/schema/events.ts';
import { projects } from '../../../../drizzle/schema/projects.ts';
import { sessions } from '../../../../drizzle/schema/sessions.ts';
import type { ProjectId } from '../../../core/ids.ts';
import type { Project, ProjectStore } from '../../../ports/store.ts';
import type { Connection } from './connection.ts';
import { definedOnly } from './diff-facts.ts';
import { createRowReader } from './row-reader.ts';
import { isUniqueViolation } from './sqlite-errors.ts';
import { projectExists, projectNotFound } from './store-errors.ts';

type ProjectRow = typeof projects.$inferSelect;

export function createProjectStore(connection: Connection, nowMs: () => number): ProjectStore {
  const { db, read, write } = connection;
  const rows = createRowReader({ table: projects, tableName: 'projects', named: 'id', path: connection.path });
  const byId = rows.query(() =>
    db
      .select()
      .from(projects)
      .where(eq(projects.id, sql.placeholder('id')))
      .prepare(),
  );
  const all = rows.query(() => db.select().from(projects).orderBy(sql`rowid`).prepare());

  const toProject = (row: ProjectRow): Project => ({
    ...row,
    id: row.id as ProjectId,
    env: rows.stringRecord(row, 'env'),
    symlinks: rows.stringList(row, 'symlinks'),
    postCreate: rows.stringList(row, 'postCreate'),
    disposable: rows.stringList(row, 'disposable'),
  });

  const find = (id: ProjectId): Project | null => {
    const row = byId.first({ id });
    return row === null ? null : toProject(row);
  };

  const existing = (id: ProjectId): Project => {
    const project = find(id);
    if (project === null) throw projectNotFound(id);
    return project;
  };

  return {
    insert: (project) =>
      write(() => {
        try {
          db.insert(projects).values(toRow(project)).run();
        } catch (caught) {
          throw isUniqueViolation(caught, 'projects.id') ? projectExists(project.id) : caught;
        }
        return existing(project.id);
      }),
    get: (id) => read(() => find(id)),
    list: () => read(() => all.all().map(toProject)),
    update: (id, patch) =>
      write(() => {
        const next: Project = { ...existing(id), ...definedOnly(patch), id, updatedAtMs: nowMs() };
        db.update(projects).set(toRow(next)).where(eq(projects.id, id)).run();
        return existing(id);
      }),
    remove: (id) =>
      write(() => {
        existing(id);
        // The events by hand: they have no foreign key. Launches and messages go with their sessions. The counter stays.
        db.delete(events).where(eq(events.projectId, id)).run();
        db.delete(sessions).where(eq(sessions.projectId, id)).run();
        db.delete(projects).where(eq(projects.id, id)).run();
      }),
  };
}

function toRow(project: Project): ProjectRow {
  return {
    ...project,
    env: JSON.stringify(project.env),
    symlinks: JSON.stringify(project.symlinks),
    postCreate: JSON.stringify(project.postCreate),
    disposable: JSON.stringify(project.disposable),
  };
}

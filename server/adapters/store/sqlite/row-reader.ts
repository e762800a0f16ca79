/**
 * From what SQLite hands out to rows of the schema's types. Rows are believed only after a look: SQLite stores any type in any
 * column, and a damaged or hand-edited row must be named where it is read, not crash somewhere deep inside. Decodes by itself,
 * because drizzle's own mapping of 100 sessions took longer than everything else of a boot with them.
 */
import { type Column, getTableColumns } from 'drizzle-orm';
import type { SQLiteTable } from 'drizzle-orm/sqlite-core';
import type { AppError } from '../../../core/errors.ts';
import { once } from './connection.ts';
import { unusableDatabase } from './sqlite-errors.ts';

type Params = Readonly<Record<string, unknown>>;

/** A prepared `select()` of drizzle over all columns of one table. */
type Prepared = { values(params?: Record<string, unknown>): readonly (readonly unknown[])[] };

/** Both throw `DATABASE_UNUSABLE` for a column that does not hold the type, or one of the values, that the schema gives it. */
export type RowQuery<Row> = { all(params?: Params): readonly Row[]; first(params?: Params): Row | null };

export type RowReader<Row> = {
  /** Prepared at its first use. */
  query(build: () => Prepared): RowQuery<Row>;
  /** A JSON column as `string[]`. */
  stringList(row: Row, column: keyof Row & string): readonly string[];
  /** A JSON column as `Record<string, string>`. */
  stringRecord(row: Row, column: keyof Row & string): Readonly<Record<string, string>>;
  /** A JSON column as an object, or null. */
  objectOrNull(row: Row, column: keyof Row & string): Readonly<Record<string, unknown>> | null;
};

export type RowReaderOptions<Table extends SQLiteTable> = {
  readonly table: Table;
  readonly tableName: string;
  /** The column that names a row to a person. */
  readonly named: keyof Table['$inferSelect'] & string;
  /** Of the database. */
  readonly path: string;
};

export function createRowReader<Table extends SQLiteTable>(options: RowReaderOptions<Table>): RowReader<Table['$inferSelect']> {
  type Row = Table['$inferSelect'];
  const { table, tableName, named, path } = options;
  const columns = Object.entries(getTableColumns(table)).map(([key, column]) => ({ key, decode: decoderOf(column) }));

  const damaged = (row: Readonly<Record<string, unknown>>, column: string, cause?: unknown): AppError =>
    unusableDatabase(path, `column "${column}" of "${String(row[named])}" in table "${tableName}" does not hold what it should`, cause);

  const toRow = (values: readonly unknown[]): Row => {
    const row: Record<string, unknown> = {};
    // By index: a boot reads thousands of values before any of this is compiled, and `entries` makes two objects for each.
    for (let index = 0; index < columns.length; index += 1) {
      const { key, decode } = columns[index] as (typeof columns)[number];
      const value = decode(values[index]);
      if (value === undefined) throw damaged(Object.fromEntries(columns.map((column, at) => [column.key, values[at]])), key);
      row[key] = value;
    }
    return row;
  };

  const parse = (row: Row, column: string): unknown => {
    try {
      return JSON.parse(String(row[column]));
    } catch (cause) {
      throw damaged(row, column, cause);
    }
  };

  return {
    query: (build) => {
      const prepared = once(build);
      return {
        all: (params) =>
          prepared()
            .values({ ...params })
            .map(toRow),
        first: (params) => {
          const values = prepared().values({ ...params })[0];
          return values === undefined ? null : toRow(values);
        },
      };
    },
    stringList: (row, column) => {
      const value = parse(row, column);
      if (Array.isArray(value) && value.every((item): item is string => typeof item === 'string')) return value;
      throw damaged(row, column);
    },
    stringRecord: (row, column) => {
      const value = parse(row, column);
      if (isRecord(value) && Object.values(value).every((item) => typeof item === 'string')) return value as Record<string, string>;
      throw damaged(row, column);
    },
    objectOrNull: (row, column) => {
      if (row[column] === null) return null;
      const value = parse(row, column);
      if (isRecord(value)) return value;
      throw damaged(row, column);
    },
  };
}

/** Answers the column's value, or `undefined` for one that it cannot hold. */
function decoderOf(column: Column): (value: unknown) => unknown {
  const allowed = column.enumValues !== undefined && column.enumValues.length > 0 ? new Set<unknown>(column.enumValues) : null;
  const decode = (value: unknown): unknown => {
    if (column.dataType === 'number') return Number.isSafeInteger(value) ? value : undefined;
    if (column.dataType === 'boolean') return value === 1 || value === 0 ? value === 1 : undefined;
    return typeof value === 'string' && (allowed === null || allowed.has(value)) ? value : undefined;
  };
  return column.notNull ? decode : (value) => (value === null ? null : decode(value));
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The closed sets of the core as CHECK constraints. Column names stay bare, so that a table rebuilt under another name keeps them. */
import { type SQL, sql } from 'drizzle-orm';

/** `column in ('a', 'b')`. The values are our own constants, never input. */
export function oneOf(column: string, values: readonly string[]): SQL {
  return sql.raw(`${column} in (${values.map((value) => `'${value}'`).join(', ')})`);
}

/** The same for a column that may be null. */
export function oneOfOrNull(column: string, values: readonly string[]): SQL {
  return sql.raw(`${column} is null or ${column} in (${values.map((value) => `'${value}'`).join(', ')})`);
}

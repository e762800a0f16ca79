/** Reads a small JSON body, bounded. */
import type { IncomingMessage } from 'node:http';
import type { z } from 'zod';
import { AppError } from '../../core/errors.ts';

export type BodyFailure = { readonly status: 400 | 413; readonly error: AppError };

/** `maxBytes` bounds the body as it arrives; what comes after is dropped unread. An empty body is read as `{}`. */
export async function readJson<Schema extends z.ZodType>(
  req: IncomingMessage,
  schema: Schema,
  options: { readonly maxBytes: number },
): Promise<{ readonly value: z.infer<Schema> } | BodyFailure> {
  const body = await collect(req, options.maxBytes);
  if (body === 'broken') return { status: 400, error: badInput('The body did not arrive whole.') };
  if (body === 'too_long') return { status: 413, error: badInput(`The body has more than ${options.maxBytes} bytes.`) };
  const text = body.toString('utf8');
  let json: unknown;
  try {
    json = text.trim() === '' ? {} : JSON.parse(text);
  } catch {
    return { status: 400, error: badInput('The body is not JSON.') };
  }
  const parsed = schema.safeParse(json);
  if (parsed.success) return { value: parsed.data };
  const issues = parsed.error.issues.map((issue) => `${issue.path.map(String).join('.') || 'body'}: ${issue.message}`);
  return { status: 400, error: badInput(`The body is not accepted: ${issues.slice(0, 5).join('; ')}.`) };
}

function badInput(message: string): AppError {
  return new AppError({ code: 'BAD_INPUT', message, hint: 'Check that both sides are of the same version: `ao version`.' });
}

/** Not `for await`: leaving such a loop early destroys the connection, and with it the answer that says why. */
function collect(req: IncomingMessage, maxBytes: number): Promise<Buffer | 'too_long' | 'broken'> {
  return new Promise((resolve) => {
    let chunks: Buffer[] = [];
    let bytes = 0;
    req.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes <= maxBytes) return void chunks.push(chunk);
      // What still comes is read and dropped; the server's own time limit ends an endless one.
      chunks = [];
      resolve('too_long');
    });
    req.on('end', () => resolve(Buffer.concat(chunks)));
    req.on('error', () => resolve('broken'));
    req.on('close', () => resolve('broken'));
  });
}

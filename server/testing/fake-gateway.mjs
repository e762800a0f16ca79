/** A stand-in for the gateway's bundle, for tests of `ao up`: notes what it was given, and when it was closed. */
import { appendFileSync } from 'node:fs';

export async function startGateway({ note, root, ...options }) {
  const say = (event) => appendFileSync(root, `${JSON.stringify(event)}\n`);
  say({ started: { ...options, env: Object.keys(options.env).length } });
  note('a line for people');
  if (options.port === 1) throw Object.assign(new Error('taken'), { code: 'PORT_IN_USE', hint: 'Take another one.' });
  const url = `http://localhost:${options.port ?? 3000}`;
  return {
    url,
    pairUrl: `${url}/pair#code`,
    pid: 4242,
    daemon: null,
    close: async () => say('closed'),
  };
}

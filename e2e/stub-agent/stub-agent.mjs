/**
 * A coding agent that does what it is told, in place of `claude`: same command line, same hooks (those of its `--settings` file, run
 * through a shell with the event on stdin), no model. Each line of its prompt, and each line typed to it, is a word:
 *
 *   work | idle | ask     reports that, as Claude Code does at the beginning of a turn, at its end, at a permission dialog
 *   overdue               reports work that began eleven minutes ago, and then nothing: a lost stop hook
 *   mute                  (first line of the prompt) reports nothing at all
 *   exit N                ends with that code
 *
 * Anything else is only repeated.
 */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';

const OVERDUE_MS = 11 * 60_000;

const args = process.argv.slice(2);
const after = (name) => args[args.indexOf(name) + 1] ?? '';
const prompt = args.includes('--') ? args.slice(args.indexOf('--') + 1).join(' ') : '';
const conversation = args.includes('--resume') ? after('--resume') : after('--session-id');
const { hooks } = JSON.parse(readFileSync(after('--settings'), 'utf8'));
const lines = prompt.split('\n').filter((line) => line !== '');
const isMute = lines[0] === 'mute';

function report(event, payload = {}) {
  if (isMute) return;
  for (const { hooks: commands } of hooks[event] ?? []) {
    for (const { command } of commands)
      spawnSync('/bin/sh', ['-c', command], {
        input: JSON.stringify({ session_id: conversation, ...payload }),
        stdio: ['pipe', 'ignore', 'ignore'],
      });
  }
}

/** The hook's own words, late: what a spooled report looks like when it arrives. */
async function reportLate(event) {
  const { AO_RUN_FILE, AO_SESSION_ID, AO_LAUNCH_ID, AO_SESSION_TOKEN } = process.env;
  const { port } = JSON.parse(readFileSync(AO_RUN_FILE, 'utf8'));
  const body = {
    sessionId: AO_SESSION_ID,
    launchId: AO_LAUNCH_ID,
    agent: 'claude-code',
    event,
    atMs: Date.now() - OVERDUE_MS,
    payload: {},
  };
  await fetch(`http://127.0.0.1:${port}/hooks`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${AO_SESSION_TOKEN}` },
    body: JSON.stringify(body),
  });
}

async function obey(line) {
  const [word, value] = line.trim().split(/\s+/);
  process.stdout.write(`stub: ${line}\n`);
  switch (word) {
    case 'work':
      return report('UserPromptSubmit');
    case 'idle':
      return report('Stop');
    case 'ask':
      return report('PermissionRequest', { tool_name: 'Bash' });
    case 'overdue':
      return reportLate('UserPromptSubmit');
    case 'exit':
      return process.exit(Number(value ?? 0));
    default:
      return undefined;
  }
}

process.stdout.write(`stub agent, conversation ${conversation}${args.includes('--resume') ? ' (resumed)' : ''}\n`);
// Its first word would be newer than the late one, and would hide it.
if (!lines.includes('overdue')) report('SessionStart', { source: 'startup' });
for (const line of lines) await obey(line);
for await (const line of createInterface({ input: process.stdin })) await obey(line);

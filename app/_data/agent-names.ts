/** What people call the agents. Pure, and apart from the forms, because every card needs it. */

const NAMES: Readonly<Record<string, string>> = {
  'claude-code': 'Claude Code',
  codex: 'Codex',
  opencode: 'opencode',
  aider: 'Aider',
  gemini: 'Gemini CLI',
  qwen: 'Qwen Code',
  copilot: 'Copilot CLI',
  'cursor-agent': 'Cursor',
  goose: 'Goose',
  amp: 'Amp',
  droid: 'Droid',
  crush: 'Crush',
  custom: 'Custom command',
  shell: 'Shell',
};

export function agentName(agent: string): string {
  return NAMES[agent] ?? agent;
}

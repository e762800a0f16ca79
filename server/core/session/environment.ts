/** The environment a session's process gets (SPEC §1.4). Pure. */

export type Environment = Readonly<Record<string, string>>;

export type OwnVariables = {
  readonly AO_SESSION_ID: string;
  readonly AO_PROJECT_ID: string;
  readonly AO_LAUNCH_ID: string;
  readonly AO_SESSION_TOKEN: string;
  readonly AO_DATA_DIR: string;
  readonly AO_RUN_FILE: string;
};

/** Names that a project or a daemon's own environment can never hand to a session. */
export function isReservedVariable(name: string): boolean {
  return name.startsWith('AO_') || name.startsWith('TMUX');
}

/** What is left of the daemon's environment, with the project's over it. `TERM` is the runtime's to say. */
export function buildBaseEnvironment(daemon: Readonly<Record<string, string | undefined>>, project: Environment): Environment {
  const result: Record<string, string> = {};
  for (const [name, value] of Object.entries(daemon)) {
    if (value !== undefined && !isReservedVariable(name) && name !== 'TERM' && name !== 'NO_COLOR') result[name] = value;
  }
  for (const [name, value] of Object.entries(project)) {
    if (!isReservedVariable(name)) result[name] = value;
  }
  return result;
}

/** The whole environment: the base, the agent's additions, ours over both, and `ao` of this installation first on PATH. */
export function buildSessionEnvironment(parts: {
  readonly base: Environment;
  readonly agent: Environment;
  readonly own: OwnVariables;
  readonly binDir: string;
}): Environment {
  const path = parts.base['PATH'] ?? '/usr/local/bin:/usr/bin:/bin';
  return { ...parts.base, ...parts.agent, ...parts.own, PATH: `${parts.binDir}:${path}` };
}

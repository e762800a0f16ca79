/**
 * L11: a service manager that stops the daemon's unit ends what is in the unit's control group. A session host is started in a
 * scope of its own there, so it is in none. (Our own unit says `KillMode=process` as well; a unit of somebody else may not.)
 */
import { readFileSync } from 'node:fs';

/** What goes in front of the command that starts a host; empty where no service of systemd runs us. */
export function findServiceScope(): readonly string[] {
  try {
    return toScopeCommand(readFileSync('/proc/self/cgroup', 'utf8'));
  } catch {
    // No control groups: not Linux.
    return [];
  }
}

/** Pure. `cgroup`: the text of `/proc/self/cgroup`, see cgroups(7). */
export function toScopeCommand(cgroup: string): readonly string[] {
  const path = cgroup
    .split('\n')
    .map((line) => /^(?:0::|[0-9]+:name=systemd:)(.*)$/.exec(line)?.[1])
    .find((found) => found !== undefined);
  const unit = path?.split('/').at(-1) ?? '';
  // The user's manager itself is `user@1000.service`; nothing of ours runs right in it.
  if (path === undefined || !unit.endsWith('.service') || unit.startsWith('user@')) return [];
  return ['systemd-run', ...(path.includes('/user@') ? ['--user'] : []), '--scope', '--quiet', '--collect', '--'];
}
